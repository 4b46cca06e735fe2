/** Builds the cross-decoder's input tensors from a view of the tree. */
import { stridesByRank } from '../../kernels/dilated-attention/strided-read.ts';
import { noScore } from '../../kernels/flash-attention/partials.ts';
import type { ModelConfig } from '../../kernels/model/config.ts';
import { stridedCount } from '../engine/file-memory.ts';
import type { CrossDecoderMemory } from '../engine/messages.ts';
import type { FloatTensor } from '../engine/tensor.ts';
import type { StoredKeys } from './leaf-codec.ts';
import { pathFraction } from './path-hash.ts';
import type { LocatedFile, View } from './tree.ts';

/**
 * @param slots maximum keys per head: `ModelFacts.slots`
 * @param keysOf loads a file's keys; called only where some are used
 */
export function crossDecoderMemory(
  { memory, files }: View,
  slots: number,
  config: ModelConfig,
  keysOf: (file: LocatedFile) => StoredKeys,
): CrossDecoderMemory {
  return {
    linear: memory.linear,
    delta: finalState(memory.delta, config),
    continuous: memory.continuous,
    ...stridedKeys([...files()], slots, config, keysOf),
    open: { shape: [1], data: Float32Array.of(memory.length > 0 ? 1 : 0) },
  };
}

/** N of [N | P], the spans' result for an empty memory: [Hm, dk, dv]. */
function finalState(
  { data }: FloatTensor,
  { memory_heads: Hm, memory_key: dk, memory_value: dv }: ModelConfig,
): FloatTensor {
  const state = new Float32Array(Hm * dk * dv);
  for (let row = 0; row < Hm * dk; row++)
    state.set(data.subarray(row * (dv + dk), row * (dv + dk) + dv), row * dv);
  return { shape: [Hm, dk, dv], data: state };
}

interface Share {
  readonly kept: StoredKeys;
  readonly stride: number;
  readonly count: number;
}

/**
 * Near files dense, far ones at strides that grow with distance, farthest first. A file stored at a coarser stride than
 * wanted contributes what it has. Of files shorter than their stride, a share proportional to their tokens, chosen by
 * path hash, so that a file moving away is dropped only once.
 */
function stridedKeys(
  files: readonly LocatedFile[],
  slots: number,
  config: ModelConfig,
  keysOf: (file: LocatedFile) => StoredKeys,
): Pick<CrossDecoderMemory, 'keys' | 'values' | 'hidden'> {
  const { heads, width, dilated_span: window, dilated_ratio: ratio } = config;
  const strides = stridesByRank(
    files.map(({ length }) => length),
    { window, ratio },
  );
  const shares: Share[] = [];
  let kept = 0;
  for (const [rank, file] of files.entries()) {
    const { length } = file;
    // A file's own stride never exceeds its length.
    if (length < strides[rank]! && pathFraction(file.path) >= length / strides[rank]!) continue;
    const keys = keysOf(file);
    const stride = Math.max(strides[rank]!, keys.stride);
    const count = Math.min(stridedCount(length, stride, heads), slots - kept);
    kept += count;
    shares.push({ kept: keys, stride, count });
    if (kept === slots) break;
  }
  const shape = [heads, slots, width / heads];
  const keys = new Float32Array(heads * slots * shape[2]!);
  const values = new Float32Array(keys.length);
  let at = 0;
  for (const share of shares.toReversed()) {
    copyShare(share, 'keys', keys, at, shape);
    copyShare(share, 'values', values, at, shape);
    at += share.count;
  }
  const hidden = new Float32Array(slots).fill(noScore, kept);
  return {
    keys: { shape, data: keys },
    values: { shape, data: values },
    hidden: { shape: [1, slots], data: hidden },
  };
}

/** Copies a file's keys or values at a stride into [H, slots, dh], from slot `to` on. */
function copyShare(
  { kept, stride, count }: Share,
  part: 'keys' | 'values',
  into: Float32Array,
  to: number,
  [heads, slots, width]: readonly number[],
): void {
  const { stride: own } = kept;
  for (let head = 0; head < heads!; head++) {
    const first = ((head % stride) - (head % own)) / own;
    for (let i = 0; i < count; i++)
      kept.copy(part, head, first + (i * stride) / own, into, (head * slots! + to + i) * width!);
  }
}
