/** Where everything stands in the one sequence: token ↔ file and line. */
import { lineOfToken, type TokenRange, type TokenText, tokensOfLine } from './lines.ts';
import { comparePaths } from './order.ts';

export interface SequencePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Position of the token among those of its file. */
  readonly index: number;
}

/**
 * Holds two numbers a file: lines are counted from the tokens when asked for, because most never are, and because counts
 * kept for every line would cost more than the text's tokens. A place costs O(log files + tokens of the file).
 */
export class SequenceMap {
  readonly #tokenizer: TokenText;
  readonly #tokensOf: (path: string) => Uint16Array;
  /** In sequence order. */
  readonly #paths: string[] = [];
  readonly #counts: number[] = [];
  /** `#starts[i]`: tokens before file `i`; rebuilt when asked for after a change. */
  #starts: number[] | undefined;

  /** @param tokensOf the tokens of a file that is in the map */
  constructor(tokenizer: TokenText, tokensOf: (path: string) => Uint16Array) {
    this.#tokenizer = tokenizer;
    this.#tokensOf = tokensOf;
  }

  /** Paths in the order of the sequence. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Length of the sequence in tokens. */
  get tokens(): number {
    const last = this.#paths.length - 1;
    return last < 0 ? 0 : this.#startsOfFiles()[last]! + this.#counts[last]!;
  }

  /** Adds a file, or gives it another length. */
  set(path: string, count: number): void {
    const at = this.#find(path);
    if (this.#paths[at] === path) this.#counts[at] = count;
    else {
      this.#paths.splice(at, 0, path);
      this.#counts.splice(at, 0, count);
    }
    this.#starts = undefined;
  }

  delete(path: string): void {
    const at = this.#find(path);
    if (this.#paths[at] !== path) return;
    this.#paths.splice(at, 1);
    this.#counts.splice(at, 1);
    this.#starts = undefined;
  }

  clear(): void {
    this.#paths.length = 0;
    this.#counts.length = 0;
    this.#starts = undefined;
  }

  /** The file at `place`, or all files in the folder `place`; everything for `''`. In order. */
  pathsUnder(place: string): string[] {
    if (place === '') return [...this.#paths];
    const found: string[] = [];
    const file = this.#find(place);
    if (this.#paths[file] === place) found.push(place);
    const folder = `${place}/`;
    for (let at = this.#find(folder); this.#paths[at]?.startsWith(folder); at++) found.push(this.#paths[at]!);
    return found;
  }

  /** The range of a file in the sequence. */
  rangeOf(path: string): TokenRange | undefined {
    const at = this.#find(path);
    if (this.#paths[at] !== path) return undefined;
    const start = this.#startsOfFiles()[at]!;
    return { start, end: start + this.#counts[at]! };
  }

  /** The file and line of a token of the sequence; `undefined` past its end. */
  placeOf(token: number): SequencePlace | undefined {
    const starts = this.#startsOfFiles();
    const at = lastAtMost(starts, token);
    if (at < 0 || token >= starts[at]! + this.#counts[at]!) return undefined;
    const path = this.#paths[at]!;
    const index = token - starts[at]!;
    return { path, line: lineOfToken(this.#tokenizer, this.#tokensOf(path), index), index };
  }

  /** The tokens of the sequence that hold a part of a line; `undefined` where there is no such file or line. */
  tokensOfLine(path: string, line: number): TokenRange | undefined {
    const file = this.rangeOf(path);
    const inside = file && tokensOfLine(this.#tokenizer, this.#tokensOf(path), line);
    return inside && { start: file.start + inside.start, end: file.start + inside.end };
  }

  #startsOfFiles(): number[] {
    if (this.#starts === undefined) {
      let start = 0;
      this.#starts = this.#counts.map(count => {
        start += count;
        return start - count;
      });
    }
    return this.#starts;
  }

  /** Where the path stands, or would. Reading goes in order, so the end is tried first. */
  #find(path: string): number {
    const last = this.#paths.at(-1);
    if (last === undefined || comparePaths(last, path) < 0) return this.#paths.length;
    let low = 0;
    let high = this.#paths.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePaths(this.#paths[middle]!, path) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lastAtMost(starts: readonly number[], token: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= token) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
