/**
 * S4 (arXiv 2111.00396): x' = A x + B u, y = C x, with A diagonal plus low rank, A = Λ − P Q*, discretised by the
 * bilinear rule:
 *
 *   Ā = (1 − ΔA/2)⁻¹(1 + ΔA/2),  B̄ = (1 − ΔA/2)⁻¹ΔB,  K_k = C Āᵏ B̄
 *
 * and its kernel by the truncated generating function at the roots of unity z, which needs no power of Ā (section 3.3
 * and appendix C):
 *
 *   K̂(z) = 2/(1 + z)·(C̃ R B − C̃ R P (1 + Q* R P)⁻¹ Q* R B),  R = (2/Δ·(1 − z)/(1 + z) − Λ)⁻¹,  C̃ = C (1 − Ā^L)
 *
 * It starts from HiPPO-LegS (arXiv 2008.07669), whose A is normal up to rank one: A + PPᵀ = −½ + a skew-symmetric
 * matrix. S4D keeps only the diagonal (kernels/s4d) and is used in serving, inside H3 and as Hyena's modes: the low
 * rank improves Path-X and costs a Cauchy kernel.
 */
import {
  type Complex,
  combine,
  complex,
  exponential,
  identity,
  type Matrix,
  minus,
  multiply,
  one,
  over,
  plus,
  solve,
  times,
  zero,
} from './complex.ts';

/** HiPPO-LegS of N: A [N][N], B [N] and the P [N] that makes it normal. */
export function hippoLegS(N: number): { A: number[][]; B: number[]; P: number[] } {
  const root = (n: number): number => Math.sqrt(2 * n + 1);
  const indices = Array.from({ length: N }, (_, n) => n);
  return {
    A: indices.map(n => indices.map(k => (n > k ? -root(n) * root(k) : n === k ? -(n + 1) : 0))),
    B: indices.map(root),
    P: indices.map(n => Math.sqrt(n + 0.5)),
  };
}

/** Λ, P, Q, B, C of N numbers each; Q is not conjugated yet: A = diag(Λ) − P Q*. */
export interface S4Parameters {
  readonly diagonal: readonly Complex[];
  readonly P: readonly Complex[];
  readonly Q: readonly Complex[];
  readonly B: readonly Complex[];
  readonly C: readonly Complex[];
  readonly step: number;
}

/** The bilinear rule on the dense matrix: Ā and B̄ (a column). */
export function stepped({ diagonal, P, Q, B, step }: S4Parameters): { A: Matrix; B: Matrix } {
  const A = diagonal.map((λ, i) =>
    diagonal.map((_, j) => minus(i === j ? λ : zero, times(P[i]!, { re: Q[j]!.re, im: -Q[j]!.im }))),
  );
  const unit = identity(diagonal.length);
  const back = combine(complex(-step / 2), A, unit);
  return {
    A: solve(back, combine(complex(step / 2), A, unit)),
    B: solve(
      back,
      B.map(value => [times(complex(step), value)]),
    ),
  };
}

/** y of a whole sequence, step by step, from x = 0. */
export function s4Recurrence(u: readonly number[], parameters: S4Parameters): Complex[] {
  const { A, B } = stepped(parameters);
  let x: Matrix = parameters.diagonal.map(() => [zero]);
  return u.map(input => {
    x = combine(complex(input), B, multiply(A, x));
    return plus(...parameters.C.map((value, n) => times(value, x[n]![0]!)));
  });
}

/** K_0 … K_{L−1} by the generating function. L is odd, so that no root of unity is −1. */
export function s4Kernel(parameters: S4Parameters, L: number): Complex[] {
  if (L % 2 === 0) throw new RangeError(`S4: the length ${L} is even`);
  const { diagonal, P, Q, B, C, step } = parameters;
  const { A } = stepped(parameters);
  let power = identity(diagonal.length);
  for (let k = 0; k < L; k++) power = multiply(power, A);
  const truncated = multiply([C], combine(complex(-1), power, identity(diagonal.length)))[0]!;
  const values = Array.from({ length: L }, (_, k) => {
    const z = exponential(complex(0, (-2 * Math.PI * k) / L));
    const at = times(complex(2 / step), over(minus(one, z), plus(one, z)));
    const resolvent = diagonal.map(λ => over(one, minus(at, λ)));
    const between = (left: readonly Complex[], right: readonly Complex[]): Complex =>
      plus(...resolvent.map((r, n) => times(left[n]!, r, right[n]!)));
    const Qh = Q.map(({ re, im }) => complex(re, -im));
    const low = over(times(between(truncated, P), between(Qh, B)), plus(one, between(Qh, P)));
    return times(over(complex(2), plus(one, z)), minus(between(truncated, B), low));
  });
  // Inverse transform from the roots of unity.
  return Array.from({ length: L }, (_, k) => {
    const waves = values.map((value, j) => times(value, exponential(complex(0, (2 * Math.PI * j * k) / L))));
    return times(complex(1 / L), plus(...waves));
  });
}
