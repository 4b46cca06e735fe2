/**
 * H3 (arXiv 2212.14052, section 3.1), with an outer product in every head:
 *
 *   k̄ = SSM_shift(k),   S_t = Σ_{s ≤ t} f_{t−s} k̄_s v_sᵀ ∈ ℝ^{dh × dh},   y_t = S_tᵀ q_t
 *
 * SSM_shift is a causal convolution with explicit taps on every channel of k (a shift matrix holds the last W tokens);
 * f is the impulse response of a diagonal SSM, one for each head, applied to every entry of the outer product.
 */
import type { DiagonalSsmParameters } from '../diagonal-ssm/reference.ts';
import { shortConvolution } from '../short-convolution/reference.ts';
import { type Tensor, tensor, zeros } from '../tensor.ts';

export interface H3Inputs {
  /** [T, d] each, heads side by side; the caller scales q (the model uses 1/√dh). */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

export interface H3Parameters {
  /** The kernel of SSM_shift, the current token's row last: [W, d]. */
  readonly shift: Tensor;
  /** One recurrence a head: poles and residues [H, 2, m], skip [H]. */
  readonly ssm: DiagonalSsmParameters;
}

export interface H3State {
  /** The last W − 1 keys, oldest first: [W − 1, d]. */
  readonly shift: Tensor;
  /** h_{n} = Σ_s λ_n^{t−s} k̄_s v_sᵀ, rows by key: [H, 2, m, dh, dh]. */
  readonly modes: Tensor;
}

export function initialH3State({ shift, ssm }: H3Parameters): H3State {
  const [width, d] = [shift.shape[0]!, shift.shape[1]!];
  const [heads, m] = [ssm.poles.shape[0]!, ssm.poles.shape[2]!];
  return { shift: zeros([width - 1, d]), modes: zeros([heads, 2, m, d / heads, d / heads]) };
}

/** q, k, v [T, d] → output [T, d], heads side by side. */
export function h3(
  { q, k, v }: H3Inputs,
  { shift, ssm }: H3Parameters,
  state: H3State,
): { output: Tensor; state: H3State } {
  const [length, d] = [q.shape[0]!, q.shape[1]!];
  const [heads, m] = [ssm.poles.shape[0]!, ssm.poles.shape[2]!];
  const dh = d / heads;
  if (!Number.isInteger(dh)) throw new Error(`h3: ${heads} heads do not divide a width of ${d}`);
  const shifted = shortConvolution(k, { kernel: shift }, { past: state.shift }); // [T, d]
  const modes = Float64Array.from(state.modes.data); // [H, 2, m, dh, dh]
  const output = zeros([length, d]);
  for (let t = 0; t < length; t++) {
    for (let head = 0; head < heads; head++) {
      const row = t * d + head * dh;
      for (let n = 0; n < m; n++) {
        const at = 2 * head * m + n;
        const [λre, λim] = [ssm.poles.data[at]!, ssm.poles.data[at + m]!];
        const [Rre, Rim] = [ssm.residues.data[at]!, ssm.residues.data[at + m]!];
        for (let i = 0; i < dh; i++) {
          for (let j = 0; j < dh; j++) {
            const re = at * dh * dh + i * dh + j;
            const im = re + m * dh * dh;
            const next =
              λre * modes[re]! - λim * modes[im]! + shifted.output.data[row + i]! * v.data[row + j]!;
            modes[im] = λre * modes[im]! + λim * modes[re]!;
            modes[re] = next;
            output.data[row + j]! += q.data[row + i]! * (Rre * modes[re]! - Rim * modes[im]!);
          }
        }
      }
      let match = 0;
      for (let i = 0; i < dh; i++) match += q.data[row + i]! * shifted.output.data[row + i]!;
      for (let j = 0; j < dh; j++) output.data[row + j]! += ssm.skip.data[head]! * match * v.data[row + j]!;
    }
  }
  return { output, state: { shift: shifted.state.past, modes: tensor(state.modes.shape, modes) } };
}
