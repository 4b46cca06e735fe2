import { frequencyEscape } from './escape.ts';

/** Token probabilities without context: by frequency in the prompt and, with less weight, in the repository. */
export class TokenFrequencies {
  readonly #repository: Uint32Array;
  readonly #repositoryTotal: number;
  /** Of the prompt; shared by all forks, and not changed. */
  #prompt: Uint32Array;
  /** Of the tokens pushed since: few, so that a fork costs little. */
  #pushed: Map<number, number>;
  #promptTotal: number;

  private constructor(
    repository: Uint32Array,
    repositoryTotal: number,
    prompt: Uint32Array,
    promptTotal: number,
    pushed = new Map<number, number>(),
  ) {
    this.#repository = repository;
    this.#repositoryTotal = repositoryTotal;
    this.#prompt = prompt;
    this.#promptTotal = promptTotal;
    this.#pushed = pushed;
  }

  /**
   * @param repository count of each token id; kept, not changed
   * @param prompt the tokens so far
   */
  static of(repository: Uint32Array, prompt: Uint16Array): TokenFrequencies {
    const counts = new Uint32Array(repository.length);
    for (const token of prompt) counts[token]!++;
    const total = repository.reduce((sum, count) => sum + count, 0);
    return new TokenFrequencies(repository, total, counts, prompt.length);
  }

  push(token: number): void {
    this.#pushed.set(token, (this.#pushed.get(token) ?? 0) + 1);
    this.#promptTotal++;
    if (this.#pushed.size <= mostPushed) return;
    this.#prompt = this.#prompt.slice();
    for (const [one, count] of this.#pushed) this.#prompt[one]! += count;
    this.#pushed = new Map();
  }

  fork(): TokenFrequencies {
    return new TokenFrequencies(
      this.#repository,
      this.#repositoryTotal,
      this.#prompt,
      this.#promptTotal,
      new Map(this.#pushed),
    );
  }

  /** Positive for every token; sums to 1 over the vocabulary. */
  probability(token: number): number {
    // Add-one smoothing: no token is impossible.
    const wide = (this.#repository[token]! + 1) / (this.#repositoryTotal + this.#repository.length);
    if (this.#promptTotal === 0) return wide;
    const onward = frequencyEscape(this.#promptTotal);
    const inPrompt = this.#prompt[token]! + (this.#pushed.get(token) ?? 0);
    return ((1 - onward) * inPrompt) / this.#promptTotal + onward * wide;
  }
}

/** Different tokens that are counted apart before they are added to those of the prompt. */
const mostPushed = 128;
