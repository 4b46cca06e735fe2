/**
 * The continuous memory of a span of tokens: coefficients B of its signal on N Gaussians (arXiv 2109.00301). A file's
 * signal is first averaged into a fixed number of bins, which one matrix fits for any length; spans are merged by
 * refitting.
 */
import {
  evaluateBasis,
  evenPoints,
  gaussianBasis,
  normalDensity,
  ridgeRegression,
} from '../../kernels/continuous-memory/basis.ts';
import { product } from '../../kernels/continuous-memory/plan.ts';
import type { ModelConfig } from '../../kernels/model/config.ts';
import { type Tensor, zeros } from '../../kernels/tensor.ts';
import type { FloatTensor } from './tensor.ts';

/** A span of tokens and its coefficients, [N, cw]. */
export interface FittedSpan {
  readonly length: number;
  readonly continuous: FloatTensor;
}

/** Bins per basis function. */
const binsEach = 2;
/** Upper bound of the tokens that λ is weighed against, near the lengths in training. */
const maxWeighed = 8192;
/** Standard deviations beyond which a basis function is negligible (e⁻¹⁸). */
const reach = 6;

export class ContinuousFit {
  readonly #config: ModelConfig;
  /** By the token count that λ is weighed against, a power of two. */
  readonly #matrices = new Map<number, Tensor>();

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  get #bins(): number {
    return binsEach * this.#config.continuous_bases;
  }

  /** Fits a whole file's signal [T, cw] → B [N, cw]. */
  fit(signal: SignalBins): Tensor {
    return product(this.#matrix(signal.length), signal.mean());
  }

  bins(length: number): SignalBins {
    return new SignalBins(length, this.#bins, this.#config.continuous_width);
  }

  /** Merges consecutive spans: samples each signal in proportion to its tokens, and refits them together. */
  merge(spans: readonly FittedSpan[]): FloatTensor {
    const { continuous_bases: N, continuous_width: width } = this.#config;
    const length = spans.reduce((sum, span) => sum + span.length, 0);
    const signal = zeros([this.#bins, width]);
    let [at, start] = [0, 0];
    for (const [bin, t] of evenPoints(this.#bins).entries()) {
      while (at < spans.length - 1 && t * length >= start + spans[at]!.length) start += spans[at++]!.length;
      const { length: own, continuous } = spans[at]!;
      const row = signal.data.subarray(bin * width, (bin + 1) * width);
      this.#addValueAt((t * length - start) / own, continuous.data, row);
    }
    return { shape: [N, width], data: Float32Array.from(product(this.#matrix(length), signal).data) };
  }

  /** row [cw] += x̄(t) = Bᵀψ(t) */
  #addValueAt(t: number, coefficients: Float32Array, row: Float64Array): void {
    const { continuous_bases: N, continuous_sigma: sigma } = this.#config;
    const first = Math.max(0, Math.ceil((t - reach * sigma) * N - 0.5));
    const last = Math.min(N - 1, Math.floor((t + reach * sigma) * N - 0.5));
    for (let n = first; n <= last; n++) {
      const weight = normalDensity(t, (n + 0.5) / N, sigma * sigma);
      for (let i = 0; i < row.length; i++) row[i]! += weight * coefficients[n * row.length + i]!;
    }
  }

  /**
   * G [N, bins]. The PyTorch reference fits T points with a ridge of λ, which equals λ·bins/T for the bins here; T is
   * rounded to a power of two, so that a few matrices serve every length.
   */
  #matrix(length: number): Tensor {
    const tokens = Math.min(2 ** Math.round(Math.log2(Math.max(1, length))), maxWeighed);
    const known = this.#matrices.get(tokens);
    if (known !== undefined) return known;
    const { continuous_bases: N, continuous_sigma: sigma, continuous_ridge: ridge } = this.#config;
    const psi = evaluateBasis(gaussianBasis(N, [sigma]), evenPoints(this.#bins));
    const fit = ridgeRegression(psi, (ridge * this.#bins) / tokens);
    this.#matrices.set(tokens, fit);
    return fit;
  }
}

/** A signal of known length, averaged into bins by each token's overlap. */
export class SignalBins {
  readonly length: number;
  readonly #width: number;
  /** [bins, cw] */
  readonly #sums: Tensor;
  #at = 0;

  constructor(length: number, bins: number, width: number) {
    this.length = length;
    this.#width = width;
    this.#sums = zeros([bins, width]);
  }

  /** Appends tokens of the signal: [T, cw]. */
  add(signal: ArrayLike<number>): void {
    const [bins, width] = [this.#sums.shape[0]!, this.#width];
    for (let row = 0; row * width < signal.length; row++, this.#at++) {
      // Token i covers [i, i + 1)·bins/T of the bins.
      const start = (this.#at * bins) / this.length;
      const end = ((this.#at + 1) * bins) / this.length;
      for (let bin = Math.floor(start); bin < Math.min(bins, end); bin++) {
        const share = Math.min(end, bin + 1) - Math.max(start, bin);
        for (let i = 0; i < width; i++) this.#sums.data[bin * width + i]! += share * signal[row * width + i]!;
      }
    }
  }

  /** [bins, cw] */
  mean(): Tensor {
    return this.#sums;
  }
}
