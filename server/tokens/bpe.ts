import type { Piece } from '../sequence/render.ts';
import { type Definition, parseDefinition } from './definition.ts';
import { Merger } from './merges.ts';
import { type PreTokenizer, preTokenizerOf } from './pretokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { WordCache } from './wordcache.ts';

/**
 * A byte-level BPE tokenizer (Sennrich et al. 2016, arXiv 1508.07909, over UTF-8 bytes) from the text of a `tokenizer.json`.
 * Ids are those of other readers of that format, except that text never gives special tokens.
 * @throws Error that names what is wrong with the definition.
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
  /** The text of each token, once it was decoded; null where it holds only part of a character. */
  readonly #texts: (string | null | undefined)[] = [];
  readonly #preTokenizer: PreTokenizer;
  readonly #merger: Merger;
  readonly #cache = new WordCache();
  /** UTF-16 units of the text being encoded, and its ids so far. */
  #codes = new Uint16Array(1 << 16);
  #output = new Uint16Array(1 << 16);
  #outputLength = 0;
  /** Ids of the piece being merged. */
  #piece = new Uint16Array(1 << 10);

  constructor(definition: Definition) {
    this.hash = definition.hash;
    this.vocabularySize = definition.bytes.length;
    this.special = definition.special;
    this.#definition = definition;
    this.#newlines = Uint8Array.from(definition.bytes, bytes => bytes.filter(byte => byte === 0x0a).length);
    this.#preTokenizer = preTokenizerOf(definition.pattern);
    this.#merger = new Merger(definition);
  }

  encode(text: string): Uint16Array {
    this.#outputLength = 0;
    this.#append(text);
    return this.#takeOutput();
  }

  encodePieces(pieces: readonly Piece[]): Uint16Array {
    this.#outputLength = 0;
    for (const piece of pieces) {
      if ('text' in piece) {
        this.#append(piece.text);
      } else {
        this.#reserve(1);
        this.#output[this.#outputLength++] = this.special[piece.special];
      }
    }
    return this.#takeOutput();
  }

  decode(ids: ArrayLike<number>): string {
    let text = '';
    for (let i = 0; i < ids.length; i++) {
      const own = this.#textOf(ids[i]!);
      // A character may be cut into several tokens: then their bytes have to be put together first.
      if (own === null) return this.#decodeBytes(ids);
      text += own;
    }
    return text;
  }

  /** The text of a token; null where it holds only part of a character. */
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

  #append(text: string): void {
    // Typed-array elements are read faster than a string's units, and the copy is one memcpy.
    if (this.#codes.length < text.length)
      this.#codes = new Uint16Array(grown(this.#codes.length, text.length));
    const codes = this.#codes;
    Buffer.from(codes.buffer).write(text, 'utf16le');
    const scan = this.#preTokenizer;
    for (let start = 0; start < text.length; ) {
      const end = scan(text, codes, start);
      let hash = 0;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ codes[i]!, 0x01000193) + 0x9e37;
      hash ^= hash >>> 15;
      const found = this.#cache.find(codes, start, end, hash);
      if (found >= 0) {
        const pool = this.#cache.pool;
        const count = pool[found]!;
        this.#reserve(count);
        for (let i = 1; i <= count; i++) this.#output[this.#outputLength++] = pool[found + i]!;
      } else {
        const count = this.#encodePiece(codes, start, end);
        this.#cache.add(codes, start, end, hash, this.#piece, count);
        this.#reserve(count);
        for (let i = 0; i < count; i++) this.#output[this.#outputLength++] = this.#piece[i]!;
      }
      start = end;
    }
  }

  /** Leaves the ids of one piece in `#piece` and returns their number. */
  #encodePiece(codes: Uint16Array, start: number, end: number): number {
    const most = (end - start) * 3;
    if (this.#piece.length < most) this.#piece = new Uint16Array(grown(this.#piece.length, most));
    const { byteIds } = this.#definition;
    const ids = this.#piece;
    let count = 0;
    for (let i = start; i < end; i++) {
      const unit = codes[i]!;
      if (unit < 0x80) {
        ids[count++] = byteIds[unit]!;
      } else if (unit < 0x800) {
        ids[count++] = byteIds[0xc0 | (unit >> 6)]!;
        ids[count++] = byteIds[0x80 | (unit & 0x3f)]!;
      } else if (isHighSurrogate(unit) && i + 1 < end && isLowSurrogate(codes[i + 1]!)) {
        const point = 0x10000 + ((unit - 0xd800) << 10) + (codes[++i]! - 0xdc00);
        ids[count++] = byteIds[0xf0 | (point >> 18)]!;
        ids[count++] = byteIds[0x80 | ((point >> 12) & 0x3f)]!;
        ids[count++] = byteIds[0x80 | ((point >> 6) & 0x3f)]!;
        ids[count++] = byteIds[0x80 | (point & 0x3f)]!;
      } else {
        // A lone surrogate has no UTF-8 form: U+FFFD stands for it, as in TextEncoder.
        const point = isHighSurrogate(unit) || isLowSurrogate(unit) ? 0xfffd : unit;
        ids[count++] = byteIds[0xe0 | (point >> 12)]!;
        ids[count++] = byteIds[0x80 | ((point >> 6) & 0x3f)]!;
        ids[count++] = byteIds[0x80 | (point & 0x3f)]!;
      }
    }
    return this.#merger.merge(ids, count);
  }

  #reserve(more: number): void {
    const needed = this.#outputLength + more;
    if (needed <= this.#output.length) return;
    const larger = new Uint16Array(grown(this.#output.length, needed));
    larger.set(this.#output.subarray(0, this.#outputLength));
    this.#output = larger;
  }

  /** The ids, and buffers back to a modest size after a huge text. */
  #takeOutput(): Uint16Array {
    const output = this.#output.slice(0, this.#outputLength);
    if (this.#output.length > largestKept) this.#output = new Uint16Array(1 << 16);
    if (this.#codes.length > largestKept) this.#codes = new Uint16Array(1 << 16);
    if (this.#piece.length > largestKept) this.#piece = new Uint16Array(1 << 10);
    return output;
  }
}

const largestKept = 1 << 20;

function grown(length: number, needed: number): number {
  return Math.max(length * 2, needed);
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
