import { expectShape, type Tensor, zeros } from '../tensor.ts';

/** y = (SiLU(x G) ⊙ x U) D, with SiLU(a) = a·σ(a) (arXiv 2002.05202, SwiGLU; no biases). */
export interface GatedMlpParameters {
  /** G [d, f] */
  readonly gate: Tensor;
  /** U [d, f] */
  readonly up: Tensor;
  /** D [f, d] */
  readonly down: Tensor;
}

/** y = relu(x U)² D (arXiv 2109.08668, Primer; no biases). */
export interface SquaredMlpParameters {
  /** U [d, f] */
  readonly up: Tensor;
  /** D [f, d] */
  readonly down: Tensor;
}

/** x [T, d] to [T, d]. */
export function gatedMlp(x: Tensor, { gate, up, down }: GatedMlpParameters): Tensor {
  const gates = multiply(x, gate); // [T, f]
  const values = multiply(x, up); // [T, f]
  const hidden = values.data.map((value, index) => {
    const a = gates.data[index]!;
    return (a / (1 + Math.exp(-a))) * value;
  });
  return multiply({ shape: values.shape, data: hidden }, down);
}

/** x [T, d] to [T, d]. */
export function squaredMlp(x: Tensor, { up, down }: SquaredMlpParameters): Tensor {
  const values = multiply(x, up); // [T, f]
  const hidden = values.data.map(value => Math.max(value, 0) ** 2);
  return multiply({ shape: values.shape, data: hidden }, down);
}

/** x [T, K] times y [K, N]. */
function multiply(x: Tensor, y: Tensor): Tensor {
  const [inner = 0, outputs = 0] = expectShape('MLP', 'a weight', y, [undefined, undefined]);
  const [length = 0] = expectShape('MLP', 'its input', x, [undefined, inner]);
  const result = zeros([length, outputs]);
  for (let t = 0; t < length; t++) {
    for (let k = 0; k < inner; k++) {
      const value = x.data[t * inner + k]!;
      for (let n = 0; n < outputs; n++) {
        result.data[t * outputs + n]! += value * y.data[k * outputs + n]!;
      }
    }
  }
  return result;
}
