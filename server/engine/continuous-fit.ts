/**
 * The continuous memory of a span of tokens: coefficients B of its signal on N Gaussians (arXiv 2109.00301). A file's signal is
 * averaged into a fixed number of bins first, which one matrix fits whatever the file's length; spans are refitted in pairs.
 */
import {
  evaluateBasis,
  evenPoints,
  gaussianBasis,
  ridgeRegression,
} from '../../kernels/continuous-memory/basis.ts';
import {
  type ContinuousMergePlan,
  type ContinuousSpan,
  mergeContinuous,
} from '../../kernels/continuous-memory/merge.ts';
import { product } from '../../kernels/continuous-memory/plan.ts';
import type { ModelConfig } from '../../kernels/model/config.ts';
import { type Tensor, zeros } from '../../kernels/tensor.ts';

/** Bins a basis function. */
const binsEach = 4;
/** λ weighs against this many tokens at most: the model was trained on fits of about as many. */
const mostWeighed = 8192;

export class ContinuousFit {
  readonly #config: ModelConfig;
  /** By the tokens that λ is weighed against, a power of two. */
  readonly #plans = new Map<number, ContinuousMergePlan>();

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  get #bins(): number {
    return binsEach * this.#config.continuous_bases;
  }

  /** The signal [T, cw] of a whole file → B [N, cw]. */
  fit(signal: SignalBins): Tensor {
    return product(this.#plan(signal.length).fit, signal.mean());
  }

  bins(length: number): SignalBins {
    return new SignalBins(length, this.#bins, this.#config.continuous_width);
  }

  /** `first`, then `second`, as one. */
  merge(first: ContinuousSpan, second: ContinuousSpan): ContinuousSpan {
    return mergeContinuous(first, second, this.#plan(first.length + second.length));
  }

  /**
   * The twin fits T points with a ridge of λ. With as many bins as here, λ·bins/T weighs the same; T is rounded to a power of two, so
   * that a few plans serve every file.
   */
  #plan(length: number): ContinuousMergePlan {
    const tokens = Math.min(2 ** Math.round(Math.log2(Math.max(1, length))), mostWeighed);
    const known = this.#plans.get(tokens);
    if (known !== undefined) return known;
    const { continuous_bases: N, continuous_sigma: sigma, continuous_ridge: ridge } = this.#config;
    const basis = gaussianBasis(N, [sigma]);
    const points = evenPoints(this.#bins);
    const fit = ridgeRegression(evaluateBasis(basis, points), (ridge * this.#bins) / tokens);
    const plan = { basis, points, fit };
    this.#plans.set(tokens, plan);
    return plan;
  }
}

/** A signal of known length, averaged into bins by the share of each token that falls into each. */
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

  /** The next tokens of the signal: [T, cw]. */
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
