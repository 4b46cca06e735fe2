import { type Tensor, zeros } from '../tensor.ts';
import { evaluateBasis, evenPoints, type GaussianBasis, ridgeRegression } from './basis.ts';

/** How a continuous memory absorbs a sequence, one segment at a time. */
export interface ContinuousMemoryConfig {
  readonly basis: GaussianBasis;
  /** L, tokens in a segment. */
  readonly segment: number;
  /** M, points at which the old signal is sampled when a segment is added. */
  readonly samples: number;
  /** τ, the share of [0, 1] left to the old signal. */
  readonly kept: number;
  /** λ of the ridge regression. */
  readonly ridge: number;
  /** Uniform: samples are evenly spaced. Sticky: samples follow past attention, counted in `bins` bins. */
  readonly sampling: 'uniform' | { readonly bins: number };
}

/** The matrices of an update, computed once in float64: B ← G_old Ψ(samples) B + E X. */
export interface ContinuousMemoryPlan {
  readonly config: ContinuousMemoryConfig;
  /** G_old: [N, M], from the samples of the old signal to coefficients. */
  readonly fitOld: Tensor;
  /** E: [N, L], from the tokens of a segment to coefficients. */
  readonly fitNew: Tensor;
  /** G_first: [N, L], the same for the first segment, which spans all of [0, 1]. */
  readonly fitFirst: Tensor;
  /** A = G_old Ψ at even samples: [N, N]; all that uniform sampling needs. */
  readonly carry: Tensor;
}

/** The old signal's M points are evenly spaced in [0, τ], the segment's L in [τ, 1] (arXiv 2109.00301, section 3.2). */
export function planContinuousMemory(config: ContinuousMemoryConfig): ContinuousMemoryPlan {
  const { basis, segment, samples, kept, ridge } = config;
  const points = [
    ...evenPoints(samples).map(t => kept * t),
    ...evenPoints(segment).map(t => kept + (1 - kept) * t),
  ];
  const fit = ridgeRegression(evaluateBasis(basis, points), ridge); // [N, M + L]
  const fitOld = columns(fit, 0, samples);
  return {
    config,
    fitOld,
    fitNew: columns(fit, samples, samples + segment),
    fitFirst: ridgeRegression(evaluateBasis(basis, evenPoints(segment)), ridge),
    carry: product(fitOld, evaluateBasis(basis, evenPoints(samples))),
  };
}

/** [a, b] × [b, c] */
export function product(left: Tensor, right: Tensor): Tensor {
  const [a, b, c] = [left.shape[0]!, left.shape[1]!, right.shape[1]!];
  const result = zeros([a, c]);
  for (let i = 0; i < a; i++)
    addRows(result.data, i * c, c, left.data.subarray(i * b, (i + 1) * b), right.data, 0, c);
  return result;
}

/**
 * into[at + j] += Σ_l factors[l] · rows[from + l·stride + j] for j < width: one row of a product. Four rows at a time,
 * so that the sum is loaded and stored a quarter as often.
 */
export function addRows(
  into: Float64Array,
  at: number,
  width: number,
  factors: Float32Array | Float64Array,
  rows: Float32Array | Float64Array,
  from: number,
  stride: number,
): void {
  const count = factors.length;
  let l = 0;
  for (; l + 4 <= count; l += 4) {
    const [a, b, c, d] = [factors[l]!, factors[l + 1]!, factors[l + 2]!, factors[l + 3]!];
    const one = from + l * stride;
    const [two, three, four] = [one + stride, one + 2 * stride, one + 3 * stride];
    for (let j = 0; j < width; j++)
      into[at + j]! += a * rows[one + j]! + b * rows[two + j]! + c * rows[three + j]! + d * rows[four + j]!;
  }
  for (; l < count; l++) {
    const row = from + l * stride;
    for (let j = 0; j < width; j++) into[at + j]! += factors[l]! * rows[row + j]!;
  }
}

function columns({ shape, data }: Tensor, start: number, end: number): Tensor {
  const [rows, width] = [shape[0]!, shape[1]!];
  const part = zeros([rows, end - start]);
  for (let i = 0; i < rows; i++)
    part.data.set(data.subarray(i * width + start, i * width + end), i * (end - start));
  return part;
}
