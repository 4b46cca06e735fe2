/**
 * The continuous memory of the ∞-former (arXiv 2109.00301): the past as a function x̄(t) = Bᵀψ(t) of t in [0, 1] with N
 * Gaussian basis functions; only B [N, d] is stored.
 *
 * Reading, for every query and head (equations 9 to 13):
 *   s = K q/√dk,  μ = sigmoid(w_μ·s + b_μ),  σ² = softplus(w_σ·s + b_σ) + floor,  K = B W_K,  V = B W_V
 *   density, the paper's:  r_n = N(μ; μ_n, σ² + σ_n²) = ∫ N(t; μ, σ²) ψ_n(t) dt,  o = Vᵀ r, the mean of the signal of V
 *   mean, a variant:       o = Vᵀ r / (Σ_n r_n + ε), which does not grow where bases overlap; ε is 1e-6 of the
 *   narrowest basis at its centre
 *
 * Writing: tokens gather until a segment of L is full; then the old signal is sampled at M points, squeezed into [0,
 * τ], and refitted with the segment in [τ, 1]: B ← G_old Ψ(samples) B + E X. Uniform sampling makes that B ← A B + E X
 * with constant A. The first segment has no old signal and, as in the paper, is fitted over all of [0, 1]: B = G_first
 * X. Sticky sampling puts the points at the quantiles of the attention since the last segment, with one hundredth
 * spread evenly. A query reads the memory as it was before the query's own segment.
 */
import { concatenateRows, expectShape, rows, type Tensor, tensor, zeros } from '../tensor.ts';
import { evaluateBasis, evenPoints, type GaussianBasis, normalDensity } from './basis.ts';
import { type ContinuousMemoryPlan, product } from './plan.ts';

/** Added to Σ r before dividing, relative to the height of the narrowest basis. */
export const readEpsilon = 1e-6;

/** Whether values are weighted by r_n or by r_n / Σ r. */
export type ContinuousReadForm = 'density' | 'mean';
/** Share of sticky samples spread evenly. */
export const evenShare = 0.01;

export interface ContinuousReadParameters {
  /** w_μ and w_σ: [N, 2], shared by the heads; b_μ and b_σ: [2]. */
  readonly location: Tensor;
  readonly locationBias: Tensor;
}

export interface ContinuousReadConfig {
  readonly form: ContinuousReadForm;
  readonly heads: number;
  /** Least variance of a query: 1e-6 for sorting, 1e-4 for language. */
  readonly varianceFloor: number;
}

export interface ContinuousMemoryParameters extends ContinuousReadParameters {
  /** W_K: [d, H·dk], W_V: [d, H·dv]. */
  readonly key: Tensor;
  readonly value: Tensor;
}

export interface ContinuousMemoryState {
  /** B: [N, d]. */
  readonly coefficients: Tensor;
  /** E X (G_first X for the first segment) of the tokens gathered so far: [N, d], and their number: [1]. */
  readonly pending: Tensor;
  readonly filled: Tensor;
  /** 1 once a segment has been written, 0 before: [1]. */
  readonly begun: Tensor;
  /** Attention per bin since the last segment: [bins]; [1] and unused under uniform sampling. */
  readonly attention: Tensor;
}

export function initialContinuousMemoryState(
  plan: ContinuousMemoryPlan,
  width: number,
): ContinuousMemoryState {
  const N = plan.config.basis.centres.length;
  return {
    coefficients: zeros([N, width]),
    pending: zeros([N, width]),
    filled: zeros([1]),
    begun: zeros([1]),
    attention: zeros([binsOf(plan)]),
  };
}

/** Reads with q [T, H·dk] and writes x [T, d] → output [T, H·dv]. */
export function continuousMemory(
  { q, x }: { readonly q: Tensor; readonly x: Tensor },
  parameters: ContinuousMemoryParameters,
  read: ContinuousReadConfig,
  plan: ContinuousMemoryPlan,
  state: ContinuousMemoryState,
): { output: Tensor; state: ContinuousMemoryState } {
  const { segment } = plan.config;
  const [length = 0, d = 0] = expectShape('continuous memory', 'x', x, [undefined, undefined]);
  const [N] = expectShape('continuous memory', 'the coefficients', state.coefficients, [undefined, d]) as [
    number,
  ];
  let { coefficients } = state;
  let pending = Float64Array.from(state.pending.data);
  let attention = Float64Array.from(state.attention.data);
  let filled = state.filled.data[0]!;
  let begun = state.begun.data[0]!;
  let [keys, values] = [product(coefficients, parameters.key), product(coefficients, parameters.value)];
  const outputs: Tensor[] = [];
  for (let t = 0; t < length; t++) {
    const query = rows(q, t, t + 1);
    const { output, seen } = continuousRead(
      { q: query, keys, values },
      parameters,
      read,
      plan.config.basis,
      binsOf(plan),
    );
    outputs.push(output);
    if (attention.length > 1) attention = attention.map((mass, bin) => mass + seen.data[bin]!);
    const fit = begun > 0 ? plan.fitNew : plan.fitFirst;
    for (let n = 0; n < N; n++) {
      for (let c = 0; c < d; c++) {
        pending[n * d + c]! += fit.data[n * segment + filled]! * x.data[t * d + c]!;
      }
    }
    filled++;
    if (filled === segment) {
      const carried = product(carry(plan, attention), coefficients);
      coefficients = tensor(
        [N, d],
        carried.data.map((value, i) => value + pending[i]!),
      );
      [keys, values] = [product(coefficients, parameters.key), product(coefficients, parameters.value)];
      pending = new Float64Array(N * d);
      attention = new Float64Array(attention.length);
      filled = 0;
      begun = 1;
    }
  }
  return {
    output: concatenateRows(outputs),
    state: {
      coefficients,
      pending: tensor([N, d], pending),
      filled: tensor([1], [filled]),
      begun: tensor([1], [begun]),
      attention: tensor([attention.length], attention),
    },
  };
}

/**
 * Read only: q [T, H·dk], keys [N, H·dk], values [N, H·dv] → output [T, H·dv], and the attention mass of each query on
 * every bin, summed over heads (1 each): seen [T, bins].
 */
export function continuousRead(
  { q, keys, values }: { readonly q: Tensor; readonly keys: Tensor; readonly values: Tensor },
  { location, locationBias }: ContinuousReadParameters,
  { form, heads, varianceFloor }: ContinuousReadConfig,
  basis: GaussianBasis,
  bins: number,
): { output: Tensor; seen: Tensor } {
  const { centres } = basis;
  const [length, N] = [q.shape[0]!, centres.length];
  const [dk, dv] = [keys.shape[1]! / heads, values.shape[1]! / heads];
  const output = zeros([length, heads * dv]);
  const seen = zeros([length, bins]);
  for (let t = 0; t < length; t++) {
    for (let head = 0; head < heads; head++) {
      let [place, spread] = [locationBias.data[0]!, locationBias.data[1]!];
      for (let n = 0; n < N; n++) {
        let score = 0;
        for (let i = 0; i < dk; i++) {
          score += keys.data[(n * heads + head) * dk + i]! * q.data[(t * heads + head) * dk + i]!;
        }
        place += (location.data[n * 2]! * score) / Math.sqrt(dk);
        spread += (location.data[n * 2 + 1]! * score) / Math.sqrt(dk);
      }
      const μ = 1 / (1 + Math.exp(-place));
      const variance = Math.max(spread, 0) + Math.log1p(Math.exp(-Math.abs(spread))) + varianceFloor;
      const r = expectations(μ, variance, basis);
      const least = readEpsilon / Math.sqrt(2 * Math.PI * (variance + Math.min(...basis.widths) ** 2));
      const total = form === 'density' ? 1 : r.reduce((sum, value) => sum + value, least);
      for (let n = 0; n < N; n++) {
        for (let j = 0; j < dv; j++) {
          output.data[(t * heads + head) * dv + j]! +=
            (r[n]! / total) * values.data[(n * heads + head) * dv + j]!;
        }
      }
      // A query narrower than a bin must still hit one.
      const mass = evenPoints(bins).map(bin =>
        Math.exp((-0.5 * (bin - μ) ** 2) / (variance + (0.5 / bins) ** 2)),
      );
      const all = mass.reduce((sum, value) => sum + value, 0);
      for (let bin = 0; bin < bins; bin++) seen.data[t * bins + bin]! += mass[bin]! / all;
    }
  }
  return { output, seen };
}

/** E[ψ(t)] for t ~ N(μ, σ²): r_n = N(μ; μ_n, σ² + σ_n²), [N]. */
export function expectations(μ: number, variance: number, { centres, widths }: GaussianBasis): Float64Array {
  return centres.map((centre, n) => normalDensity(μ, centre, variance + widths[n]! ** 2));
}

/** [N, N]: maps coefficients to those of the signal sampled and squeezed. */
function carry(plan: ContinuousMemoryPlan, attention: Float64Array): Tensor {
  const { basis, samples, sampling } = plan.config;
  if (sampling === 'uniform') return plan.carry;
  return product(plan.fitOld, evaluateBasis(basis, stickySamples(attention, samples)));
}

/** Points in [0, 1] at the quantiles (m + ½)/M of the attention, linear within a bin. */
export function stickySamples(attention: Float64Array, samples: number): Float64Array {
  const bins = attention.length;
  const sum = attention.reduce((total, mass) => total + mass, 0);
  const even = (evenShare * (sum + 1)) / bins;
  const whole = sum + even * bins;
  const points = new Float64Array(samples);
  let bin = 0;
  let before = 0; // mass of the bins before this one
  for (let m = 0; m < samples; m++) {
    const target = (m + 0.5) / samples;
    let mass = (attention[bin]! + even) / whole;
    while (bin < bins - 1 && before + mass <= target) {
      before += mass;
      bin++;
      mass = (attention[bin]! + even) / whole;
    }
    points[m] = (bin + (target - before) / mass) / bins;
  }
  return points;
}

export function binsOf({ config }: ContinuousMemoryPlan): number {
  return config.sampling === 'uniform' ? 1 : config.sampling.bins;
}
