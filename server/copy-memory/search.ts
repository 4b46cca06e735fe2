import type { Segment, SegmentFile } from './segment.ts';
import { contextDepth } from './suffix-sort.ts';

/** The sources a hypothesis may search. */
export interface SearchScope {
  readonly segments: readonly Segment[];
  /** The stored version of the edited file: never matched. */
  readonly excluded: { readonly segment: Segment; readonly file: SegmentFile } | undefined;
}

/** The first `length` tokens, up to the cursor. */
export interface History {
  readonly tokens: Uint16Array;
  readonly length: number;
}

/** A position in a stored file that follows the last `matched` tokens of the history. */
export interface RepositoryMatch {
  readonly segment: Segment;
  readonly position: number;
  readonly matched: number;
}

/**
 * Followers of the history's last n tokens in the repository, for every n ≤ `contextDepth` at once. Nested: a match of
 * n tokens also matches n − 1.
 */
export class RepositoryMatches {
  readonly #scope: SearchScope;
  readonly #history: History;
  /** Bounds in each segment's `order`, low and high for n = 1, 2, … */
  readonly #ranges: readonly Int32Array[];
  /** The largest n with any match, including dead or excluded ones. */
  readonly deepest: number;

  constructor(scope: SearchScope, history: History) {
    this.#scope = scope;
    this.#history = history;
    this.#ranges = scope.segments.map(segment => rangesOf(segment, history));
    this.deepest = this.#ranges.reduce((most, ranges) => Math.max(most, ranges.length >> 1), 0);
  }

  /** Number of positions that match n tokens, including dead and excluded ones. */
  count(n: number): number {
    return this.#ranges.reduce((sum, ranges) => sum + widthAt(ranges, n), 0);
  }

  /** Appends to `into` the tokens that followed exactly n matching tokens. */
  addFollows(n: number, into: number[]): void {
    for (const [s, ranges] of this.#ranges.entries()) {
      const [low, high] = boundsAt(ranges, n);
      const [innerLow, innerHigh] = widthAt(ranges, n + 1) > 0 ? boundsAt(ranges, n + 1) : [high, high];
      this.#addRange(s, low, innerLow, into);
      this.#addRange(s, innerHigh, high, into);
    }
  }

  /** The tokens that followed at least n matching tokens, at `size` evenly spaced places. */
  sampleFollows(n: number, size: number): number[] {
    const sample: number[] = [];
    const total = this.count(n);
    let before = 0;
    let taken = 0;
    for (const [s, ranges] of this.#ranges.entries()) {
      const [low, high] = boundsAt(ranges, n);
      for (;;) {
        const at = low + Math.floor(((taken + 0.5) * total) / size) - before;
        if (taken >= size || at >= high) break;
        this.#addRange(s, at, at + 1, sample);
        taken++;
      }
      before += high - low;
    }
    return sample;
  }

  /** Live matches of exactly n tokens in the index, at most `most`; `matched` is their true length. */
  matchesAt(n: number, most: number): RepositoryMatch[] {
    const found: RepositoryMatch[] = [];
    for (const [s, ranges] of this.#ranges.entries()) {
      const segment = this.#scope.segments[s]!;
      const [low, high] = boundsAt(ranges, n);
      const [innerLow, innerHigh] = widthAt(ranges, n + 1) > 0 ? boundsAt(ranges, n + 1) : [high, high];
      for (let i = low; i < high && found.length < most; i++) {
        if (i === innerLow) i = innerHigh;
        if (i >= high) break;
        const position = segment.order[i]!;
        if (!this.#counts(segment, position)) continue;
        const matched = n < contextDepth ? n : matchLength(segment.tokens, position, this.#history, n);
        found.push({ segment, position, matched });
      }
    }
    return found;
  }

  #addRange(s: number, low: number, high: number, into: number[]): void {
    const segment = this.#scope.segments[s]!;
    const everything = segment.allLive && this.#scope.excluded?.segment !== segment;
    for (let i = low; i < high; i++) {
      if (everything || this.#counts(segment, segment.order[i]!)) into.push(segment.follows[i]!);
    }
  }

  #counts(segment: Segment, position: number): boolean {
    const { excluded } = this.#scope;
    if (excluded?.segment === segment && position >= excluded.file.start && position < excluded.file.end)
      return false;
    return segment.isLive(position);
  }
}

/** How far back the prompt is searched, and the longest match distinguished there. */
const promptReach = 1 << 17;
export const longestPromptMatch = 64;

/** Earlier positions in the history that follow its last tokens; by match length, latest first. */
export function promptMatches({ tokens, length }: History): number[][] {
  const byLength: number[][] = [];
  if (length === 0) return byLength;
  const last = tokens[length - 1]!;
  for (let position = length - 1; position > Math.max(0, length - promptReach); position--) {
    if (tokens[position - 1] !== last) continue;
    const most = Math.min(longestPromptMatch, position);
    let n = 1;
    while (n < most && tokens[position - 1 - n] === tokens[length - 1 - n]) n++;
    byLength[n] ??= [];
    byLength[n]!.push(position);
  }
  return byLength;
}

/** Number of tokens before `position` that equal the end of the history; `known` of them need no check. */
function matchLength(tokens: Uint16Array, position: number, history: History, known: number): number {
  let n = known;
  while (n < history.length && tokens[position - 1 - n] === history.tokens[history.length - 1 - n]) n++;
  return n;
}

function rangesOf(segment: Segment, history: History): Int32Array {
  const ranges: number[] = [];
  let low = 0;
  let high = segment.order.length;
  const depth = Math.min(contextDepth, history.length);
  for (let n = 1; n <= depth; n++) {
    const token = history.tokens[history.length - n]!;
    low = firstAtLeast(segment, low, high, n, token);
    high = firstAtLeast(segment, low, high, n, token + 1);
    if (low === high) break;
    ranges.push(low, high);
  }
  return Int32Array.from(ranges);
}

/** The first index in [low, high) whose n-th token back is at least `token`; all agree on the nearer ones. */
function firstAtLeast(
  { tokens, order }: Segment,
  low: number,
  high: number,
  n: number,
  token: number,
): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tokens[order[middle]! - n]! < token) low = middle + 1;
    else high = middle;
  }
  return low;
}

function widthAt(ranges: Int32Array, n: number): number {
  return 2 * n > ranges.length ? 0 : ranges[2 * n - 1]! - ranges[2 * n - 2]!;
}

function boundsAt(ranges: Int32Array, n: number): [number, number] {
  return 2 * n > ranges.length ? [0, 0] : [ranges[2 * n - 2]!, ranges[2 * n - 1]!];
}
