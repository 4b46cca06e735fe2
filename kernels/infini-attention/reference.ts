import { concatenateRows, expectShape, rows, type Tensor, zeros } from '../tensor.ts';
import type { FeatureMap } from './feature-map.ts';
import { type CompressiveMemory, emptyMemory, readMemory, type WriteRule, writeMemory } from './memory.ts';

/**
 * Infini-attention (arXiv 2404.07143): local attention mixed with a read of a compressive memory of all earlier
 * segments.
 */
export interface InfiniAttentionParameters {
  readonly featureMap: FeatureMap;
  readonly rule: WriteRule;
  /** S: tokens in a segment. The memory is read as of before the segment, and written after it. */
  readonly segment: number;
  /** β [H]: a head weights the memory by σ(β). */
  readonly gate: Tensor;
}

export interface InfiniAttentionState extends CompressiveMemory {
  /** [S, H, dk]: keys of the unfinished segment, zero-padded. */
  readonly pendingKeys: Tensor;
  /** [S, H, dv] */
  readonly pendingValues: Tensor;
  /** [1]: number of pending keys; less than S. */
  readonly pending: Tensor;
}

export function initialInfiniAttentionState(
  { featureMap, segment }: Pick<InfiniAttentionParameters, 'featureMap' | 'segment'>,
  heads: number,
  keyWidth: number,
  valueWidth: number,
): InfiniAttentionState {
  return {
    ...emptyMemory(featureMap, heads, keyWidth, valueWidth),
    pendingKeys: zeros([segment, heads, keyWidth]),
    pendingValues: zeros([segment, heads, valueWidth]),
    pending: zeros([1]),
  };
}

/**
 * o_t = σ(β)·A_mem(q_t) + (1 − σ(β))·local_t (equation 10), where `local` [T, H, dv] is the output of local attention.
 * Segments are counted from the start of the sequence. q, k [T, H, dk], without positions; v and the output [T, H, dv].
 */
export function infiniAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  local: Tensor,
  { featureMap, rule, segment, gate }: InfiniAttentionParameters,
  state: InfiniAttentionState,
): { output: Tensor; state: InfiniAttentionState } {
  const [length = 0, heads = 0, outputs = 0] = expectShape('Infini-attention', 'v', v, [
    undefined,
    undefined,
    undefined,
  ]);
  expectShape('Infini-attention', 'the local output', local, [length, heads, outputs]);
  expectShape('Infini-attention', 'the gate', gate, [heads]);
  let memory: CompressiveMemory = { memory: state.memory, normalizer: state.normalizer };
  let keys = rows(state.pendingKeys, 0, state.pending.data[0]!);
  let values = rows(state.pendingValues, 0, state.pending.data[0]!);
  const reads: Tensor[] = [zeros([0, heads, outputs])];
  for (let start = 0; start < length; ) {
    const end = Math.min(length, start + segment - keys.shape[0]!);
    reads.push(readMemory(featureMap, rows(q, start, end), memory));
    keys = concatenateRows([keys, rows(k, start, end)]);
    values = concatenateRows([values, rows(v, start, end)]);
    if (keys.shape[0] === segment) {
      memory = writeMemory(featureMap, rule, keys, values, memory);
      keys = rows(keys, 0, 0);
      values = rows(values, 0, 0);
    }
    start = end;
  }
  const output = concatenateRows(reads);
  for (const index of output.data.keys()) {
    const weight = 1 / (1 + Math.exp(-gate.data[Math.floor(index / outputs) % heads]!));
    output.data[index] = weight * output.data[index]! + (1 - weight) * local.data[index]!;
  }
  const pending = keys.shape[0]!;
  const padded = (x: Tensor): Tensor => concatenateRows([x, zeros([segment - pending, ...x.shape.slice(1)])]);
  return {
    output,
    state: {
      ...memory,
      pendingKeys: padded(keys),
      pendingValues: padded(values),
      pending: { shape: [1], data: Float64Array.of(pending) },
    },
  };
}
