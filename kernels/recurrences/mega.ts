/**
 * Mega's moving average (arXiv 2209.10655, section 3.1): every channel expands to h numbers with their own damping,
 *
 *   h_t = α ⊙ β u_t + (1 − α ⊙ δ) ⊙ h_{t−1},   y_t = ηᵀ h_t        α, δ in (0, 1)
 *
 * a diagonal state space with real poles, before single-head gated attention. The stack uses it as short convolutions
 * before its keys and as H3's shift; complex poles (S4D) hold phases, which real ones cannot.
 */
export interface MegaParameters {
  /** [h] each, for one channel. */
  readonly α: readonly number[];
  readonly δ: readonly number[];
  readonly β: readonly number[];
  readonly η: readonly number[];
}

export function movingAverage(u: readonly number[], { α, δ, β, η }: MegaParameters): number[] {
  let h = α.map(() => 0);
  return u.map(value => {
    h = h.map((kept, j) => α[j]! * β[j]! * value + (1 - α[j]! * δ[j]!) * kept);
    return h.reduce((sum, kept, j) => sum + η[j]! * kept, 0);
  });
}

/** K_k = Σ_j η_j (1 − α_j δ_j)ᵏ α_j β_j, so that y = K ∗ u. */
export function movingAverageKernel({ α, δ, β, η }: MegaParameters, length: number): number[] {
  return Array.from({ length }, (_, k) =>
    α.reduce((sum, rate, j) => sum + η[j]! * (1 - rate * δ[j]!) ** k * rate * β[j]!, 0),
  );
}
