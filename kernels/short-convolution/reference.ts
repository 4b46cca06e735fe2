import { concatenateRows, expectShape, type Tensor, zeros } from '../tensor.ts';

/** A causal depthwise convolution over a few tokens, which precedes most long operators. */
export interface ShortConvolutionParameters {
  /** [W, d]; the last row weights the current token, the first the one W − 1 before. */
  readonly kernel: Tensor;
}

export interface ShortConvolutionState {
  /** [W − 1, d]: the previous tokens, oldest first. */
  readonly past: Tensor;
}

export function initialShortConvolutionState(width: number, channels: number): ShortConvolutionState {
  return { past: zeros([width - 1, channels]) };
}

/**
 * y_t = Σ_j kernel_j ⊙ x_{t − W + 1 + j}, with zeros before the start of the sequence. No bias, no activation.
 * x: [T, d], y: [T, d].
 */
export function shortConvolution(
  x: Tensor,
  { kernel }: ShortConvolutionParameters,
  { past }: ShortConvolutionState,
): { output: Tensor; state: ShortConvolutionState } {
  const [width = 0, channels = 0] = expectShape('short convolution', 'the kernel', kernel, [
    undefined,
    undefined,
  ]);
  const [length = 0] = expectShape('short convolution', 'x', x, [undefined, channels]);
  expectShape('short convolution', 'the past', past, [width - 1, channels]);
  const sequence = concatenateRows([past, x]); // [W − 1 + T, d]
  const output = zeros([length, channels]);
  for (let t = 0; t < length; t++) {
    for (let j = 0; j < width; j++) {
      for (let c = 0; c < channels; c++) {
        output.data[t * channels + c]! +=
          kernel.data[j * channels + c]! * sequence.data[(t + j) * channels + c]!;
      }
    }
  }
  const kept = { shape: [width - 1, channels], data: sequence.data.slice(length * channels) };
  return { output, state: { past: kept } };
}
