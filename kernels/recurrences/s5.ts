/**
 * S5 (arXiv 2208.04933): one diagonal state shared by all channels, x_t = λ̄ ⊙ x_{t−1} + B̄ u_t, y_t = Re(C x_t) + D ⊙
 * u_t with B̄ [N][d] and C [d][N] dense, run as a scan of (a, b) ∘ (a′, b′) = (a ⊙ a′, a′ ⊙ b + b′).
 * kernels/diagonal-ssm/merge.ts has the same monoid, with one state per channel as in S4D; that is what merges files
 * here.
 */
import { type Complex, complex, plus, times, zero } from './complex.ts';

export interface S5Parameters {
  /** λ̄: [N], discretised. */
  readonly poles: readonly Complex[];
  /** B̄: [N][d]. */
  readonly input: readonly (readonly Complex[])[];
  /** C: [d][N]. */
  readonly output: readonly (readonly Complex[])[];
  /** D: [d]. */
  readonly skip: readonly number[];
}

interface Step {
  readonly a: readonly Complex[];
  readonly b: readonly Complex[];
}

/** u [T][d] → y [T][d], token by token. */
export function s5(u: readonly (readonly number[])[], parameters: S5Parameters): number[][] {
  let x: readonly Complex[] = parameters.poles.map(() => zero);
  return u.map(tokens => {
    const { a, b } = stepOf(tokens, parameters);
    x = x.map((value, n) => plus(times(a[n]!, value), b[n]!));
    return outputOf(x, tokens, parameters);
  });
}

/** Same by recursive halving: log T rounds on a parallel processor. */
export function s5Scan(u: readonly (readonly number[])[], parameters: S5Parameters): number[][] {
  const join = (first: Step, second: Step): Step => ({
    a: first.a.map((value, n) => times(value, second.a[n]!)),
    b: first.b.map((value, n) => plus(times(second.a[n]!, value), second.b[n]!)),
  });
  const scan = (steps: readonly Step[]): Step[] => {
    if (steps.length <= 1) return [...steps];
    const half = steps.length >> 1;
    const before = scan(steps.slice(0, half));
    return [...before, ...scan(steps.slice(half)).map(step => join(before.at(-1)!, step))];
  };
  const states = scan(u.map(tokens => stepOf(tokens, parameters)));
  return u.map((tokens, t) => outputOf(states[t]!.b, tokens, parameters));
}

function stepOf(tokens: readonly number[], { poles, input }: S5Parameters): Step {
  return { a: poles, b: input.map(row => plus(...row.map((value, c) => times(value, complex(tokens[c]!))))) };
}

function outputOf(
  x: readonly Complex[],
  tokens: readonly number[],
  { output, skip }: S5Parameters,
): number[] {
  return output.map(
    (row, c) => plus(...row.map((value, n) => times(value, x[n]!))).re + skip[c]! * tokens[c]!,
  );
}
