import { contextDepth, sortByContext } from './suffix-sort.ts';

/**
 * An index over a batch of files: every position sorted by the preceding tokens, read backwards. Positions with the
 * same last n tokens are adjacent for every n at once, so the longest match and the counts of every shorter one take
 * two binary searches: the suffix array of the ∞-gram language model (arXiv 2401.17377, section 3), reversed so that it
 * grows with the context. Immutable except for deletions; a merge of segments is the segment of their live files.
 */
export class Segment {
  readonly files: readonly SegmentFile[];
  /** All files, each after a separator; `contextDepth` separators at the start, one at the end. */
  readonly tokens: Uint16Array;
  /**
   * Positions of tokens with a predecessor in their file, sorted by the `contextDepth` tokens before, nearest first.
   */
  readonly order: Uint32Array;
  /**
   * The token at each position of `order` (a Burrows–Wheeler transform), so that counting followers reads RAM
   * sequentially.
   */
  readonly follows: Uint16Array;
  /** A bit for each position of a dead file; undefined while all are live. */
  #deadBits: Uint8Array | undefined;
  #deadTokens = 0;

  /** @param vocabularySize above every token; used as separator, so that no match crosses files */
  constructor(contents: readonly FileContent[], vocabularySize: number) {
    const separator = vocabularySize;
    const length = contents.reduce((sum, { tokens }) => sum + tokens.length + 1, contextDepth);
    const all = new Uint16Array(length);
    all.fill(separator, 0, contextDepth);
    const files: SegmentFile[] = [];
    let at = contextDepth;
    let positions = 0;
    for (const { path, tokens } of contents) {
      files.push({ path, start: at, end: at + tokens.length });
      all.set(tokens, at);
      at += tokens.length;
      all[at++] = separator;
      positions += Math.max(0, tokens.length - 1);
    }
    this.files = files;
    this.tokens = all;
    this.order = sortByContext(all, positionsOf(files, positions), vocabularySize + 1);
    this.follows = gather(all, this.order);
  }

  /** Tokens of all files, including dead ones. */
  get size(): number {
    return this.tokens.length - contextDepth - this.files.length;
  }

  get deadTokens(): number {
    return this.#deadTokens;
  }

  get bytes(): number {
    const arrays = this.tokens.byteLength + this.order.byteLength + this.follows.byteLength;
    return arrays + (this.#deadBits?.byteLength ?? 0);
  }

  /** Marks all positions of the file as dead. */
  kill(file: SegmentFile): void {
    this.#deadBits ??= new Uint8Array((this.tokens.length + 7) >> 3);
    for (let p = file.start; p < file.end; p++) this.#deadBits[p >> 3]! |= 1 << (p & 7);
    this.#deadTokens += file.end - file.start;
  }

  isLive(position: number): boolean {
    return this.#deadBits === undefined || (this.#deadBits[position >> 3]! & (1 << (position & 7))) === 0;
  }

  get allLive(): boolean {
    return this.#deadTokens === 0;
  }

  /** The file that contains a position. */
  fileAt(position: number): SegmentFile {
    return this.files[this.fileIndexAt(position)]!;
  }

  /** Its index in `files`. */
  fileIndexAt(position: number): number {
    let low = 0;
    let high = this.files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.files[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export interface FileContent {
  readonly path: string;
  readonly tokens: Uint16Array;
}

/** A file's range in its segment's tokens: [start, end). */
export interface SegmentFile {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

function positionsOf(files: readonly SegmentFile[], count: number): Uint32Array {
  const positions = new Uint32Array(count);
  let i = 0;
  for (const { start, end } of files) for (let p = start + 1; p < end; p++) positions[i++] = p;
  return positions;
}

function gather(tokens: Uint16Array, order: Uint32Array): Uint16Array {
  const gathered = new Uint16Array(order.length);
  for (let i = 0; i < order.length; i++) gathered[i] = tokens[order[i]!]!;
  return gathered;
}
