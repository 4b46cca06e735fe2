/** From logits to tokens: greedy, or nucleus sampling. */

/** Chooses the next token from its logits, [V]. */
export type Choose = (logits: Float32Array) => number;

export interface SamplingOptions {
  /** Divides the logits: below 1 sharper, above 1 flatter. */
  readonly temperature: number;
  /**
   * In (0, 1]: samples from the most probable tokens that together have this share (Holtzman et al., arXiv 1904.09751).
   */
  readonly topP: number;
  /** Uniform numbers in [0, 1). */
  readonly uniform: () => number;
}

/** The most probable token; the lowest id among equals. */
export const greedy: Choose = logits => {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
};

/** @throws RangeError for a temperature or share that leaves no tokens */
export function nucleus({ temperature, topP, uniform }: SamplingOptions): Choose {
  if (!(temperature > 0)) throw new RangeError(`A temperature of ${temperature} is not above 0.`);
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`A share of ${topP} is not above 0 and at most 1.`);
  return logits => {
    const probability = softmax(logits, temperature);
    const inside: number[] = [];
    let share = 0;
    for (const id of byProbability(probability)) {
      inside.push(id);
      share += probability[id]!;
      if (share >= topP) break;
    }
    let left = uniform() * share;
    for (const id of inside) {
      left -= probability[id]!;
      if (left < 0) return id;
    }
    return inside.at(-1)!;
  };
}

/** Probabilities, in float64; they sum to 1. */
export function softmax(logits: Float32Array, temperature = 1): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const probability = Float64Array.from(logits, logit => Math.exp((logit - largest) / temperature));
  const sum = probability.reduce((a, b) => a + b, 0);
  return probability.map(value => value / sum);
}

/** Ids, most probable first, lowest first among equals. */
export function byProbability(probability: Float64Array): number[] {
  return [...probability.keys()].sort((a, b) => probability[b]! - probability[a]! || a - b);
}
