/**
 * The gated delta rule (arXiv 2412.06464, equation 10; the delta rule itself: arXiv 2406.06484), for every head:
 *
 *   S ← α_t S,   S ← S + β_t k_t (v_t − Sᵀk_t)ᵀ,   o_t = Sᵀ q_t,        S ∈ ℝ^{dk × dv}
 *
 * α = exp(g) with g ≤ 0 the log decay, β in [0, 1] (2 is still stable). q and k are L2-normalised here, for each head, as x/√(Σx² + 1e-6):
 * with |k| ≤ 1 the step is a contraction. There is no further scale on q.
 */
import { type Tensor, tensor, zeros } from '../tensor.ts';

/** Added to the sum of squares, under the root. */
export const keyNormEpsilon = 1e-6;

export type GatedDeltaInputs = {
  /** [T, H·dk], not yet normalised. */
  readonly q: Tensor;
  readonly k: Tensor;
  /** [T, H·dv]. */
  readonly v: Tensor;
  /** g: [T, H], at most 0. */
  readonly logDecay: Tensor;
  /** β: [T, H]. */
  readonly beta: Tensor;
};

export type GatedDeltaState = {
  /** S: [H, dk, dv]. */
  readonly memory: Tensor;
};

export function initialGatedDeltaState(heads: number, keyWidth: number, valueWidth: number): GatedDeltaState {
  return { memory: zeros([heads, keyWidth, valueWidth]) };
}

/** Output [T, H·dv]. The operator has no parameters: gates and keys are inputs. */
export function gatedDelta(
  { q, k, v, logDecay, beta }: GatedDeltaInputs,
  state: GatedDeltaState,
): { output: Tensor; state: GatedDeltaState } {
  const [heads, dk, dv] = state.memory.shape as [number, number, number];
  const length = q.shape[0]!;
  const S = Float64Array.from(state.memory.data); // [H, dk, dv]
  const output = zeros([length, heads * dv]);
  for (let t = 0; t < length; t++) {
    for (let head = 0; head < heads; head++) {
      const at = head * dk * dv;
      const key = normalise(k.data.subarray((t * heads + head) * dk, (t * heads + head + 1) * dk)); // [dk]
      const query = normalise(q.data.subarray((t * heads + head) * dk, (t * heads + head + 1) * dk)); // [dk]
      const α = Math.exp(logDecay.data[t * heads + head]!);
      const β = beta.data[t * heads + head]!;
      for (let j = 0; j < dv; j++) {
        let recalled = 0; // (Sᵀk)_j
        for (let i = 0; i < dk; i++) {
          S[at + i * dv + j]! *= α;
          recalled += S[at + i * dv + j]! * key[i]!;
        }
        const change = β * (v.data[(t * heads + head) * dv + j]! - recalled);
        let read = 0;
        for (let i = 0; i < dk; i++) {
          S[at + i * dv + j]! += key[i]! * change;
          read += S[at + i * dv + j]! * query[i]!;
        }
        output.data[(t * heads + head) * dv + j] = read;
      }
    }
  }
  return { output, state: { memory: tensor([heads, dk, dv], S) } };
}

/** x/√(Σx² + ε). */
export function normalise(x: Float64Array): Float64Array {
  let sum = keyNormEpsilon;
  for (const value of x) sum += value * value;
  const scale = 1 / Math.sqrt(sum);
  return x.map(value => value * scale);
}
