/**
 * A perceptron with one hidden layer (tanh) that gives the probability that a row is right; trained by Adam (Kingma and
 * Ba 2015).
 */
import { randomFrom } from '../../server/evaluation/random.ts';

export interface Rows {
  /** Features, row by row. */
  readonly values: Float32Array;
  readonly size: number;
  readonly right: Uint8Array;
  /** How many rows each represents. */
  readonly weight: Float32Array;
}

export interface TrainingOptions {
  readonly hidden: number;
  readonly epochs: number;
  readonly seed: number;
}

const batch = 512;
const rate = 3e-3;
const decay = 1e-2;
const beta1 = 0.9;
const beta2 = 0.999;

/**
 * @returns for each hidden unit its weights and bias, then the output's weights and bias, as
 * `server/usefulness/worth.ts` reads them
 */
export function train(rows: Rows, { hidden, epochs, seed }: TrainingOptions): Float64Array {
  const { values, size, right, weight } = rows;
  const count = right.length;
  const scale = scales(values, size);
  const random = randomFrom(seed);
  const stride = size + 1;
  const parameters = new Float64Array(hidden * stride + hidden + 1);
  for (let i = 0; i < parameters.length - 1; i++) parameters[i] = (random() - 0.5) * (2 / Math.sqrt(12));
  const gradient = new Float64Array(parameters.length);
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  const units = new Float64Array(hidden);
  const out = hidden * stride;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const steps = epochs * Math.ceil(count / batch);
  const used = new Int32Array(size);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = count - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    for (let start = 0; start < count; start += batch) {
      gradient.fill(0);
      const end = Math.min(count, start + batch);
      for (let k = start; k < end; k++) {
        const row = order[k]!;
        const at = row * size;
        let used_ = 0;
        for (let f = 0; f < size; f++) if (values[at + f] !== 0) used[used_++] = f;
        let sum = parameters[out + hidden]!;
        for (let h = 0; h < hidden; h++) {
          const own = h * stride;
          let unit = parameters[own + size]!;
          for (let u = 0; u < used_; u++)
            unit += parameters[own + used[u]!]! * values[at + used[u]!]! * scale[used[u]!]!;
          units[h] = Math.tanh(unit);
          sum += parameters[out + h]! * units[h]!;
        }
        const error = (1 / (1 + Math.exp(-sum)) - right[row]!) * weight[row]!;
        gradient[out + hidden]! += error;
        for (let h = 0; h < hidden; h++) {
          const own = h * stride;
          gradient[out + h]! += error * units[h]!;
          const back = error * parameters[out + h]! * (1 - units[h]! * units[h]!);
          gradient[own + size]! += back;
          for (let u = 0; u < used_; u++)
            gradient[own + used[u]!]! += back * values[at + used[u]!]! * scale[used[u]!]!;
        }
      }
      step++;
      const now = rate * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
      const corrected = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
      for (let i = 0; i < parameters.length; i++) {
        const slope = gradient[i]! / (end - start);
        first[i] = beta1 * first[i]! + (1 - beta1) * slope;
        second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
        const change = (corrected * first[i]!) / (Math.sqrt(second[i]!) + 1e-8);
        parameters[i]! -= now * (change + decay * parameters[i]!);
      }
    }
  }
  // Folds each feature's scale into the weights, so that readers need not know it.
  for (let h = 0; h < hidden; h++) for (let f = 0; f < size; f++) parameters[h * stride + f]! *= scale[f]!;
  return parameters;
}

/** The inverse root mean square of each feature. */
function scales(values: Float32Array, size: number): Float64Array {
  const squares = new Float64Array(size);
  for (let i = 0; i < values.length; i++) squares[i % size]! += values[i]! * values[i]!;
  const count = values.length / size;
  return squares.map(square => (square === 0 ? 0 : 1 / Math.sqrt(square / count)));
}
