/** Tokens joined into the units of program text: a word is one unit, whatever tokens it was cut into; every other token is one of its own. */
import type { UnitEdges } from '../copy-memory/like-places.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** The longest word in tokens; what is longer is cut, between characters. */
const longestUnit = 24;

const [opensWord, closesWord, isBlank, goesOn] = [1, 2, 4, 8];

export class Units implements UnitEdges {
  readonly #tokenizer: Tokenizer;
  /** Flags of each token. */
  readonly #flags: Uint8Array;
  /** Of single tokens, and of two or three by their ids in one number. */
  readonly #words: string[] = [];
  readonly #texts = new Map<number, string>();

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#flags = new Uint8Array(tokenizer.vocabularySize + 1);
    for (let token = 0; token < tokenizer.vocabularySize; token++) {
      const bytes = tokenizer.bytesOf(token);
      if (bytes.length === 0) continue;
      const first = isWordByte(bytes[0]!) ? opensWord : 0;
      const last = isWordByte(bytes.at(-1)!) ? closesWord : 0;
      const blank = bytes.every(byte => byte <= 32) ? isBlank : 0;
      // UTF-8: the rest of a character that another token begins.
      const rest = (bytes[0]! & 0xc0) === 0x80 ? goesOn : 0;
      this.#flags[token] = first | last | blank | rest;
    }
  }

  endOf(tokens: Uint16Array, start: number): number {
    let end = start + 1;
    const most = Math.min(tokens.length, start + longestUnit);
    while (end < most && this.#joins(tokens[end - 1]!, tokens[end]!)) end++;
    while (end > start + 1 && end < tokens.length && this.#goesOn(tokens[end]!)) end--;
    return end;
  }

  startOf(tokens: Uint16Array, end: number): number {
    let start = end - 1;
    const least = Math.max(1, end - longestUnit);
    while (start >= least && this.#joins(tokens[start - 1]!, tokens[start]!)) start--;
    while (start < end - 1 && this.#goesOn(tokens[start]!)) start++;
    return start;
  }

  /** White space, structure, or nothing at all. */
  isBlank(token: number): boolean {
    return this.#flags[token] === 0
      ? this.textOf(Uint16Array.of(token)) === ''
      : (this.#flags[token]! & isBlank) !== 0;
  }

  /** Of tokens [start, end), without white space around it. */
  textOf(tokens: Uint16Array, start = 0, end = tokens.length): string {
    const length = end - start;
    const first = tokens[start]!;
    if (length === 1) {
      this.#words[first] ??= this.#tokenizer.decode([first]).trim();
      return this.#words[first];
    }
    if (length > 3) return this.#tokenizer.decode(tokens.subarray(start, end)).trim();
    // Ids fit 16 bits: up to three of them make a number that is exact.
    const third = length === 3 ? tokens[start + 2]! : 0xffff;
    const key = (third * 65536 + tokens[start + 1]!) * 65536 + first;
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = this.#tokenizer.decode(tokens.subarray(start, end)).trim();
      this.#texts.set(key, text);
    }
    return text;
  }

  #goesOn(token: number): boolean {
    return (this.#flags[token]! & goesOn) !== 0;
  }

  #joins(one: number, other: number): boolean {
    return (this.#flags[one]! & closesWord) !== 0 && (this.#flags[other]! & opensWord) !== 0;
  }
}

/** Letters, digits, `_` and everything beyond ASCII. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte > 127
  );
}
