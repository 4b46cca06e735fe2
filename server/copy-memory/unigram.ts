import { frequencyEscape } from './escape.ts';

/** Token probabilities without context: by frequency in the prompt and, with less weight, in the repository. */
export class TokenFrequencies {
  readonly #repository: Uint32Array;
  readonly #repositoryTotal: number;
  readonly #prompt: Uint32Array;
  #promptTotal: number;

  private constructor(
    repository: Uint32Array,
    repositoryTotal: number,
    prompt: Uint32Array,
    promptTotal: number,
  ) {
    this.#repository = repository;
    this.#repositoryTotal = repositoryTotal;
    this.#prompt = prompt;
    this.#promptTotal = promptTotal;
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
    this.#prompt[token]!++;
    this.#promptTotal++;
  }

  fork(): TokenFrequencies {
    return new TokenFrequencies(
      this.#repository,
      this.#repositoryTotal,
      this.#prompt.slice(),
      this.#promptTotal,
    );
  }

  /** Positive for every token; sums to 1 over the vocabulary. */
  probability(token: number): number {
    // Add-one smoothing: no token is impossible.
    const wide = (this.#repository[token]! + 1) / (this.#repositoryTotal + this.#repository.length);
    if (this.#promptTotal === 0) return wide;
    const onward = frequencyEscape(this.#promptTotal);
    return ((1 - onward) * this.#prompt[token]!) / this.#promptTotal + onward * wide;
  }
}
