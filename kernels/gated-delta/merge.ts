/**
 * A span of tokens maps the memory of the gated delta rule by S ↦ P S + N, one step being P_t = α_t (I − β_t k_t k_tᵀ)
 * and N_t = β_t k_t v_tᵀ. Spans compose; composition is associative, not commutative, and has no safe inverse: a
 * changed file recomputes its leaf and the compositions above it.
 */
import { type Tensor, tensor, zeros } from '../tensor.ts';
import { type GatedDeltaInputs, type GatedDeltaState, normalise } from './reference.ts';

export type GatedDeltaSpan = {
  /** P: [H, dk, dk]. */
  readonly transition: Tensor;
  /** N, the memory that the span leaves in an empty one: [H, dk, dv]. */
  readonly memory: Tensor;
};

/** The span of no tokens: S ↦ S. */
export function emptyGatedDeltaSpan(heads: number, keyWidth: number, valueWidth: number): GatedDeltaSpan {
  const transition = zeros([heads, keyWidth, keyWidth]);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < keyWidth; i++) transition.data[(head * keyWidth + i) * keyWidth + i] = 1;
  }
  return { transition, memory: zeros([heads, keyWidth, valueWidth]) };
}

/** The span of these tokens, found by running the recurrence on S = 0 and, without values, on S = I. */
export function gatedDeltaSpan(inputs: Omit<GatedDeltaInputs, 'q'>, heads: number): GatedDeltaSpan {
  const dk = inputs.k.shape[1]! / heads;
  const dv = inputs.v.shape[1]! / heads;
  const { transition, memory } = emptyGatedDeltaSpan(heads, dk, dv);
  for (let t = 0; t < inputs.k.shape[0]!; t++) {
    for (let head = 0; head < heads; head++) {
      const key = normalise(inputs.k.data.subarray((t * heads + head) * dk, (t * heads + head + 1) * dk));
      const value = inputs.v.data.subarray((t * heads + head) * dv, (t * heads + head + 1) * dv);
      const α = Math.exp(inputs.logDecay.data[t * heads + head]!);
      const β = inputs.beta.data[t * heads + head]!;
      step(transition.data.subarray(head * dk * dk, (head + 1) * dk * dk), key, undefined, α, β);
      step(memory.data.subarray(head * dk * dv, (head + 1) * dk * dv), key, value, α, β);
    }
  }
  return { transition, memory };
}

/** `first`, then `second`: (P₂P₁, P₂N₁ + N₂). */
export function composeGatedDelta(first: GatedDeltaSpan, second: GatedDeltaSpan): GatedDeltaSpan {
  const moved = multiply(second.transition, first.memory);
  return {
    transition: multiply(second.transition, first.transition),
    memory: tensor(
      moved.shape,
      moved.data.map((value, i) => value + second.memory.data[i]!),
    ),
  };
}

/** The memory after the span, started from `state`. */
export function applyGatedDelta(span: GatedDeltaSpan, state: GatedDeltaState): GatedDeltaState {
  const moved = multiply(span.transition, state.memory);
  return {
    memory: tensor(
      moved.shape,
      moved.data.map((value, i) => value + span.memory.data[i]!),
    ),
  };
}

/** M ← α(I − β k kᵀ) M + β k vᵀ, in place; v defaults to 0. M: [dk, columns]. */
function step(
  M: Float64Array,
  key: Float64Array,
  value: Float64Array | undefined,
  α: number,
  β: number,
): void {
  const columns = M.length / key.length;
  for (let j = 0; j < columns; j++) {
    let recalled = 0;
    for (let i = 0; i < key.length; i++) recalled += key[i]! * M[i * columns + j]!;
    const change = β * ((value?.[j] ?? 0) - α * recalled);
    for (let i = 0; i < key.length; i++) M[i * columns + j] = α * M[i * columns + j]! + key[i]! * change;
  }
}

/** Matrix product for every head: [H, a, b] × [H, b, c]. */
function multiply(left: Tensor, right: Tensor): Tensor {
  const [heads, a, b] = left.shape as [number, number, number];
  const c = right.shape[2]!;
  const product = zeros([heads, a, c]);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < a; i++) {
      for (let l = 0; l < b; l++) {
        const factor = left.data[(head * a + i) * b + l]!;
        for (let j = 0; j < c; j++) {
          product.data[(head * a + i) * c + j]! += factor * right.data[(head * b + l) * c + j]!;
        }
      }
    }
  }
  return product;
}
