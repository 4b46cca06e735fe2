/**
 * Hyena of order 2 (arXiv 2302.10866, definition 3.1 and algorithm 3):
 *
 *   (x1, x2, v) = short(p),  y = x1 ⊙ (h ∗ (x2 ⊙ v))
 *
 * p holds the three projections of the input side by side; `short` is a causal convolution of width 3 on each of their
 * 3d channels; h is one causal filter a channel, given either by its taps (short: 7, medium: 128, or as long as the
 * text) or in modal form, whose state has a fixed size at any length (arXiv 2310.18780).
 */
import { type DiagonalSsmParameters, diagonalSsm } from '../diagonal-ssm/reference.ts';
import { shortConvolution } from '../short-convolution/reference.ts';
import { type Tensor, zeros } from '../tensor.ts';

export type HyenaFilter =
  /** h_0 … h_{W−1}, the present token's first: [W, d]. */
  | { readonly kind: 'taps'; readonly taps: Tensor }
  | { readonly kind: 'modal'; readonly modal: DiagonalSsmParameters };

export interface HyenaParameters {
  /** The kernel of the short convolution, the present token's row last: [3, 3d]. */
  readonly short: Tensor;
  readonly filter: HyenaFilter;
}

export interface HyenaState {
  /** The last two projections, oldest first: [2, 3d]. */
  readonly short: Tensor;
  /** Taps: the last W − 1 gated values x2 ⊙ v, oldest first, [W − 1, d]. Modal: [d, 2, m]. */
  readonly filter: Tensor;
}

export function initialHyenaState({ short, filter }: HyenaParameters): HyenaState {
  const [width, channels] = [short.shape[0]!, short.shape[1]!];
  return {
    short: zeros([width - 1, channels]),
    filter:
      filter.kind === 'taps'
        ? zeros([filter.taps.shape[0]! - 1, channels / 3])
        : zeros(filter.modal.poles.shape),
  };
}

/** projections [T, 3d] (x1, x2, v side by side) → output [T, d]. */
export function hyena(
  projections: Tensor,
  { short, filter }: HyenaParameters,
  state: HyenaState,
): { output: Tensor; state: HyenaState } {
  const local = shortConvolution(projections, { kernel: short }, { past: state.short }); // [T, 3d]
  const [x1, x2, v] = thirds(local.output); // [T, d] each
  const gated = hadamard(x2, v);
  const long =
    filter.kind === 'taps'
      ? tapsConvolution(gated, filter.taps, state.filter)
      : modalConvolution(gated, filter.modal, state.filter);
  return {
    output: hadamard(x1, long.output),
    state: { short: local.state.past, filter: long.state },
  };
}

function tapsConvolution(input: Tensor, taps: Tensor, past: Tensor): { output: Tensor; state: Tensor } {
  const { output, state } = shortConvolution(input, { kernel: reversedRows(taps) }, { past });
  return { output, state: state.past };
}

function modalConvolution(
  input: Tensor,
  modal: DiagonalSsmParameters,
  modes: Tensor,
): { output: Tensor; state: Tensor } {
  const { output, state } = diagonalSsm(input, modal, { modes });
  return { output, state: state.modes };
}

/** A filter h_0 … h_{W−1} as the kernel of a short convolution, whose last row weighs the present token, and back. */
export function reversedRows({ shape, data }: Tensor): Tensor {
  const [length, d] = [shape[0]!, shape[1]!];
  const reversed = zeros(shape);
  for (let t = 0; t < length; t++) reversed.data.set(data.subarray(t * d, (t + 1) * d), (length - 1 - t) * d);
  return reversed;
}

function thirds(x: Tensor): [Tensor, Tensor, Tensor] {
  const [length, channels] = [x.shape[0]!, x.shape[1]!];
  const d = channels / 3;
  const part = (first: number): Tensor => {
    const y = zeros([length, d]);
    for (let t = 0; t < length; t++) {
      y.data.set(x.data.subarray(t * channels + first, t * channels + first + d), t * d);
    }
    return y;
  };
  return [part(0), part(d), part(2 * d)];
}

function hadamard(a: Tensor, b: Tensor): Tensor {
  return { shape: a.shape, data: a.data.map((value, i) => value * b.data[i]!) };
}
