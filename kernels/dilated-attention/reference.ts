import { emptyPartials, finishAttention, mergePartials, noScore } from '../flash-attention/partials.ts';
import { expectShape, type Tensor, zeros } from '../tensor.ts';

/** One pair (w, r) of LongNet: within segments of w tokens, every r-th. */
export interface DilatedLevel {
  /** w: a multiple of the rate. */
  readonly segment: number;
  /** r */
  readonly rate: number;
}

/**
 * Which token of a group of r a head keeps. The paper's: head j keeps the j-th (mod r), so that adjacent heads see
 * different tokens. `blocked` is that of the public implementation (torchscale): the first ⌈H/r⌉ heads keep the first,
 * the next ⌈H/r⌉ the second. Both agree where r ≥ H; otherwise they differ in which heads share tokens, not in how many
 * see each.
 */
export type HeadOffsets = 'paper' | 'blocked';

/** Dilated attention (LongNet, arXiv 2307.02486, section 3). */
export interface DilatedAttentionParameters {
  /** Defaults to the paper's. */
  readonly offsets?: HeadOffsets;
  /** Needs one with rate 1 if every token is to see something. */
  readonly levels: readonly DilatedLevel[];
  /** [H]: scale of a head's scores; 1/√dh unless learned. */
  readonly scale: Tensor;
}

/**
 * For every level the last w/r groups of r tokens; of each group a head keeps its one token. Zeros where there is no
 * token yet. If w and r grow by the same ratio, w/r is the same at every level, and a sequence of N takes log N levels.
 */
export interface DilatedAttentionState {
  readonly levels: readonly {
    /** [H, w/r, dh], the most recent last. */
    readonly keys: Tensor;
    /** [H, w/r, dv] */
    readonly values: Tensor;
  }[];
  /** [1]: the position of the next token, from 0. */
  readonly position: Tensor;
}

/** The offset of a head's token in a group of `rate` tokens. */
export function offsetOf(head: number, heads: number, rate: number, offsets: HeadOffsets = 'paper'): number {
  return offsets === 'paper' ? head % rate : Math.floor(head / Math.ceil(heads / rate));
}

/** The levels (w₀, 1), (a·w₀, a), (a²·w₀, a²) … until a segment holds `length` tokens. */
export function geometricLevels(window: number, ratio: number, length: number): DilatedLevel[] {
  const levels: DilatedLevel[] = [];
  for (let rate = 1; ; rate *= ratio) {
    levels.push({ segment: window * rate, rate });
    if (window * rate >= length) return levels;
  }
}

export function initialDilatedAttentionState(
  levels: readonly DilatedLevel[],
  heads: number,
  keyWidth: number,
  valueWidth = keyWidth,
): DilatedAttentionState {
  const kept = levels.map(level => ({
    keys: zeros([heads, slotsOf(level), keyWidth]),
    values: zeros([heads, slotsOf(level), valueWidth]),
  }));
  return { levels: kept, position: zeros([1]) };
}

/**
 * Token p belongs, at level (w, r), to segment ⌊p/w⌋, and to head j if p ≡ offset of j (mod r), which is j itself in
 * the paper. A token attends, per level, to the tokens of its head and segment up to itself; heads that do not own it
 * contribute nothing there. Levels are mixed by their softmax denominators: O = Σ αᵢOᵢ, αᵢ = sᵢ/Σs (equation 10), which
 * is attention over the union of the levels, a key counting once for each level that has it; zero where no level has a
 * key. q, k [T, H, dh], v [T, H, dv], output [T, H, dv].
 */
export function dilatedAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { levels, scale, offsets }: DilatedAttentionParameters,
  state: DilatedAttentionState,
): { output: Tensor; state: DilatedAttentionState } {
  const [length = 0, heads = 0, width = 0] = expectShape('dilated attention', 'q', q, [
    undefined,
    undefined,
    undefined,
  ]);
  expectShape('dilated attention', 'k', k, [length, heads, width]);
  const [, , outputs = 0] = expectShape('dilated attention', 'v', v, [length, heads, undefined]);
  const first = state.position.data[0]!;
  const next = state.levels.map(({ keys, values }, level) => {
    const slots = slotsOf(levels[level]!);
    expectShape('dilated attention', 'the kept keys', keys, [heads, slots, width]);
    expectShape('dilated attention', 'the kept values', values, [heads, slots, outputs]);
    return { keys: copy(keys), values: copy(values) };
  });
  let mixed = emptyPartials(heads, length, outputs);
  for (const [index, { segment, rate }] of levels.entries()) {
    const { keys, values } = next[index]!;
    const slots = segment / rate;
    const partials = emptyPartials(heads, length, outputs);
    for (let t = 0; t < length; t++) {
      const position = first + t;
      if (position % rate === 0) {
        shiftOne(keys);
        shiftOne(values);
      }
      for (let h = 0; h < heads; h++) {
        if (position % rate !== offsetOf(h, heads, rate, offsets)) continue;
        const last = (h + 1) * slots - 1; // the current token's group
        keys.data.set(row(k, t * heads + h), last * width);
        values.data.set(row(v, t * heads + h), last * outputs);
        const seen = Math.floor((position % segment) / rate) + 1;
        const query = row(q, t * heads + h).map(value => value * scale.data[h]!);
        attendRow(query, keys, values, last - seen + 1, last, partials, h * length + t);
      }
    }
    mixed = mergePartials(mixed, partials);
  }
  return {
    output: finishAttention(mixed),
    state: { levels: next, position: { shape: [1], data: Float64Array.of(first + length) } },
  };
}

/** Groups that a level stores. Throws when its segment is not a multiple of its rate. */
export function slotsOf({ segment, rate }: DilatedLevel): number {
  if (segment % rate !== 0) {
    throw new RangeError(`dilated attention: a segment of ${segment} is no multiple of its rate ${rate}`);
  }
  return segment / rate;
}

/** Attention of one query over the rows `from` to `to` (inclusive) of keys and values, written to one row of partials. */
function attendRow(
  query: Float64Array,
  keys: Tensor,
  values: Tensor,
  from: number,
  to: number,
  { maximum, denominator, weighted }: ReturnType<typeof emptyPartials>,
  target: number,
): void {
  const scores: number[] = [];
  for (let at = from; at <= to; at++) {
    scores.push(row(keys, at).reduce((sum, value, c) => sum + value * query[c]!, 0));
  }
  const largest = scores.reduce((a, b) => Math.max(a, b), noScore);
  const width = values.shape[2]!;
  maximum.data[target] = largest;
  for (const [index, score] of scores.entries()) {
    const weight = Math.exp(score - largest);
    denominator.data[target]! += weight;
    for (const [c, value] of row(values, from + index).entries()) {
      weighted.data[target * width + c]! += weight * value;
    }
  }
}

/** Row `index` of the last axis, as a view. */
function row({ shape, data }: Tensor, index: number): Float64Array {
  const width = shape[2]!;
  return data.subarray(index * width, (index + 1) * width);
}

/** Shifts the second axis by one towards the start; the last row becomes zeros. */
function shiftOne({ shape, data }: Tensor): void {
  const [outer = 0, length = 0, width = 0] = shape;
  for (let o = 0; o < outer; o++) {
    const part = data.subarray(o * length * width, (o + 1) * length * width);
    part.copyWithin(0, width);
    part.fill(0, (length - 1) * width);
  }
}

function copy({ shape, data }: Tensor): Tensor {
  return { shape, data: data.slice() };
}
