/**
 * RWKV's time mixing (arXiv 2305.13048, equations 16 to 19), per channel: attention whose scores do not depend on the
 * query,
 *
 *   wkv_t = (Σ_{i < t} e^{−(t−1−i)w + k_i} v_i + e^{u + k_t} v_t) / (Σ_{i < t} e^{−(t−1−i)w + k_i} + e^{u + k_t})
 *
 * Its state is a decaying softmax partial: (m, ℓ, o) of kernels/flash-attention with every score lowered by w per
 * token. The stack uses attention's partials without the decay, and the delta rule's memory instead, which learns to
 * recall in a fifth of the steps (test/reproductions, recall).
 */
export interface RwkvParameters {
  /** w > 0, the decay per token, and u, the bonus of the current one. */
  readonly decay: number;
  readonly bonus: number;
}

/** k and v of one channel → wkv, in one pass with a running maximum, so that no exponential overflows. */
export function wkv(k: readonly number[], v: readonly number[], { decay, bonus }: RwkvParameters): number[] {
  let [maximum, weights, weighted] = [Number.NEGATIVE_INFINITY, 0, 0];
  return k.map((key, t) => {
    const now = Math.max(maximum, bonus + key);
    const [old, present] = [Math.exp(maximum - now), Math.exp(bonus + key - now)];
    const output = (old * weighted + present * v[t]!) / (old * weights + present);
    const next = Math.max(maximum - decay, key);
    const [kept, added] = [Math.exp(maximum - decay - next), Math.exp(key - next)];
    [maximum, weights, weighted] = [next, kept * weights + added, kept * weighted + added * v[t]!];
    return output;
  });
}
