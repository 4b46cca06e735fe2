/**
 * Places whose text on both sides is like that around a place of ours. The index sorts positions by the tokens before them, so one index
 * answers from both sides: what stands beside our context in its order shares the most tokens before the place, and what stands beside the
 * context that ends some tokens further on shares the tokens after it.
 */
import type { SearchScope } from './search.ts';
import { Segment, type SegmentFile } from './segment.ts';
import { contextDepth } from './suffix-sort.ts';

/** A unit of the text somewhere: tokens [start, end) of a segment, and how many tokens before and after it are ours. */
export interface LikePlace {
  readonly segment: Segment;
  readonly start: number;
  readonly end: number;
  /** At most `contextDepth`. */
  readonly before: number;
  /** At most `contextDepth`. */
  readonly after: number;
}

/** Cuts tokens into units: words and marks. */
export interface UnitEdges {
  /** The end of the unit that starts at a position. */
  endOf(tokens: Uint16Array, start: number): number;
  /** The start of the unit that ends before a position. */
  startOf(tokens: Uint16Array, end: number): number;
}

export class LikePlaces {
  readonly #scope: SearchScope;
  readonly #own: Segment;
  readonly #segments: readonly Segment[];
  readonly #edges: UnitEdges;
  #examined = 0;

  /**
   * @param scope the repository without the stored version of the file
   * @param tokens of the file as it is now, rendered
   */
  constructor(
    scope: SearchScope,
    path: string,
    tokens: Uint16Array,
    vocabularySize: number,
    edges: UnitEdges,
  ) {
    this.#scope = scope;
    this.#own = new Segment([{ path, tokens }], vocabularySize);
    this.#segments = [this.#own, ...scope.segments];
    this.#edges = edges;
  }

  /** Places examined so far, those that did not count included; each unit adds at most `mostExamined` for every segment and the file itself. */
  get examined(): number {
    return this.#examined;
  }

  /** Whether a place is in the file itself. */
  isOwn(segment: Segment): boolean {
    return segment === this.#own;
  }

  fileAt({ segment, start }: LikePlace): SegmentFile {
    return segment.fileAt(start);
  }

  /** The places most like the unit [start, end) of our file, the unit itself left out; in no order. */
  around(start: number, end: number): LikePlace[] {
    const found = new Map<number, LikePlace>();
    for (const [index, segment] of this.#segments.entries()) {
      this.#before(segment, start, end, place => found.set(keyOf(index, place.start), place));
      this.#after(segment, start, end, place => found.set(keyOf(index, place.start), place));
    }
    return [...found.values()];
  }

  /** How often the tokens [start, end) of our file stand anywhere but there; from `mostExact` places of a segment on, with those that do not count. */
  occurrences(start: number, end: number): number {
    let count = -1;
    const depth = Math.min(contextDepth, end - start);
    const at = end + offsetIn(this.#own);
    for (const segment of this.#segments) {
      const low = bound(segment, this.#own.tokens, at, depth, false);
      const high = bound(segment, this.#own.tokens, at, depth, true);
      if (high - low > mostExact) count += high - low;
      else for (let i = low; i < high; i++) if (this.#counts(segment, segment.order[i]! - 1)) count++;
    }
    return Math.max(0, count);
  }

  /** Neighbours of our context in the order: the longest matches of what stands before. */
  #before(segment: Segment, start: number, end: number, add: (place: LikePlace) => void): void {
    const at = start + offsetIn(this.#own);
    const { order, tokens } = segment;
    const middle = bound(segment, this.#own.tokens, at, contextDepth, false);
    let [low, high] = [middle - 1, middle];
    let [below, above] = [-1, -1];
    let examined = 0;
    for (let taken = 0; taken < mostBefore && examined < mostExaminedBefore; ) {
      if (below < 0) below = low < 0 ? 0 : backward(tokens, order[low]!, this.#own.tokens, at);
      if (above < 0) above = high >= order.length ? 0 : backward(tokens, order[high]!, this.#own.tokens, at);
      if (below === 0 && above === 0) break;
      examined++;
      const position = below > above ? order[low--]! : order[high++]!;
      const matched = Math.max(below, above);
      if (below > above) below = -1;
      else above = -1;
      if (!this.#counts(segment, position) || (segment === this.#own && position === at)) continue;
      taken++;
      const stop = this.#edges.endOf(tokens, position);
      // The rest of a longer word is no unit.
      if (this.#edges.startOf(tokens, stop) !== position) continue;
      const after = forward(tokens, stop, this.#own.tokens, end + offsetIn(this.#own));
      add({ segment, start: position, end: stop, before: matched, after });
    }
    this.#examined += examined;
  }

  /** What stands before tokens like those after our unit, from the longest run of them on. */
  #after(segment: Segment, start: number, end: number, add: (place: LikePlace) => void): void {
    const stop = end + offsetIn(this.#own);
    const ours = this.#own.tokens;
    let taken = 0;
    for (const depth of afterDepths) {
      if (stop + depth > ours.length || taken >= mostAfter) continue;
      const low = bound(segment, ours, stop + depth, depth, false);
      const high = bound(segment, ours, stop + depth, depth, true);
      const step = Math.max(1, (high - low) / mostAfter);
      for (let i = low; i < high && taken < mostAfter; i += step) {
        this.#examined++;
        const position = segment.order[Math.floor(i)]! - depth;
        if (!this.#counts(segment, position) || (segment === this.#own && position === stop)) continue;
        const from = this.#edges.startOf(segment.tokens, position);
        const before = backward(segment.tokens, from, ours, start + offsetIn(this.#own));
        const after = forward(segment.tokens, position, ours, stop);
        taken++;
        add({ segment, start: from, end: position, before, after });
      }
    }
  }

  #counts(segment: Segment, position: number): boolean {
    const { excluded } = this.#scope;
    if (excluded?.segment === segment && position >= excluded.file.start && position < excluded.file.end)
      return false;
    return segment.isLive(position);
  }
}

/** The most places looked at in a segment, by what stands before and by what stands after. */
const mostBefore = 32;
const mostAfter = 24;
/**
 * The most that are examined for them. A file of lines that look alike has as many places beside each of them as it has lines, and those
 * of its stored version do not count: without a bound such a file takes the square of its length.
 */
const mostExaminedBefore = 256;
/** Places of a segment that are counted one by one. */
const mostExact = 64;
/** Tokens after the unit that are looked for, longest run first. */
const afterDepths = [8, 4, 2, 1];
/** Places of a segment that are examined for a unit, by what stands before and by what stands after. */
export const mostExamined = mostExaminedBefore + afterDepths.length * (mostAfter + 1);

/** Where the first token of the only file lies. */
function offsetIn(segment: Segment): number {
  return segment.files[0]!.start;
}

function keyOf(segment: number, start: number): number {
  return segment * 2 ** 32 + start;
}

/** The first index in the order whose `depth` tokens before are ours or above; above alone where `past`. */
function bound(
  { order, tokens }: Segment,
  ours: Uint16Array,
  at: number,
  depth: number,
  past: boolean,
): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const position = order[middle]!;
    let d = 1;
    while (d <= depth && tokens[position - d] === ours[at - d]) d++;
    const isBelow = d > depth ? past : tokens[position - d]! < ours[at - d]!;
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many tokens before two positions agree. */
function backward(theirs: Uint16Array, position: number, ours: Uint16Array, at: number): number {
  let n = 0;
  while (n < contextDepth && at - n > contextDepth && theirs[position - 1 - n] === ours[at - 1 - n]) n++;
  return n;
}

/** How many tokens from two positions on agree. */
function forward(theirs: Uint16Array, position: number, ours: Uint16Array, at: number): number {
  let n = 0;
  while (n < contextDepth && at + n < ours.length - 1 && theirs[position + n] === ours[at + n]) n++;
  return n;
}
