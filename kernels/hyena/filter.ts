/**
 * The implicit filter of Hyena (arXiv 2302.10866, section 3.3; its public implementation for the constants):
 *
 *   h(t) = FFN(PE(t)) ⊙ (exp(−|δ| t) + shift),      t = i/(L − 1) for tap i of L
 *   PE(t) = [t, cos(f_1 w), …, cos(f_b w), −sin(f_1 w), …, −sin(f_b w)],   w = 2π i/L, f evenly spaced over [1e-4, b − 1]
 *   FFN(z) = W_4 sin(ω(W_3 sin(ω(W_2 sin(ω(W_1 z + b_1)) + b_2)) + b_3)),  ω the sine frequency, one a hidden
 *   unit and the same in every layer, learned like the rest; no bias on the last layer
 *
 * |δ| is evenly spaced over the channels from ln(100)/1.5 = 3.07 to ln(100)/0.3 = 15.35. The skip term D u is added to tap 0.
 */
import { full, randomNormal, type Tensor, zeros } from '../tensor.ts';

export interface ImplicitFilterParameters {
  /** W_1: [2b + 1, hidden], W_2 and W_3: [hidden, hidden], W_4: [hidden, d]; a row vector is multiplied from the left. */
  readonly weights: readonly [Tensor, Tensor, Tensor, Tensor];
  /** b_1, b_2, b_3: [hidden]. */
  readonly biases: readonly [Tensor, Tensor, Tensor];
  /** ω: [hidden]; starts at 10 for recall tasks, at 14 for language. */
  readonly frequency: Tensor;
  /** |δ|: [d]. */
  readonly decay: Tensor;
  readonly shift: number;
  /** D: [d]. */
  readonly skip: Tensor;
}

/** Random initial parameters: linear layers uniform in ±1/√fan-in. */
export function initialImplicitFilter(
  width: number,
  seed: number,
  { hidden = 64, bands = 1, frequency = 14, shift = 0 } = {},
): ImplicitFilterParameters {
  const sizes = [2 * bands + 1, hidden, hidden, hidden, width];
  const layer = (i: number): Tensor =>
    scaled(randomNormal([sizes[i]!, sizes[i + 1]!], seed + i), 1 / Math.sqrt(3 * sizes[i]!));
  const bias = (i: number): Tensor =>
    scaled(randomNormal([hidden], seed + 10 + i), 1 / Math.sqrt(3 * sizes[i]!));
  const decay = zeros([width]);
  const [slow, fast] = [Math.log(100) / 1.5, Math.log(100) / 0.3];
  for (let c = 0; c < width; c++) decay.data[c] = slow + ((fast - slow) * c) / Math.max(1, width - 1);
  return {
    weights: [layer(0), layer(1), layer(2), layer(3)],
    biases: [bias(0), bias(1), bias(2)],
    frequency: full([hidden], frequency),
    decay,
    shift,
    skip: randomNormal([width], seed + 20),
  };
}

/** All taps of a filter of a given length: [length, d]. */
export function implicitFilter(parameters: ImplicitFilterParameters, length: number): Tensor {
  const { weights, biases, frequency, decay, shift, skip } = parameters;
  const d = decay.shape[0]!;
  const bands = (weights[0].shape[0]! - 1) / 2;
  const taps = zeros([length, d]);
  for (let i = 0; i < length; i++) {
    let z = positionFeatures(i, length, bands);
    for (const [layer, bias] of biases.entries()) {
      z = affine(z, weights[layer]!, bias).map((x, unit) => Math.sin(frequency.data[unit]! * x));
    }
    const t = length > 1 ? i / (length - 1) : 0;
    const h = affine(z, weights[3], undefined);
    for (let c = 0; c < d; c++) taps.data[i * d + c] = h[c]! * (Math.exp(-decay.data[c]! * t) + shift);
  }
  for (let c = 0; c < d; c++) taps.data[c]! += skip.data[c]!;
  return taps;
}

/** PE(t) of tap i of `length`: 2·bands + 1 numbers. */
function positionFeatures(i: number, length: number, bands: number): Float64Array {
  const features = new Float64Array(2 * bands + 1);
  features[0] = length > 1 ? i / (length - 1) : 0;
  const w = (2 * Math.PI * i) / length;
  for (let b = 0; b < bands; b++) {
    const f = bands > 1 ? 1e-4 + ((bands - 1 - 1e-4) * b) / (bands - 1) : 1e-4;
    features[1 + b] = Math.cos(f * w);
    features[1 + bands + b] = -Math.sin(f * w);
  }
  return features;
}

/** x W + b. */
function affine(x: Float64Array, weight: Tensor, bias: Tensor | undefined): Float64Array {
  const columns = weight.shape[1]!;
  const y = bias === undefined ? new Float64Array(columns) : Float64Array.from(bias.data);
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < columns; j++) y[j]! += x[i]! * weight.data[i * columns + j]!;
  }
  return y;
}

function scaled(t: Tensor, factor: number): Tensor {
  return { shape: t.shape, data: t.data.map(x => x * factor) };
}
