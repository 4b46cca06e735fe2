/**
 * Hyena of any order N (arXiv 2302.10866, definition 3.1 and algorithm 3), from N + 1 projections of the input:
 *
 *   (x_1, …, x_N, v) = short(p),  y = x_1 ⊙ (h_1 ∗ (x_2 ⊙ (h_2 ∗ ( … x_N ⊙ (h_N ∗ v)))))
 *
 * p holds the projections side by side; `short` is a causal convolution of width 3 on each of their channels; every h
 * is one causal filter per channel, given by its taps (short: 7, medium: 128, or as long as the sequence) or in modal
 * form, whose state has a fixed size at any length (arXiv 2310.18780). The paper's public implementation omits the
 * innermost filter, so that order 2 is y = x_1 ⊙ (h_1 ∗ (x_2 ⊙ v)), which is used in serving: N − 1 filters select that
 * form, N the definition.
 */
import { type DiagonalSsmParameters, diagonalSsm } from '../diagonal-ssm/reference.ts';
import { shortConvolution } from '../short-convolution/reference.ts';
import { type Tensor, zeros } from '../tensor.ts';

export type HyenaFilter =
  /** h_0 … h_{W−1}, the current token's first: [W, d]. */
  | { readonly kind: 'taps'; readonly taps: Tensor }
  | { readonly kind: 'modal'; readonly modal: DiagonalSsmParameters };

export interface HyenaParameters {
  /** The kernel of the short convolution, the current token's row last: [3, (N + 1)·d]. */
  readonly short: Tensor;
  /** h_1 …, outermost first; N of them, or N − 1 to omit the one between x_N and v. */
  readonly filters: readonly HyenaFilter[];
}

export interface HyenaState {
  /** The last two projections, oldest first: [2, (N + 1)·d]. */
  readonly short: Tensor;
  /** Filter by taps: its last W − 1 inputs, oldest first, [W − 1, d]. Modal: [d, 2, m]. */
  readonly filters: readonly Tensor[];
}

export function initialHyenaState({ short, filters }: HyenaParameters): HyenaState {
  const [width, channels] = [short.shape[0]!, short.shape[1]!];
  return {
    short: zeros([width - 1, channels]),
    filters: filters.map(filter =>
      filter.kind === 'taps'
        ? zeros([filter.taps.shape[0]! - 1, filter.taps.shape[1]!])
        : zeros(filter.modal.poles.shape),
    ),
  };
}

/** Channels of a filter: d. */
export function channelsOf(filter: HyenaFilter): number {
  return filter.kind === 'taps' ? filter.taps.shape[1]! : filter.modal.skip.shape[0]!;
}

/** N. @throws RangeError when projections and filters disagree */
export function hyenaOrder({ short, filters }: HyenaParameters): number {
  const channels = short.shape[1]!;
  const d = filters.length > 0 ? channelsOf(filters[0]!) : 0;
  const order = channels / d - 1;
  if (filters.length === 0 || (order !== filters.length && order !== filters.length + 1)) {
    throw new RangeError(
      `Hyena: ${channels} channels of projections do not fit ${filters.length} filters of ${d}`,
    );
  }
  return order;
}

/** projections [T, (N + 1)·d], x_1 first and v last → output [T, d]. */
export function hyena(
  projections: Tensor,
  parameters: HyenaParameters,
  state: HyenaState,
): { output: Tensor; state: HyenaState } {
  const { short, filters } = parameters;
  const order = hyenaOrder(parameters);
  const local = shortConvolution(projections, { kernel: short }, { past: state.short }); // [T, (N + 1)·d]
  const parts = apart(local.output, order + 1); // [T, d] each
  const next: Tensor[] = [];
  let z = parts[order]!;
  for (let n = order - 1; n >= 0; n--) {
    const filter = filters[n];
    if (filter !== undefined) {
      const convolved = convolve(z, filter, state.filters[n]!);
      next[n] = convolved.state;
      z = convolved.output;
    }
    z = hadamard(parts[n]!, z);
  }
  return { output: z, state: { short: local.state.past, filters: next } };
}

function convolve(input: Tensor, filter: HyenaFilter, past: Tensor): { output: Tensor; state: Tensor } {
  return filter.kind === 'taps'
    ? tapsConvolution(input, filter.taps, past)
    : modalConvolution(input, filter.modal, past);
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

/**
 * Converts a filter h_0 … h_{W−1} to a short convolution's kernel, whose last row weights the current token, or back.
 */
export function reversedRows({ shape, data }: Tensor): Tensor {
  const [length, d] = [shape[0]!, shape[1]!];
  const reversed = zeros(shape);
  for (let t = 0; t < length; t++) reversed.data.set(data.subarray(t * d, (t + 1) * d), (length - 1 - t) * d);
  return reversed;
}

function apart(x: Tensor, count: number): Tensor[] {
  const [length, channels] = [x.shape[0]!, x.shape[1]!];
  const d = channels / count;
  return Array.from({ length: count }, (_, index) => {
    const y = zeros([length, d]);
    for (let t = 0; t < length; t++) {
      const from = t * channels + index * d;
      y.data.set(x.data.subarray(from, from + d), t * d);
    }
    return y;
  });
}

function hadamard(a: Tensor, b: Tensor): Tensor {
  return { shape: a.shape, data: a.data.map((value, i) => value * b.data[i]!) };
}
