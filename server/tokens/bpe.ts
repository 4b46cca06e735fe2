import type { Piece } from '../sequence/render.ts';
import { type Definition, parseDefinition } from './definition.ts';
import { BytePairEncoder } from './encoder.ts';
import { preTokenizerOf } from './pretokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * A byte-level BPE tokenizer from the contents of a `tokenizer.json`. Ids equal those of other readers of that format,
 * except that text never yields special tokens.
 * @throws Error that names the problem in the definition
 */
export function createTokenizer(definitionJson: string): Tokenizer {
  return new ByteLevelBpe(parseDefinition(definitionJson));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

class ByteLevelBpe implements Tokenizer {
  readonly hash: string;
  readonly vocabularySize: number;
  readonly special: Tokenizer['special'];
  readonly #definition: Definition;
  readonly #newlines: Uint8Array;
  /** Cached text of each token; null if it holds only part of a character. */
  readonly #texts: (string | null | undefined)[] = [];
  readonly #encoder: BytePairEncoder;

  constructor(definition: Definition) {
    this.hash = definition.hash;
    this.vocabularySize = definition.bytes.length;
    this.special = definition.special;
    this.#definition = definition;
    this.#newlines = Uint8Array.from(definition.bytes, bytes => bytes.filter(byte => byte === 0x0a).length);
    const { byteIds, merges, pattern } = definition;
    this.#encoder = new BytePairEncoder({ byteIds, merges, preTokenizer: preTokenizerOf(pattern) });
  }

  encode(text: string): Uint16Array {
    this.#encoder.append(text);
    return this.#encoder.take(narrowed);
  }

  encodePieces(pieces: readonly Piece[]): Uint16Array {
    for (const piece of pieces) {
      if ('text' in piece) this.#encoder.append(piece.text);
      else this.#encoder.push(this.special[piece.special]);
    }
    return this.#encoder.take(narrowed);
  }

  decode(ids: ArrayLike<number>): string {
    let text = '';
    for (let i = 0; i < ids.length; i++) {
      const own = this.#textOf(ids[i]!);
      // A character may span several tokens: join their bytes first.
      if (own === null) return this.#decodeBytes(ids);
      text += own;
    }
    return text;
  }

  /** The text of a token; null if it holds only part of a character. */
  #textOf(id: number): string | null {
    let text = this.#texts[id];
    if (text === undefined) {
      const decoded = decoder.decode(this.bytesOf(id));
      text = decoded.includes('\uFFFD') ? null : decoded;
      this.#texts[id] = text;
    }
    return text;
  }

  #decodeBytes(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += this.bytesOf(ids[i]!).length;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const token = this.bytesOf(ids[i]!);
      for (let k = 0; k < token.length; k++) bytes[at++] = token[k]!;
    }
    return decoder.decode(bytes);
  }

  bytesOf(id: number): Uint8Array {
    const bytes = this.#definition.bytes[id];
    if (bytes === undefined) throw new RangeError(`No token has the id ${id}`);
    return bytes;
  }

  isSpecial(id: number): boolean {
    return this.#definition.specialIds.has(id);
  }

  newlinesIn(id: number): number {
    return this.#newlines[id] ?? 0;
  }
}

/** Ids of this vocabulary fit 16 bits. */
function narrowed(ids: Uint32Array): Uint16Array {
  return new Uint16Array(ids);
}
