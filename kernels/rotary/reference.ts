import { expectShape, type Tensor, zeros } from '../tensor.ts';

/** Rotary position embedding (RoFormer, arXiv 2104.09864, equation 34). */
export interface RotaryParameters {
  /** The base of the frequencies, θ_i = base^(−2i / dh); 10 000 in the paper. */
  readonly base: number;
  /** [dh / 2] divisors of the frequencies, for models stretched to longer contexts. */
  readonly divisors?: readonly number[];
}

export interface RotaryState {
  /** [1]: the position of the next token, from 0. */
  readonly position: Tensor;
}

export function initialRotaryState(): RotaryState {
  return { position: zeros([1]) };
}

/**
 * Rotates x [T, H, dh] by its positions. Component i is paired with component i + dh/2 (not with its neighbour):
 * y_i = x_i cos(pθ_i) − x_{i + dh/2} sin(pθ_i), y_{i + dh/2} = x_i sin(pθ_i) + x_{i + dh/2} cos(pθ_i), for i < dh/2.
 */
export function rotary(
  x: Tensor,
  { base, divisors }: RotaryParameters,
  { position }: RotaryState,
): { output: Tensor; state: RotaryState } {
  const [length = 0, heads = 0, width = 0] = expectShape('rotary', 'x', x, [undefined, undefined, undefined]);
  expectShape('rotary', 'the position', position, [1]);
  const half = width / 2;
  const output = zeros(x.shape);
  const first = position.data[0]!;
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < half; i++) {
      const angle = ((first + t) * base ** (-i / half)) / (divisors?.[i] ?? 1);
      const cos = Math.cos(angle);
      const sin = Math.sin(angle);
      for (let h = 0; h < heads; h++) {
        const at = (t * heads + h) * width + i;
        const a = x.data[at]!;
        const b = x.data[at + half]!;
        output.data[at] = a * cos - b * sin;
        output.data[at + half] = a * sin + b * cos;
      }
    }
  }
  return { output, state: { position: { shape: [1], data: Float64Array.of(first + length) } } };
}
