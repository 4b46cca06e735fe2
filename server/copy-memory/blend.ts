import { escapeProbability } from './escape.ts';
import type { Evidence, EvidenceSource } from './evidence.ts';
import type { Distribution, Prediction } from './predictor.ts';
import type { TokenFrequencies } from './unigram.ts';

/**
 * Blends evidence of all context lengths into one distribution, as prediction by partial matching and Jelinek–Mercer
 * smoothing do: from the longest context down, each takes its share of the remaining mass and escapes to the next with
 * a probability that depends on the match's length, support and agreement. The rest follows unigram frequency.
 */
export class Blender {
  /**
   * Probability of each token so far, and follower counts: per source, and after close matches in both. Zero between
   * calls.
   */
  readonly #probability: Float64Array;
  readonly #tallies: Readonly<Record<EvidenceSource | 'close', Tally>>;

  constructor(vocabularySize: number) {
    this.#probability = new Float64Array(vocabularySize);
    const tally = () => new Tally(vocabularySize);
    this.#tallies = { prompt: tally(), repository: tally(), close: tally() };
  }

  /**
   * @param frequencies probabilities without context
   * @param possible tokens that may come next; probabilities are conditioned on them
   */
  blend(evidence: Iterable<Evidence>, frequencies: TokenFrequencies, possible?: Uint8Array): Distribution {
    const probability = this.#probability;
    const { prompt, repository, close } = this.#tallies;
    let left = 1;
    let matched = 0;
    for (const { source, matched: n, follows, weights, sampled } of evidence) {
      matched ||= n;
      const tally = this.#tallies[source];
      if (sampled) tally.clear();
      tally.add(follows, weights);
      if (n >= Math.min(matched, closeMatch)) close.add(follows);
      const onward = escapeProbability(source, n, tally.total, tally.distinct.length, tally.most);
      const share = (left * (1 - onward)) / tally.weight;
      for (const token of tally.distinct) probability[token]! += share * tally.weights[token]!;
      left *= onward;
      if (left < negligible) break;
    }
    const predictions: Prediction[] = [];
    for (const token of new Set([...prompt.seen, ...repository.seen])) {
      probability[token]! += left * frequencies.probability(token);
      if (possible !== undefined && possible[token] === 0) continue;
      predictions.push({ token, probability: probability[token]! });
    }
    const whole = possible === undefined ? 1 : this.#massOf(possible, left, frequencies);
    predictions.sort((a, b) => b.probability - a.probability || a.token - b.token);
    const support = predictions.length === 0 ? 0 : close.counts[predictions[0]!.token]!;
    for (const tally of [prompt, repository]) for (const token of tally.seen) probability[token] = 0;
    for (const tally of [prompt, repository, close]) tally.forget();
    return {
      predictions: predictions.map(({ token, probability: p }) => ({ token, probability: p / whole })),
      matched,
      support,
    };
  }

  /** Total probability of the possible tokens, including those without evidence. */
  #massOf(possible: Uint8Array, left: number, frequencies: TokenFrequencies): number {
    let mass = 0;
    for (let token = 0; token < possible.length; token++) {
      if (possible[token] === 1) mass += this.#probability[token]! || left * frequencies.probability(token);
    }
    return mass;
  }
}

/** Matches of this length, or of the longest length if shorter, count as support. */
const closeMatch = 4;

/** Once less mass than this remains, shorter contexts cannot change a decision. */
const negligible = 1e-4;

/** Follower counts with weights, cheap to add, sum and reset. */
class Tally {
  readonly counts: Uint32Array;
  readonly weights: Float64Array;
  /** Tokens with a count. */
  distinct: number[] = [];
  /** Tokens counted at any time since the last `forget`. */
  readonly seen = new Set<number>();
  total = 0;
  weight = 0;
  /** The highest count. */
  most = 0;

  constructor(vocabularySize: number) {
    this.counts = new Uint32Array(vocabularySize);
    this.weights = new Float64Array(vocabularySize);
  }

  add(follows: readonly number[], weights?: readonly number[]): void {
    for (const [i, token] of follows.entries()) {
      const count = ++this.counts[token]!;
      if (count === 1) {
        this.distinct.push(token);
        this.seen.add(token);
      }
      if (count > this.most) this.most = count;
      const weight = weights === undefined ? 1 : weights[i]!;
      this.weights[token]! += weight;
      this.weight += weight;
    }
    this.total += follows.length;
  }

  clear(): void {
    for (const token of this.distinct) {
      this.counts[token] = 0;
      this.weights[token] = 0;
    }
    this.distinct = [];
    this.total = 0;
    this.weight = 0;
    this.most = 0;
  }

  forget(): void {
    this.clear();
    this.seen.clear();
  }
}
