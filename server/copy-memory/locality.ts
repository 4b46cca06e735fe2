import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { RepositoryMatch } from './search.ts';
import type { Segment, SegmentFile } from './segment.ts';

/** Steps up and down the folder tree between two files. */
export function pathDistance(from: string, to: string): number {
  const a = from.split('/');
  const b = to.split('/');
  let shared = 0;
  while (shared < Math.min(a.length, b.length) - 1 && a[shared] === b[shared]) shared++;
  return a.length + b.length - 2 - 2 * shared;
}

/** Proximity of a repository's files to one file, computed on demand. */
export class PathProximity {
  readonly #from: string;
  /** Distance + 1 per file of each segment; 0 if unknown. */
  readonly #distances = new Map<Segment, Uint16Array>();

  constructor(from: string) {
    this.#from = from;
  }

  distanceOf(segment: Segment, position: number): number {
    let distances = this.#distances.get(segment);
    if (distances === undefined) {
      distances = new Uint16Array(segment.files.length);
      this.#distances.set(segment, distances);
    }
    const file = segment.fileIndexAt(position);
    distances[file] ||= pathDistance(this.#from, segment.files[file]!.path) + 1;
    return distances[file] - 1;
  }

  /** Weight of an occurrence as evidence. */
  weightOf(segment: Segment, position: number): number {
    return weightByDistance[this.distanceOf(segment, position)] ?? 1;
  }

  /**
   * Longest match first, then nearest file, then path and position: the order does not depend on the index's history.
   */
  sort(matches: readonly RepositoryMatch[]): RepositoryMatch[] {
    const keyed = matches.map(match => {
      const { path, start } = match.segment.fileAt(match.position);
      const distance = this.distanceOf(match.segment, match.position);
      return { match, path, offset: match.position - start, distance };
    });
    keyed.sort(
      (a, b) =>
        b.match.matched - a.match.matched ||
        a.distance - b.distance ||
        (a.path < b.path ? -1 : a.path > b.path ? 1 : a.offset - b.offset),
    );
    return keyed.map(({ match }) => match);
  }
}

/** Chosen by code length on the repositories of escape.ts. */
const weightByDistance = [10, 10, 5, 3, 2];

/** The 1-based line of a position in a stored file: `<file> path <text> content <end>`, or content alone. */
export function lineAt(
  tokens: Uint16Array,
  file: SegmentFile,
  position: number,
  tokenizer: Tokenizer,
): number {
  const header = tokens.subarray(file.start, position).indexOf(tokenizer.special.text) + 1;
  const count = newlinesBefore(tokens, tokenizer);
  return 1 + count(position) - count(file.start + header);
}

/** Newlines before every n-th token of a segment, computed on demand, so that lines are counted from nearby. */
const newlineCounts = new WeakMap<Uint16Array, Uint32Array>();
const tokensBetweenCounts = 128;

function newlinesBefore(tokens: Uint16Array, tokenizer: Tokenizer): (position: number) => number {
  let counts = newlineCounts.get(tokens);
  if (counts === undefined) {
    counts = new Uint32Array(Math.floor(tokens.length / tokensBetweenCounts) + 1);
    for (let i = 1; i < counts.length; i++) {
      const start = (i - 1) * tokensBetweenCounts;
      counts[i] = counts[i - 1]! + newlinesBetween(tokens, start, start + tokensBetweenCounts, tokenizer);
    }
    newlineCounts.set(tokens, counts);
  }
  const known = counts;
  return position => {
    const i = Math.floor(position / tokensBetweenCounts);
    return known[i]! + newlinesBetween(tokens, i * tokensBetweenCounts, position, tokenizer);
  };
}

/**
 * The 1-based line of a position in a prompt: `<file> path <suffix> S <text> P`, where S continues P as of `cursor`.
 */
export function promptLineAt(
  tokens: Uint16Array,
  cursor: number,
  position: number,
  tokenizer: Tokenizer,
): number {
  const { suffix, text } = tokenizer.special;
  const textAt = tokens.subarray(0, cursor).indexOf(text);
  if (textAt < 0 || position > textAt) return 1 + newlinesBetween(tokens, textAt + 1, position, tokenizer);
  const suffixAt = tokens.subarray(0, textAt).indexOf(suffix);
  if (suffixAt < 0 || position < suffixAt) return 1;
  const cursorLine = 1 + newlinesBetween(tokens, textAt + 1, cursor, tokenizer);
  return cursorLine + newlinesBetween(tokens, suffixAt + 1, position, tokenizer);
}

/** Distances in a prompt measured as in its file: the suffix comes first in the sequence, but starts at the cursor. */
export function promptDistances(
  tokens: Uint16Array,
  { special }: Tokenizer,
): (position: number, length: number) => number {
  const suffixAt = tokens.indexOf(special.suffix);
  const textAt = suffixAt < 0 ? -1 : tokens.indexOf(special.text, suffixAt);
  return (position, length) =>
    position > suffixAt && position <= textAt ? position - suffixAt : length - position;
}

/** A prompt's path: the text between `<file>` and the next special token. */
export function promptPath(tokens: Uint16Array, tokenizer: Tokenizer): string {
  const start = tokens[0] === tokenizer.special.file ? 1 : 0;
  let end = start;
  while (start > 0 && end < tokens.length && !tokenizer.isSpecial(tokens[end]!)) end++;
  return tokenizer.decode(tokens.subarray(start, end));
}

/** Where a prompt's code begins, after its path. */
export function contentStart(tokens: Uint16Array, { special }: Tokenizer): number {
  return special.file === tokens[0]
    ? 1 + tokens.findIndex(token => token === special.suffix || token === special.text)
    : 0;
}

function newlinesBetween(tokens: Uint16Array, start: number, end: number, tokenizer: Tokenizer): number {
  let count = 0;
  for (let p = start; p < end; p++) count += tokenizer.newlinesIn(tokens[p]!);
  return count;
}
