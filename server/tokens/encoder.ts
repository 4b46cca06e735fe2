/** Byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909, over UTF-8 bytes) for any vocabulary. */
import { Merger } from './merges.ts';
import type { PreTokenizer } from './pretokenizer.ts';
import { WordCache } from './wordcache.ts';

/** The parts of a vocabulary that encoding needs. */
export interface BytePairs {
  /** The id of each byte, or `noToken`: such bytes are dropped before merging. */
  readonly byteIds: Uint32Array;
  /** Per rank three ids: the merged pair and its result. */
  readonly merges: Uint32Array;
  readonly preTokenizer: PreTokenizer;
  /** Ids of pieces that are tokens as they are, without merging (`ignore_merges` elsewhere). */
  readonly wholePieces?: ReadonlyMap<string, number>;
}

/** Marks bytes that a vocabulary lacks. */
export const noToken = 0xffffffff;

/** Collects ids of strings and single ids until `take`. */
export class BytePairEncoder {
  readonly #byteIds: Uint32Array;
  readonly #isComplete: boolean;
  readonly #preTokenizer: PreTokenizer;
  readonly #wholePieces: ReadonlyMap<string, number> | undefined;
  readonly #merger: Merger;
  readonly #cache = new WordCache();
  /** UTF-16 units of the string being encoded, and its ids so far. */
  #codes = new Uint16Array(1 << 16);
  #output = new Uint32Array(1 << 16);
  #outputLength = 0;
  /** Ids of the piece being merged. */
  #piece = new Uint32Array(1 << 10);

  constructor({ byteIds, merges, preTokenizer, wholePieces }: BytePairs) {
    this.#byteIds = byteIds;
    this.#isComplete = !byteIds.includes(noToken);
    this.#preTokenizer = preTokenizer;
    this.#wholePieces = wholePieces;
    this.#merger = new Merger(merges);
  }

  /** Appends the ids of a string. */
  append(text: string): void {
    // Typed arrays are faster to read than string units, and the copy is one memcpy.
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
        const count = this.#cache.countAt(found);
        this.#reserve(count);
        this.#cache.copy(found, this.#output, this.#outputLength);
        this.#outputLength += count;
      } else {
        const count = this.#encodePiece(text, codes, start, end);
        this.#cache.add(codes, start, end, hash, this.#piece, count);
        this.#reserve(count);
        for (let i = 0; i < count; i++) this.#output[this.#outputLength++] = this.#piece[i]!;
      }
      start = end;
    }
  }

  /** Appends one id. */
  push(id: number): void {
    this.#reserve(1);
    this.#output[this.#outputLength++] = id;
  }

  /** Passes the ids so far to `copy` and resets, shrinking buffers after huge input. */
  take<Ids>(copy: (ids: Uint32Array) => Ids): Ids {
    const ids = copy(this.#output.subarray(0, this.#outputLength));
    this.#outputLength = 0;
    if (this.#output.length > largestKept) this.#output = new Uint32Array(1 << 16);
    if (this.#codes.length > largestKept) this.#codes = new Uint16Array(1 << 16);
    if (this.#piece.length > largestKept) this.#piece = new Uint32Array(1 << 10);
    return ids;
  }

  /** Writes the ids of one piece to `#piece` and returns their number. */
  #encodePiece(text: string, codes: Uint16Array, start: number, end: number): number {
    const most = (end - start) * 3;
    if (this.#piece.length < most) this.#piece = new Uint32Array(grown(this.#piece.length, most));
    const byteIds = this.#byteIds;
    const ids = this.#piece;
    const whole = this.#wholePieces?.get(text.slice(start, end));
    if (whole !== undefined) {
      ids[0] = whole;
      return 1;
    }
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
        // A lone surrogate has no UTF-8 form: use U+FFFD, as TextEncoder does.
        const point = isHighSurrogate(unit) || isLowSurrogate(unit) ? 0xfffd : unit;
        ids[count++] = byteIds[0xe0 | (point >> 12)]!;
        ids[count++] = byteIds[0x80 | ((point >> 6) & 0x3f)]!;
        ids[count++] = byteIds[0x80 | (point & 0x3f)]!;
      }
    }
    if (!this.#isComplete) count = withoutMissing(ids, count);
    return this.#merger.merge(ids, count);
  }

  #reserve(more: number): void {
    const needed = this.#outputLength + more;
    if (needed <= this.#output.length) return;
    const larger = new Uint32Array(grown(this.#output.length, needed));
    larger.set(this.#output.subarray(0, this.#outputLength));
    this.#output = larger;
  }
}

/** Removes `noToken` ids; returns the new length. */
function withoutMissing(ids: Uint32Array, length: number): number {
  let kept = 0;
  for (let i = 0; i < length; i++) if (ids[i] !== noToken) ids[kept++] = ids[i]!;
  return kept;
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
