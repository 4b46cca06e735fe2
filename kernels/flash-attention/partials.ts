import { expectShape, type Tensor, zeros } from '../tensor.ts';

/**
 * Attention over some of the keys, in a form that the rest can be added to: the running maximum m of the scores, the
 * denominator ℓ = Σ exp(s − m), and the weighted sum o = Σ exp(s − m) v (FlashAttention, arXiv 2205.14135, section
 * 3.1). Partials over disjoint keys merge in any order and grouping.
 */
export interface AttentionPartials {
  /** [H, T]; `noScore` if no key was seen. */
  readonly maximum: Tensor;
  /** [H, T]; 0 if no key was seen. */
  readonly denominator: Tensor;
  /** [H, T, dv] */
  readonly weighted: Tensor;
}

/** The maximum over no scores, and the value of a masked score: finite, because ∞ − ∞ is NaN. */
export const noScore = -1e30;

export function emptyPartials(heads: number, length: number, width: number): AttentionPartials {
  const maximum = zeros([heads, length]);
  maximum.data.fill(noScore);
  return { maximum, denominator: zeros([heads, length]), weighted: zeros([heads, length, width]) };
}

/**
 * Partials of q [H, T, dh] over k [H, S, dh] and v [H, S, dv], where query t sees key s if `sees(t, s)`. Scores are q·k
 * unscaled: scale the queries first.
 */
export function attend(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  sees: (query: number, key: number) => boolean,
): AttentionPartials {
  const [heads = 0, length = 0, width = 0] = expectShape('attention', 'q', q, [
    undefined,
    undefined,
    undefined,
  ]);
  const [, keys = 0] = expectShape('attention', 'k', k, [heads, undefined, width]);
  const [, , outputs = 0] = expectShape('attention', 'v', v, [heads, keys, undefined]);
  const partials = emptyPartials(heads, length, outputs);
  const scores = new Float64Array(keys);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < length; t++) {
      const row = h * length + t;
      let maximum = noScore;
      for (let s = 0; s < keys; s++) {
        scores[s] = Number.NEGATIVE_INFINITY;
        if (!sees(t, s)) continue;
        let score = 0;
        for (let c = 0; c < width; c++)
          score += q.data[row * width + c]! * k.data[(h * keys + s) * width + c]!;
        scores[s] = score;
        maximum = Math.max(maximum, score);
      }
      partials.maximum.data[row] = maximum;
      for (let s = 0; s < keys; s++) {
        const weight = Math.exp(scores[s]! - maximum);
        if (weight === 0) continue;
        partials.denominator.data[row]! += weight;
        for (let c = 0; c < outputs; c++) {
          partials.weighted.data[row * outputs + c]! += weight * v.data[(h * keys + s) * outputs + c]!;
        }
      }
    }
  }
  return partials;
}

/** Partials over the keys of both: m = max(m₁, m₂); ℓ and o are scaled by exp(mᵢ − m) and added. */
export function mergePartials(a: AttentionPartials, b: AttentionPartials): AttentionPartials {
  expectShape('merge of partials', 'the second maximum', b.maximum, a.maximum.shape);
  expectShape('merge of partials', 'the second sum', b.weighted, a.weighted.shape);
  const maximum = zeros(a.maximum.shape);
  const denominator = zeros(a.maximum.shape);
  const weighted = zeros(a.weighted.shape);
  const width = a.weighted.shape[2]!;
  for (const row of maximum.data.keys()) {
    const largest = Math.max(a.maximum.data[row]!, b.maximum.data[row]!);
    const scaleA = Math.exp(a.maximum.data[row]! - largest);
    const scaleB = Math.exp(b.maximum.data[row]! - largest);
    maximum.data[row] = largest;
    denominator.data[row] = scaleA * a.denominator.data[row]! + scaleB * b.denominator.data[row]!;
    for (let c = row * width; c < (row + 1) * width; c++) {
      weighted.data[c] = scaleA * a.weighted.data[c]! + scaleB * b.weighted.data[c]!;
    }
  }
  return { maximum, denominator, weighted };
}

/** o / ℓ, as [T, H, dv]; zeros if no key was seen. */
export function finishAttention({ denominator, weighted }: AttentionPartials): Tensor {
  const [heads = 0, length = 0, width = 0] = weighted.shape;
  const output = zeros([length, heads, width]);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < length; t++) {
      const sum = denominator.data[h * length + t]!;
      for (let c = 0; c < width && sum > 0; c++) {
        output.data[(t * heads + h) * width + c] = weighted.data[(h * length + t) * width + c]! / sum;
      }
    }
  }
  return output;
}

/** x [T, H, dh] as [H, T, dh]. */
export function headsFirst(x: Tensor): Tensor {
  const [length = 0, heads = 0, width = 0] = expectShape('attention', 'an operand', x, [
    undefined,
    undefined,
    undefined,
  ]);
  const result = zeros([heads, length, width]);
  for (let t = 0; t < length; t++) {
    for (let h = 0; h < heads; h++) {
      const row = x.data.subarray((t * heads + h) * width, (t * heads + h + 1) * width);
      result.data.set(row, (h * length + t) * width);
    }
  }
  return result;
}
