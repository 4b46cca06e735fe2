import { expectShape, type Tensor, zeros } from '../tensor.ts';
import { type AttentionPartials, attend, finishAttention, headsFirst } from './partials.ts';

/** Exact causal attention over a sliding window. */
export interface WindowAttentionParameters {
  /** Tokens a query sees, including its own. */
  readonly window: number;
  /** [H]: scale of a head's scores; 1/√dh unless learned. */
  readonly scale: Tensor;
  /**
   * Whether to normalise queries and keys first, x / √(mean(x²) + 1e-5) over dh without a gain (QK-norm). Rotations
   * preserve lengths, so rotating before or after is equivalent.
   */
  readonly normalize: boolean;
}

export interface WindowAttentionState {
  /** [H, window, dh], the most recent last; normalised if `normalize` is set. */
  readonly keys: Tensor;
  /** [H, window, dv] */
  readonly values: Tensor;
  /** [1]: how many of them, from the end, are filled. */
  readonly count: Tensor;
}

export const queryKeyEpsilon = 1e-5;

export function initialWindowAttentionState(
  window: number,
  heads: number,
  keyWidth: number,
  valueWidth = keyWidth,
): WindowAttentionState {
  return {
    keys: zeros([heads, window, keyWidth]),
    values: zeros([heads, window, valueWidth]),
    count: zeros([1]),
  };
}

/** Same as `windowAttention`, as partials that further keys can be merged into. */
export function windowAttentionPartials(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { window, scale, normalize }: WindowAttentionParameters,
  { keys, values, count }: WindowAttentionState,
): { partials: AttentionPartials; state: WindowAttentionState } {
  const [length = 0, heads = 0, width = 0] = expectShape('window attention', 'q', q, [
    undefined,
    undefined,
    undefined,
  ]);
  expectShape('window attention', 'k', k, [length, heads, width]);
  expectShape('window attention', 'the kept keys', keys, [heads, window, width]);
  expectShape('window attention', 'the scales', scale, [heads]);
  const prepared = headsFirst(normalize ? normalizeRows(q) : q);
  for (const index of prepared.data.keys()) {
    prepared.data[index]! *= scale.data[Math.floor(index / (length * width))]!;
  }
  const allKeys = append(keys, headsFirst(normalize ? normalizeRows(k) : k)); // [H, window + T, dh]
  const allValues = append(values, headsFirst(v));
  const first = window - count.data[0]!;
  const partials = attend(prepared, allKeys, allValues, (t, s) => s >= first && s <= window + t && s > t);
  return {
    partials,
    state: {
      keys: lastOf(allKeys, window),
      values: lastOf(allValues, window),
      count: { shape: [1], data: Float64Array.of(Math.min(count.data[0]! + length, window)) },
    },
  };
}

/**
 * o_t = Σ_s softmax_s(scale_h q_t·k_s) v_s over t − window < s ≤ t. q, k [T, H, dh], v [T, H, dv], output [T, H, dv].
 */
export function windowAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  parameters: WindowAttentionParameters,
  state: WindowAttentionState,
): { output: Tensor; state: WindowAttentionState } {
  const { partials, state: next } = windowAttentionPartials(q, k, v, parameters, state);
  return { output: finishAttention(partials), state: next };
}

/** Rows of the last axis divided by their root mean square. */
export function normalizeRows(x: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  const result = zeros(x.shape);
  for (let start = 0; start < x.data.length; start += width) {
    const row = x.data.subarray(start, start + width);
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    const factor = 1 / Math.sqrt(squares / width + queryKeyEpsilon);
    for (const [c, value] of row.entries()) result.data[start + c] = value * factor;
  }
  return result;
}

/** a [H, A, d] followed by b [H, B, d] along the second axis. */
function append(a: Tensor, b: Tensor): Tensor {
  const [heads = 0, lengthA = 0, width = 0] = a.shape;
  const [, lengthB = 0] = expectShape('window attention', 'an operand', b, [heads, undefined, width]);
  const result = zeros([heads, lengthA + lengthB, width]);
  for (let h = 0; h < heads; h++) {
    const start = h * (lengthA + lengthB) * width;
    result.data.set(a.data.subarray(h * lengthA * width, (h + 1) * lengthA * width), start);
    result.data.set(b.data.subarray(h * lengthB * width, (h + 1) * lengthB * width), start + lengthA * width);
  }
  return result;
}

/** The last `count` entries of the second axis. */
function lastOf({ shape, data }: Tensor, count: number): Tensor {
  const [heads = 0, length = 0, width = 0] = shape;
  const result = zeros([heads, count, width]);
  for (let h = 0; h < heads; h++) {
    const end = (h + 1) * length * width;
    result.data.set(data.subarray(end - count * width, end), h * count * width);
  }
  return result;
}
