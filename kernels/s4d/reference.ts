/**
 * S4D: the diagonal state space model (arXiv 2206.11893), initialised as S4D-Lin or S4D-Inv.
 *
 *   h' = A h + B u,  y = 2 Re(C h) + D u,  A_n = −exp(logDecay_n) + i·frequency_n,  B = 1
 *
 * discretised with a step Δ per channel, h_t = λ h_{t−1} + B̄ u_t, by
 *   zero-order hold:  λ = exp(ΔA),                    B̄ = (λ − 1)/A
 *   bilinear:         λ = (1 + ΔA/2)/(1 − ΔA/2),      B̄ = Δ/(1 − ΔA/2)
 * N counts real numbers: N = 16 is eight conjugate pairs, the state d·16 floats. B̄ and the factor 2 are folded into
 * the residue R = 2·C·B̄, so the carried state is h/B̄ (see the diagonal recurrence).
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

/** Initial frequencies Im A_n: Lin, πn, or Inv, (N/π)(N/(2n + 1) − 1) (equations 8 and 9 of the paper). */
export type S4dFrequencies = 'lin' | 'inv';

/** How the continuous system is discretised. */
export type Discretisation = 'zero-order hold' | 'bilinear';

/** A_n = −1/2 + i·frequency_n, Δ log-uniform in [1e-3, 0.1] over the channels, C and D ~ N(0, 1). */
export function initialS4dParameters(
  width: number,
  stateSize: number,
  seed: number,
  frequencies: S4dFrequencies = 'lin',
): S4dParameters {
  const pairs = stateSize / 2;
  const logStep = zeros([width]);
  const logDecay = zeros([width, pairs]);
  const frequency = zeros([width, pairs]);
  for (let c = 0; c < width; c++) {
    // Evenly spaced quantiles of the log-uniform distribution: every width includes both ends.
    logStep.data[c] = Math.log(1e-3) + ((c + 0.5) / width) * (Math.log(0.1) - Math.log(1e-3));
    for (let n = 0; n < pairs; n++) {
      logDecay.data[c * pairs + n] = Math.log(0.5);
      frequency.data[c * pairs + n] =
        frequencies === 'lin' ? Math.PI * n : (stateSize / Math.PI) * (stateSize / (2 * n + 1) - 1);
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

/** Poles and residues of the discretised model, in float64: computed once, when a graph is built or a model loaded. */
export function discretise(
  { logStep, logDecay, frequency, output, skip }: S4dParameters,
  by: Discretisation = 'zero-order hold',
): DiagonalSsmParameters {
  const [d, pairs] = [logDecay.shape[0]!, logDecay.shape[1]!];
  const poles = zeros([d, 2, pairs]);
  const residues = zeros([d, 2, pairs]);
  const steps = by === 'bilinear' ? bilinear : zeroOrderHold;
  for (let c = 0; c < d; c++) {
    const step = Math.exp(logStep.data[c]!);
    for (let n = 0; n < pairs; n++) {
      const at = c * pairs + n;
      const { λ, B } = steps(step, [-Math.exp(logDecay.data[at]!), frequency.data[at]!]);
      const [re, im] = [2 * c * pairs + n, (2 * c + 1) * pairs + n];
      const [cre, cim] = [output.data[re]!, output.data[im]!];
      [poles.data[re], poles.data[im]] = λ;
      residues.data[re] = 2 * (cre * B[0] - cim * B[1]);
      residues.data[im] = 2 * (cre * B[1] + cim * B[0]);
    }
  }
  return { poles, residues, skip };
}

type Complex = readonly [re: number, im: number];

/** The input is constant within a step. */
function zeroOrderHold(step: number, [are, aim]: Complex): { λ: [number, number]; B: Complex } {
  const magnitude = Math.exp(step * are);
  const λ: [number, number] = [magnitude * Math.cos(step * aim), magnitude * Math.sin(step * aim)];
  // B̄ = (λ − 1)/A; the real part of λ − 1 in a form that does not cancel for small steps.
  const half = Math.sin((step * aim) / 2);
  const nre = Math.expm1(step * are) - 2 * magnitude * half * half;
  const norm = are * are + aim * aim;
  return { λ, B: [(nre * are + λ[1] * aim) / norm, (λ[1] * are - nre * aim) / norm] };
}

/** Tustin's rule: trapezoidal instead of exponential. */
function bilinear(step: number, [are, aim]: Complex): { λ: [number, number]; B: Complex } {
  const [dre, dim] = [1 - (step * are) / 2, (-step * aim) / 2]; // 1 − ΔA/2
  const norm = dre * dre + dim * dim;
  const [nre, nim] = [1 + (step * are) / 2, (step * aim) / 2]; // 1 + ΔA/2
  return {
    λ: [(nre * dre + nim * dim) / norm, (nim * dre - nre * dim) / norm],
    B: [(step * dre) / norm, (-step * dim) / norm],
  };
}

export function initialS4dState(width: number, stateSize: number): DiagonalSsmState {
  return initialDiagonalSsmState(width, stateSize / 2);
}

/** input [T, d] → output [T, d]; state [d, 2, N/2]. */
export function s4d(
  input: Tensor,
  parameters: S4dParameters,
  state: DiagonalSsmState,
  by?: Discretisation,
): { output: Tensor; state: DiagonalSsmState } {
  return diagonalSsm(input, discretise(parameters, by), state);
}
