/** A test predictor that continues known texts after the longest common context with the prompt. */
import type {
  Distribution,
  Draft,
  DraftRequest,
  Hypothesis,
  Prediction,
  Predictor,
  TokenPlace,
} from '../../../server/copy-memory/predictor.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';

/** Gives no drafts, like a model: distributions only. */
export class FakePredictor implements Predictor {
  readonly #texts: readonly Uint16Array[];
  readonly #tokenizer: Tokenizer;
  /** Number of requested distributions. */
  asked = 0;

  constructor(tokenizer: Tokenizer, texts: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#texts = texts.map(text => tokenizer.encode(text));
  }

  begin(context: Uint16Array): Hypothesis {
    return this.#hypothesis([...context], 0);
  }

  #hypothesis(tokens: number[], pushed: number): Hypothesis {
    return {
      next: typed => this.#next(tokens, typed),
      push: token => {
        tokens.push(token);
        pushed++;
      },
      fork: () => this.#hypothesis([...tokens], pushed),
      drafts: (_request: DraftRequest): Draft[] => [],
      provenance: (count): TokenPlace[] => (pushed > 0 && count > 0 ? [{ path: 'fake.ts', line: 1 }] : []),
    };
  }

  #next(tokens: readonly number[], typed: Uint8Array | undefined): Distribution {
    this.asked++;
    const counts = new Map<number, number>();
    for (let length = 4; length >= 1 && counts.size === 0; length--) {
      const end = tokens.slice(-length);
      if (end.length < length) continue;
      for (const text of this.#texts) {
        for (let i = length; i < text.length; i++) {
          const follows = end.every((token, k) => text[i - length + k] === token);
          if (follows && this.#fits(text[i]!, typed)) counts.set(text[i]!, (counts.get(text[i]!) ?? 0) + 1);
        }
      }
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const predictions: Prediction[] = [...counts]
      .map(([token, count]) => ({ token, probability: count / total }))
      .sort((a, b) => b.probability - a.probability);
    return { predictions, matched: 0, support: 0 };
  }

  #fits(token: number, typed: Uint8Array | undefined): boolean {
    if (typed === undefined) return true;
    const bytes = this.#tokenizer.bytesOf(token);
    const length = Math.min(bytes.length, typed.length);
    return bytes.subarray(0, length).every((byte, i) => byte === typed[i]);
  }
}
