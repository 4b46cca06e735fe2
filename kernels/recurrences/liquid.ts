/**
 * Liquid-S4 (arXiv 2209.12951, equations 4 to 7): a diagonal state space whose transition depends on the input,
 *
 *   x_t = (λ̄ + B̄ u_t) ⊙ x_{t−1} + B̄ u_t,   y_t = Re(C x_t)
 *
 * Expanded, that is S4's convolution plus, for every further p, one over products of p inputs, of which the paper keeps
 * the first few. The stack's input-dependent transition is the gated delta rule's.
 */
import { type Complex, complex, plus, times, zero } from './complex.ts';

export interface LiquidParameters {
  /** [N] each. */
  readonly poles: readonly Complex[];
  readonly input: readonly Complex[];
  readonly output: readonly Complex[];
}

export function liquidS4(u: readonly number[], { poles, input, output }: LiquidParameters): number[] {
  let x = poles.map(() => zero);
  return u.map(value => {
    const driven = input.map(b => times(complex(value), b));
    x = x.map((kept, n) => plus(times(plus(poles[n]!, driven[n]!), kept), driven[n]!));
    return plus(...x.map((kept, n) => times(output[n]!, kept))).re;
  });
}

/**
 * Same with products of at most `order` inputs: Σ_{p ≤ order}, order 1 being S4's convolution. States are graded by
 * their number of factors.
 */
export function liquidS4Truncated(
  u: readonly number[],
  { poles, input, output }: LiquidParameters,
  order: number,
): number[] {
  let graded = Array.from({ length: order }, () => poles.map(() => zero));
  return u.map(value => {
    const driven = input.map(b => times(complex(value), b));
    graded = graded.map((x, p) =>
      x.map((kept, n) => {
        const lower = p === 0 ? driven[n]! : times(driven[n]!, graded[p - 1]![n]!);
        return plus(times(poles[n]!, kept), lower);
      }),
    );
    const x = poles.map((_, n) => plus(...graded.map(grade => grade[n]!)));
    return plus(...x.map((kept, n) => times(output[n]!, kept))).re;
  });
}
