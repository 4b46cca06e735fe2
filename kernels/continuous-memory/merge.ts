/**
 * Merges two continuous memories: both signals are sampled on a time axis shared in proportion to their tokens, and
 * refitted together. A sequential update squeezes the past again with every segment, so old tokens fade exponentially;
 * in a tree of merges, a token is squeezed once per level.
 *
 * The refit is a projection, so merging is associative only up to the resolution of N functions; for identical results,
 * merge in one fixed order, as the repository's tree does. It is not commutative: time has a direction.
 */
import { type Tensor, zeros } from '../tensor.ts';
import { evaluateBasis, evenPoints, type GaussianBasis, ridgeRegression } from './basis.ts';
import { product } from './plan.ts';

export interface ContinuousSpan {
  /** In tokens; 0 for the empty span. */
  readonly length: number;
  /** B: [N, d]. */
  readonly coefficients: Tensor;
}

export interface ContinuousMergePlan {
  readonly basis: GaussianBasis;
  readonly points: Float64Array;
  /** G: [N, points]. */
  readonly fit: Tensor;
}

/** Samples the merged signal at `samples` points, at least as many as basis functions. */
export function planContinuousMerge(
  basis: GaussianBasis,
  samples: number,
  ridge: number,
): ContinuousMergePlan {
  const points = evenPoints(samples);
  return { basis, points, fit: ridgeRegression(evaluateBasis(basis, points), ridge) };
}

/** Fits a sequence x [T, d] at once: token i is at (i + ½)/T. */
export function fitContinuous(x: Tensor, basis: GaussianBasis, ridge: number): ContinuousSpan {
  const length = x.shape[0]!;
  if (length === 0) return { length, coefficients: zeros([basis.centres.length, x.shape[1]!]) };
  const fit = ridgeRegression(evaluateBasis(basis, evenPoints(length)), ridge);
  return { length, coefficients: product(fit, x) };
}

/** `first`, then `second`. */
export function mergeContinuous(
  first: ContinuousSpan,
  second: ContinuousSpan,
  { basis, points, fit }: ContinuousMergePlan,
): ContinuousSpan {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const length = first.length + second.length;
  const border = first.length / length;
  const before = points.filter(t => t < border).map(t => t / border);
  const after = points.filter(t => t >= border).map(t => (t - border) / (1 - border));
  const d = first.coefficients.shape[1]!;
  const signal = zeros([points.length, d]);
  signal.data.set(valueAt(first, basis, before).data);
  signal.data.set(valueAt(second, basis, after).data, before.length * d);
  return { length, coefficients: product(fit, signal) };
}

/** x̄ at points in [0, 1]: [points, d]. */
export function valueAt(
  { coefficients }: ContinuousSpan,
  basis: GaussianBasis,
  points: ArrayLike<number>,
): Tensor {
  return product(evaluateBasis(basis, points), coefficients);
}
