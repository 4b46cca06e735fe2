import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { RepositoryMatch } from './search.ts';
import type { Segment, SegmentFile } from './segment.ts';

/** How many steps up and down the folder tree lie between two files. */
export function pathDistance(from: string, to: string): number {
  const a = from.split('/');
  const b = to.split('/');
  let shared = 0;
  while (shared < Math.min(a.length, b.length) - 1 && a[shared] === b[shared]) shared++;
  return a.length + b.length - 2 - 2 * shared;
}

/** How near the files of a repository are to one of them: each distance is worked out once, when first asked. */
export class PathProximity {
  readonly #from: string;
  /** Distance + 1 of each segment's files; 0 where not yet known. */
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

  /** How much a place weighs as evidence. */
  weightOf(segment: Segment, position: number): number {
    return weightByDistance[this.distanceOf(segment, position)] ?? 1;
  }

  /**
   * Longest match first; of equal ones the nearest file, then by path and place: the order does not depend on how the index came about.
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

/** Chosen by code length on the repositories of copy-confidence.ts. */
const weightByDistance = [10, 10, 5, 3, 2];

/** The line, from 1, of a position in a stored file: `<file> path <text> content <end>`, or content alone. */
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

/** Newlines before every so many tokens of a segment, counted when first asked for: a file's lines are then counted from near by. */
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
 * The line, from 1, of a position in a prompt: `<file> path <suffix> S <text> P`, where S follows what P had grown to at `cursor`.
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

/** Distances in a prompt as they are in its file: the suffix comes first in the sequence, and starts at the cursor. */
export function promptDistances(
  tokens: Uint16Array,
  { special }: Tokenizer,
): (position: number, length: number) => number {
  const suffixAt = tokens.indexOf(special.suffix);
  const textAt = suffixAt < 0 ? -1 : tokens.indexOf(special.text, suffixAt);
  return (position, length) =>
    position > suffixAt && position <= textAt ? position - suffixAt : length - position;
}

/** The path that a prompt names: the text between `<file>` and the next special token. */
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
