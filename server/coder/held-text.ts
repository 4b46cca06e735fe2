/** Tokens that spell a required start of the output: the partial word at the cursor. */
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';

/** The bytes of all tokens, by first byte. Strings with one UTF-16 unit per byte, which compare faster than arrays. */
export class TokenBytes {
  readonly #bytes: readonly string[];
  readonly #byFirst = new Map<number, number[]>();

  constructor(tokenizer: DecoderTokenizer) {
    this.#bytes = Array.from({ length: tokenizer.vocabularySize }, (_, id) =>
      Buffer.from(tokenizer.bytesOf(id)).toString('latin1'),
    );
    for (const [id, bytes] of this.#bytes.entries()) {
      if (bytes === '') continue;
      const first = bytes.charCodeAt(0);
      const ids = this.#byFirst.get(first);
      if (ids) ids.push(id);
      else this.#byFirst.set(first, [id]);
    }
  }

  of(id: number): string {
    return this.#bytes[id] ?? '';
  }

  /** Tokens that text starting with `bytes` may start with. */
  compatible(bytes: string): number[] {
    const ids = this.#byFirst.get(bytes.charCodeAt(0)) ?? [];
    return ids.filter(id => {
      const token = this.#bytes[id]!;
      return token.length > bytes.length ? token.startsWith(bytes) : bytes.startsWith(token);
    });
  }
}

export interface Choice {
  readonly token: number;
  /** Natural log-probability, conditioned on the allowed tokens. */
  readonly logProbability: number;
}

/** Chooses the most probable token, at first among those that spell the held text. */
export class HeldChooser {
  readonly #tokens: TokenBytes;
  #left: string;
  readonly #mayNotFollow: RegExp | undefined;

  /** @param mayNotFollow matches bytes that must not follow the held text in its last token */
  constructor(tokens: TokenBytes, held: string, mayNotFollow?: RegExp) {
    this.#tokens = tokens;
    this.#left = Buffer.from(held).toString('latin1');
    this.#mayNotFollow = mayNotFollow;
  }

  /** @param logits [V] */
  choose(logits: Float32Array): Choice {
    if (this.#left === '') return mostProbable(logits, logits.length, at => at);
    const left = this.#left.length;
    const all = this.#tokens.compatible(this.#left);
    const ids = all.filter(id => !this.#mayNotFollow?.test(this.#tokens.of(id).slice(left)));
    // Every byte is a token, so there is one.
    const choice = mostProbable(logits, ids.length, at => ids[at]!);
    this.#left = this.#left.slice(this.#tokens.of(choice.token).length);
    return choice;
  }
}

function mostProbable(logits: Float32Array, count: number, idAt: (at: number) => number): Choice {
  let token = idAt(0);
  for (let at = 1; at < count; at++) if (logits[idAt(at)]! > logits[token]!) token = idAt(at);
  const most = logits[token]!;
  let sum = 0;
  for (let at = 0; at < count; at++) sum += Math.exp(logits[idAt(at)]! - most);
  return { token, logProbability: 0 - Math.log(sum) };
}
