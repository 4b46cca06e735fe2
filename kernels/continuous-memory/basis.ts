/** Gaussian basis functions on [0, 1] and the ridge regression onto them, in float64 (∞-former, arXiv 2109.00301, section 3.1). */
import { solvePositive } from '../cholesky.ts';
import { type Tensor, zeros } from '../tensor.ts';

/** ψ_n(t) = N(t; μ_n, σ_n²), a normal density. */
export interface GaussianBasis {
  readonly centres: Float64Array;
  readonly widths: Float64Array;
}

/** An equal number of functions for every width, evenly spaced: μ_i = (i + ½)/count. */
export function gaussianBasis(count: number, widths: readonly number[]): GaussianBasis {
  const each = count / widths.length;
  if (!Number.isInteger(each))
    throw new RangeError(`continuous memory: ${widths.length} widths do not share ${count} functions`);
  return {
    centres: Float64Array.from({ length: count }, (_, n) => ((n % each) + 0.5) / each),
    widths: Float64Array.from({ length: count }, (_, n) => widths[Math.floor(n / each)]!),
  };
}

/** ψ at every point: [points, N]. */
export function evaluateBasis({ centres, widths }: GaussianBasis, points: ArrayLike<number>): Tensor {
  const values = zeros([points.length, centres.length]);
  for (let i = 0; i < points.length; i++) {
    for (let n = 0; n < centres.length; n++) {
      values.data[i * centres.length + n] = normalDensity(points[i]!, centres[n]!, widths[n]! ** 2);
    }
  }
  return values;
}

export function normalDensity(x: number, mean: number, variance: number): number {
  return Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance);
}

/** `count` evenly spaced points in [0, 1]: (i + ½)/count. */
export function evenPoints(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count);
}

/**
 * G = (ΨᵀΨ + λI)⁻¹Ψᵀ: [N, points], so that B = G X minimises |X − ΨB|² + λ|B|² for a signal X at the points. Ψ: [points, N].
 */
export function ridgeRegression(psi: Tensor, lambda: number): Tensor {
  const [points, N] = [psi.shape[0]!, psi.shape[1]!];
  const gram = zeros([N, N]);
  for (let i = 0; i < points; i++) {
    for (let a = 0; a < N; a++) {
      const left = psi.data[i * N + a]!;
      if (left === 0) continue;
      for (let b = 0; b < N; b++) gram.data[a * N + b]! += left * psi.data[i * N + b]!;
    }
  }
  for (let a = 0; a < N; a++) gram.data[a * N + a]! += lambda;
  const transposed = zeros([N, points]);
  for (let i = 0; i < points; i++) {
    for (let a = 0; a < N; a++) transposed.data[a * points + i] = psi.data[i * N + a]!;
  }
  const fit = solvePositive(gram, transposed);
  if (fit === undefined) throw new RangeError('continuous memory: the ridge is too small for this basis');
  return fit;
}
