/**
 * S4D: the diagonal state space model (arXiv 2206.11893), initialised as S4D-Lin.
 *
 *   h' = A h + B u,  y = 2 Re(C h) + D u,  A_n = −exp(logDecay_n) + i·frequency_n,  B = 1
 *
 * discretised with a zero-order hold and a step Δ of its own for every channel:
 *   λ = exp(ΔA),  B̄ = (λ − 1)/A,  h_t = λ h_{t−1} + B̄ u_t.
 * N counts real numbers: N = 16 is eight conjugate pairs, the state d·16 floats. B̄ and the factor 2 are moved into the
 * residue R = 2·C·B̄, so the carried state is h/B̄ (see the diagonal recurrence).
 */
import {
  type DiagonalSsmParameters,
  type DiagonalSsmState,
  diagonalSsm,
  initialDiagonalSsmState,
} from '../diagonal-ssm/reference.ts';
import { randomNormal, type Tensor, zeros } from '../tensor.ts';

export interface S4dParameters {
  /** log Δ: [d]. */
  readonly logStep: Tensor;
  /** log(−Re A): [d, N/2]. */
  readonly logDecay: Tensor;
  /** Im A: [d, N/2]. */
  readonly frequency: Tensor;
  /** C: [d, 2, N/2], real parts, then imaginary. */
  readonly output: Tensor;
  /** D: [d]. */
  readonly skip: Tensor;
}

/** S4D-Lin: A_n = −1/2 + iπn, Δ log-uniform in [1e-3, 0.1] over the channels, C and D ~ N(0, 1). */
export function initialS4dParameters(width: number, stateSize: number, seed: number): S4dParameters {
  const pairs = stateSize / 2;
  const logStep = zeros([width]);
  const logDecay = zeros([width, pairs]);
  const frequency = zeros([width, pairs]);
  for (let c = 0; c < width; c++) {
    // Evenly spaced quantiles of the log-uniform distribution: every width gets both ends.
    logStep.data[c] = Math.log(1e-3) + ((c + 0.5) / width) * (Math.log(0.1) - Math.log(1e-3));
    for (let n = 0; n < pairs; n++) {
      logDecay.data[c * pairs + n] = Math.log(0.5);
      frequency.data[c * pairs + n] = Math.PI * n;
    }
  }
  return {
    logStep,
    logDecay,
    frequency,
    output: randomNormal([width, 2, pairs], seed),
    skip: randomNormal([width], seed + 1),
  };
}

/** Poles and residues of the discretised model, in float64: done once, when a graph is built or a model is loaded. */
export function discretise({
  logStep,
  logDecay,
  frequency,
  output,
  skip,
}: S4dParameters): DiagonalSsmParameters {
  const [d, pairs] = [logDecay.shape[0]!, logDecay.shape[1]!];
  const poles = zeros([d, 2, pairs]);
  const residues = zeros([d, 2, pairs]);
  for (let c = 0; c < d; c++) {
    const step = Math.exp(logStep.data[c]!);
    for (let n = 0; n < pairs; n++) {
      const at = c * pairs + n;
      const [are, aim] = [-Math.exp(logDecay.data[at]!), frequency.data[at]!];
      const magnitude = Math.exp(step * are);
      const [λre, λim] = [magnitude * Math.cos(step * aim), magnitude * Math.sin(step * aim)];
      // B̄ = (λ − 1)/A; the real part of λ − 1 written so that a small step does not cancel.
      const half = Math.sin((step * aim) / 2);
      const nre = Math.expm1(step * are) - 2 * magnitude * half * half;
      const norm = are * are + aim * aim;
      const [bre, bim] = [(nre * are + λim * aim) / norm, (λim * are - nre * aim) / norm];
      const [re, im] = [2 * c * pairs + n, (2 * c + 1) * pairs + n];
      const [cre, cim] = [output.data[re]!, output.data[im]!];
      [poles.data[re], poles.data[im]] = [λre, λim];
      residues.data[re] = 2 * (cre * bre - cim * bim);
      residues.data[im] = 2 * (cre * bim + cim * bre);
    }
  }
  return { poles, residues, skip };
}

export function initialS4dState(width: number, stateSize: number): DiagonalSsmState {
  return initialDiagonalSsmState(width, stateSize / 2);
}

/** input [T, d] → output [T, d]; state [d, 2, N/2]. */
export function s4d(
  input: Tensor,
  parameters: S4dParameters,
  state: DiagonalSsmState,
): { output: Tensor; state: DiagonalSsmState } {
  return diagonalSsm(input, discretise(parameters), state);
}
