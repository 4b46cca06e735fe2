import { expectShape, type Tensor, zeros } from '../tensor.ts';

/** Root-mean-square normalisation (arXiv 1910.07467, equation 4). */
export interface NormParameters {
  /** [d] */
  readonly gain: Tensor;
  /** Added to the mean square, so that a zero vector stays zero. */
  readonly epsilon: number;
}

/** y_t = x_t / √(mean(x_t²) + ε) ⊙ gain, for every row of x [T, d]. */
export function norm(x: Tensor, { gain, epsilon }: NormParameters): Tensor {
  const [width = 0] = expectShape('norm', 'the gain', gain, [undefined]);
  const [length = 0] = expectShape('norm', 'x', x, [undefined, width]);
  const output = zeros([length, width]);
  for (let t = 0; t < length; t++) {
    let squares = 0;
    for (let c = 0; c < width; c++) squares += x.data[t * width + c]! ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let c = 0; c < width; c++) {
      output.data[t * width + c] = x.data[t * width + c]! * scale * gain.data[c]!;
    }
  }
  return output;
}
