import {
  type AttentionPartials,
  attend,
  finishAttention,
  headsFirst,
  mergePartials,
} from '../flash-attention/partials.ts';
import {
  normalizeRows,
  type WindowAttentionParameters,
  type WindowAttentionState,
  windowAttentionPartials,
} from '../flash-attention/reference.ts';
import { expectShape, type Tensor } from '../tensor.ts';

/**
 * Keys and values selected by position alone, before any query is known: dilated attention's pattern as seen from one
 * position, near tokens dense, far ones at strides that grow with distance.
 */
export interface StridedMemory {
  /** [H, M, dh] */
  readonly keys: Tensor;
  /** [H, M, dv] */
  readonly values: Tensor;
  /** [H, M]: 1 where there is a key, 0 where there is none (contents arbitrary). */
  readonly valid: Tensor;
}

export interface StridedReadParameters {
  /** [H]: scale of a head's scores; 1/√dh unless learned. */
  readonly scale: Tensor;
}

/**
 * Attention of q [T, H, dh] over the whole memory. The partials let callers mix it with local attention by the softmax
 * denominators. The output [T, H, dv] is zero where the memory is empty.
 */
export function stridedRead(
  q: Tensor,
  { scale }: StridedReadParameters,
  { keys, values, valid }: StridedMemory,
): { output: Tensor; partials: AttentionPartials } {
  const [length = 0, heads = 0, width = 0] = expectShape('strided read', 'q', q, [
    undefined,
    undefined,
    undefined,
  ]);
  const [, slots = 0] = expectShape('strided read', 'the keys', keys, [heads, undefined, width]);
  expectShape('strided read', 'the mask', valid, [heads, slots]);
  const queries = headsFirst(q);
  for (const index of queries.data.keys()) {
    queries.data[index]! *= scale.data[Math.floor(index / (length * width))]!;
  }
  // Heads mask different keys, so each attends separately.
  const parts = Array.from({ length: heads }, (_, h) =>
    attend(headOf(queries, h), headOf(keys, h), headOf(values, h), (_t, s) => valid.data[h * slots + s]! > 0),
  );
  const join = (field: keyof AttentionPartials): Tensor => ({
    shape: [heads, ...parts[0]![field].shape.slice(1)],
    data: Float64Array.from(parts.flatMap(part => [...part[field].data])),
  });
  const partials = {
    maximum: join('maximum'),
    denominator: join('denominator'),
    weighted: join('weighted'),
  };
  return { output: finishAttention(partials), partials };
}

/** Queries of a strided read beside a window: [T, H, dh] each; `plain` lacks the window's rotation. */
export interface BesideWindow {
  readonly q: Tensor;
  readonly plain: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

/**
 * The read used in serving: one softmax over the file's own window and the memory's keys, o = Σ αᵢOᵢ with αᵢ the
 * denominators, as dilated attention mixes its levels. Window scores use rotated queries and keys; memory keys have no
 * position and meet `plain`, with the same scale.
 */
export function stridedReadBesideWindow(
  { q, plain, k, v }: BesideWindow,
  parameters: WindowAttentionParameters,
  state: WindowAttentionState,
  memory: StridedMemory,
): { output: Tensor; state: WindowAttentionState } {
  const near = windowAttentionPartials(q, k, v, parameters, state);
  const far = stridedRead(parameters.normalize ? normalizeRows(plain) : plain, parameters, memory);
  return { output: finishAttention(mergePartials(near.partials, far.partials)), state: near.state };
}

/** How densely tokens before the cursor are kept. */
export interface StridedPattern {
  /** w₀: up to this distance, every token is kept. */
  readonly window: number;
  /** a: beyond w₀·aˡ, every aˡ-th token is kept. */
  readonly ratio: number;
}

/** The stride at a distance in tokens: the smallest aˡ with distance < w₀·aˡ. */
function strideAt(distance: number, { window, ratio }: StridedPattern): number {
  let stride = 1;
  while (distance >= window * stride) stride *= ratio;
  return stride;
}

/**
 * Strides for files of the given token lengths, nearest first: each by the distance at which the file begins. Every
 * level keeps about (a − 1)·w₀ tokens, plus what its last file reaches into the next level.
 */
export function stridesByRank(lengths: readonly number[], pattern: StridedPattern): number[] {
  let distance = 0;
  return lengths.map(length => {
    const stride = strideAt(distance, pattern);
    distance += length;
    return stride;
  });
}

/**
 * Positions in a file that a head keeps at a stride: p ≡ head (mod stride), counted from the file's start. Positions
 * kept at a stride are kept at every divisor of it, so a file that moves away is thinned without prefilling it again.
 */
export function stridedPositions(length: number, stride: number, head: number): number[] {
  const positions: number[] = [];
  for (let position = head % stride; position < length; position += stride) positions.push(position);
  return positions;
}

function headOf({ shape, data }: Tensor, head: number): Tensor {
  const [, length = 0, width = 0] = shape;
  const size = length * width;
  return { shape: [1, length, width], data: data.subarray(head * size, (head + 1) * size) };
}
