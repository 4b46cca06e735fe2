/**
 * The training-time parts of the ∞-former (arXiv 2109.00301, sections 3.1 to 3.3, and its public implementation):
 * writing a whole masked segment at once, and the penalty that keeps queries narrow.
 *
 *   mask      x̃_i = x_i ⊙ σ(b + Σ_{j = −1, 0, 1} x_{i+j} W_j), zeros outside the segment: a convolution of width 3
 *   that sees one token ahead
 *   write     B ← G_old Ψ(samples) B + E X̃, the first time B = G_first X̃
 *   penalty   KL(N(μ, σ²) ‖ N(μ₀, σ₀²)) = ½(σ²/σ₀² − ln(σ²/σ₀²) − 1 + (μ − μ₀)²/σ₀²), μ₀ = μ where only the width is
 *   penalized
 */
import { expectShape, type Tensor, tensor, zeros } from '../tensor.ts';
import { type ContinuousMemoryPlan, product } from './plan.ts';

export interface SignalMask {
  /** W_{−1}, W_0, W_1, each from channels in to channels out: [3, d, d]. */
  readonly kernel: Tensor;
  /** b: [d]. */
  readonly bias: Tensor;
}

/** x [L, d] → x̃ [L, d]. */
export function maskSignal(x: Tensor, { kernel, bias }: SignalMask): Tensor {
  const [length = 0, d = 0] = expectShape('signal mask', 'x', x, [undefined, undefined]);
  expectShape('signal mask', 'the kernel', kernel, [3, d, d]);
  expectShape('signal mask', 'the bias', bias, [d]);
  const masked = zeros([length, d]);
  for (let i = 0; i < length; i++) {
    for (let out = 0; out < d; out++) {
      let sum = bias.data[out]!;
      for (let j = -1; j <= 1; j++) {
        if (i + j < 0 || i + j >= length) continue;
        for (let c = 0; c < d; c++)
          sum += x.data[(i + j) * d + c]! * kernel.data[((j + 1) * d + c) * d + out]!;
      }
      masked.data[i * d + out] = x.data[i * d + out]! / (1 + Math.exp(-sum));
    }
  }
  return masked;
}

/**
 * B after a whole segment x [L, d], under uniform sampling: [N, d]. `before` is the previous B, undefined for an empty
 * memory.
 * @throws RangeError when x is not a whole segment
 */
export function writeSegment(
  plan: ContinuousMemoryPlan,
  before: Tensor | undefined,
  x: Tensor,
  mask?: SignalMask,
): Tensor {
  expectShape('continuous memory', 'a segment', x, [plan.config.segment, undefined]);
  const signal = mask === undefined ? x : maskSignal(x, mask);
  if (before === undefined) return product(plan.fitFirst, signal);
  const kept = product(plan.carry, before);
  const written = product(plan.fitNew, signal);
  return tensor(
    kept.shape,
    kept.data.map((value, i) => value + written.data[i]!),
  );
}

/** KL(N(μ, σ²) ‖ N(μ₀, σ₀²)) in nats; without `towards.mean` only the width is penalized. */
export function widthPenalty(
  query: { readonly mean: number; readonly variance: number },
  towards: { readonly mean?: number; readonly variance: number },
): number {
  const ratio = query.variance / towards.variance;
  const distance = query.mean - (towards.mean ?? query.mean);
  return 0.5 * (ratio - Math.log(ratio) - 1 + distance ** 2 / towards.variance);
}
