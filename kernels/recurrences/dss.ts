/**
 * DSS (arXiv 2203.14343, proposition 1): S4 with a diagonal A, its kernel in closed form.
 *
 *   exp       K_k = Σ_i w_i (e^{λ_i Δ} − 1)/λ_i · e^{λ_i Δ k}
 *   softmax   K_k = Σ_i w_i/λ_i · softmax over k of (λ_i Δ k), which is exp with w_i/(e^{λ_i Δ L} − 1): a kernel that
 *   depends on its length L
 *
 * S4D (kernels/s4d) is the exp form in real arithmetic with decays that stay negative by construction, and is used in
 * serving.
 */
import { type Complex, complex, exponential, minus, one, over, plus, times } from './complex.ts';

export interface DssParameters {
  readonly λ: readonly Complex[];
  readonly w: readonly Complex[];
  readonly step: number;
}

/** K_0 … K_{length−1}; its real part is the kernel if λ and w are given without conjugates. */
export function dssExp({ λ, w, step }: DssParameters, length: number): Complex[] {
  return Array.from({ length }, (_, k) =>
    plus(
      ...λ.map((pole, i) => {
        const held = over(minus(exponential(times(complex(step), pole)), one), pole);
        return times(w[i]!, held, exponential(times(complex(step * k), pole)));
      }),
    ),
  );
}

export function dssSoftmax({ λ, w, step }: DssParameters, length: number): Complex[] {
  const rows = λ.map(pole => {
    // A pole in the right half plane grows: its row starts from the end, to stay in the range of float64.
    const from = pole.re > 0 ? length - 1 : 0;
    const waves = Array.from({ length }, (_, k) => exponential(times(complex(step * (k - from)), pole)));
    const sum = plus(...waves);
    return waves.map(value => over(value, sum));
  });
  return Array.from({ length }, (_, k) =>
    plus(...λ.map((pole, i) => times(over(w[i]!, pole), rows[i]![k]!))),
  );
}
