import { expectShape, type Tensor, zeros } from '../tensor.ts';

/** Hashed embeddings of the last two and three tokens: after a pair, the next token is often certain. */
export interface NgramParameters {
  /** [B₂, d]: one row per bucket of hashed pairs. */
  readonly bigrams: Tensor;
  /** [B₃, d]: one row per bucket of hashed triples. */
  readonly trigrams: Tensor;
}

export interface NgramState {
  /** [2]: the two previous tokens, each plus one, the older first; 0 for none. */
  readonly previous: Tensor;
}

/**
 * Multipliers for the token, the one before and the one before that. Token ids are below 2²⁰, so every sum of products
 * is below 2⁵³: exact in float64 and int64.
 */
export const ngramMultipliers = [2_654_435_761, 2_246_822_519, 3_266_489_917] as const;

export function initialNgramState(): NgramState {
  return { previous: zeros([2]) };
}

/**
 * For consecutive tokens a, b, c (each id plus one; 0 before the start), the sum of rows (m₀c + m₁b) mod B₂ and (m₀c +
 * m₁b + m₂a) mod B₃. ids [T], output [T, d].
 */
export function ngram(
  ids: Tensor,
  { bigrams, trigrams }: NgramParameters,
  { previous }: NgramState,
): { output: Tensor; state: NgramState } {
  const [length = 0] = expectShape('n-gram embedding', 'ids', ids, [undefined]);
  const [pairs = 0, width = 0] = expectShape('n-gram embedding', 'bigrams', bigrams, [undefined, undefined]);
  const [triples = 0] = expectShape('n-gram embedding', 'trigrams', trigrams, [undefined, width]);
  expectShape('n-gram embedding', 'the previous tokens', previous, [2]);
  const [m0, m1, m2] = ngramMultipliers;
  const output = zeros([length, width]);
  let [a = 0, b = 0] = previous.data;
  for (let t = 0; t < length; t++) {
    const c = ids.data[t]! + 1;
    const pair = (m0 * c + m1 * b) % pairs;
    const triple = (m0 * c + m1 * b + m2 * a) % triples;
    for (let i = 0; i < width; i++) {
      output.data[t * width + i] = bigrams.data[pair * width + i]! + trigrams.data[triple * width + i]!;
    }
    [a, b] = [b, c];
  }
  return { output, state: { previous: { shape: [2], data: Float64Array.of(a, b) } } };
}
