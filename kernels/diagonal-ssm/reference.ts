/**
 * A diagonal linear recurrence for every channel: the form that S4D, the modal Hyena filter and, a head at a time, H3 share.
 *
 *   h_t = λ ⊙ h_{t−1} + u_t            h ∈ ℂ^m for each channel
 *   y_t = Re Σ_n R_n h_{t,n} + D u_t
 *
 * so that y = f ∗ u with f_t = Re Σ_n R_n λ_n^t + D·[t = 0]. Complex numbers are two rows, [2, m]: real parts, then imaginary.
 * Sources: S4D (arXiv 2206.11893, section 3), Laughing Hyena (arXiv 2310.18780, section 3.1).
 */
import { expectShape, type Tensor, tensor, zeros } from '../tensor.ts';

export interface DiagonalSsmParameters {
  /** λ, every |λ| ≤ 1: [d, 2, m]. */
  readonly poles: Tensor;
  /** R: [d, 2, m]. Input and output matrix combined; u itself drives the recurrence. */
  readonly residues: Tensor;
  /** D: [d]. */
  readonly skip: Tensor;
}

export interface DiagonalSsmState {
  /** h after the last token: [d, 2, m]. */
  readonly modes: Tensor;
}

export function initialDiagonalSsmState(width: number, modes: number): DiagonalSsmState {
  return { modes: zeros([width, 2, modes]) };
}

/** input [T, d] → output [T, d]. */
export function diagonalSsm(
  input: Tensor,
  parameters: DiagonalSsmParameters,
  state: DiagonalSsmState,
): { output: Tensor; state: DiagonalSsmState } {
  const [d, m] = diagonalSsmShape(parameters);
  const [length = 0] = expectShape('diagonal recurrence', 'the input', input, [undefined, d]);
  expectShape('diagonal recurrence', 'the state', state.modes, [d, 2, m]);
  const λ = parameters.poles.data;
  const R = parameters.residues.data;
  const h = Float64Array.from(state.modes.data); // [d, 2, m]
  const output = zeros([length, d]);
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < d; c++) {
      const u = input.data[t * d + c]!;
      let y = parameters.skip.data[c]! * u;
      for (let n = 0; n < m; n++) {
        const re = 2 * c * m + n;
        const im = re + m;
        const next = λ[re]! * h[re]! - λ[im]! * h[im]! + u;
        h[im] = λ[re]! * h[im]! + λ[im]! * h[re]!;
        h[re] = next;
        y += R[re]! * h[re]! - R[im]! * h[im]!;
      }
      output.data[t * d + c] = y;
    }
  }
  return { output, state: { modes: tensor([d, 2, m], h) } };
}

/** f_0 … f_{length−1} of every channel: [length, d]. */
export function impulseResponse(parameters: DiagonalSsmParameters, length: number): Tensor {
  const [d, m] = diagonalSsmShape(parameters);
  const taps = zeros([length, d]);
  for (let c = 0; c < d; c++) {
    for (let n = 0; n < m; n++) {
      const at = 2 * c * m + n;
      const [λre, λim] = [parameters.poles.data[at]!, parameters.poles.data[at + m]!];
      let [re, im] = [parameters.residues.data[at]!, parameters.residues.data[at + m]!]; // R λ^t
      for (let t = 0; t < length; t++) {
        taps.data[t * d + c]! += re;
        [re, im] = [re * λre - im * λim, re * λim + im * λre];
      }
    }
    if (length > 0) taps.data[c]! += parameters.skip.data[c]!;
  }
  return taps;
}

/** Width and number of modes. Throws when the parameters' shapes disagree. */
export function diagonalSsmShape({ poles, residues, skip }: DiagonalSsmParameters): [d: number, m: number] {
  const [d = 0, , m = 0] = expectShape('diagonal recurrence', 'the poles', poles, [undefined, 2, undefined]);
  expectShape('diagonal recurrence', 'the residues', residues, [d, 2, m]);
  expectShape('diagonal recurrence', 'the skip', skip, [d]);
  return [d, m];
}
