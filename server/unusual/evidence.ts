/** What the copy memory says of a unit of a file: how often the text around it holds the same elsewhere, and how often something else. */
import type { LikePlace, LikePlaces } from '../copy-memory/like-places.ts';
import type { FileUnit } from './file-units.ts';
import type { Units } from './units.ts';

/** What stands at like places in all, weighed by how like they are. */
export interface Support {
  readonly text: string;
  /** By what stands before, by what stands after, and by both. */
  before: number;
  after: number;
  both: number;
  /** The most tokens that agree before and after, and on both sides together at one place. */
  longestBefore: number;
  longestAfter: number;
  longestBoth: number;
  /** Most like first, once the evidence is complete. */
  readonly places: LikePlace[];
}

export interface Evidence {
  readonly unit: FileUnit;
  /** What the file has there itself, elsewhere. */
  readonly actual: Support;
  /** What stands at most like places in its stead; nothing where nothing else does. */
  readonly other: Support | undefined;
  /** Of all that is not `actual`, by both. */
  readonly others: { readonly before: number; readonly after: number; readonly both: number };
}

/** @param isNear whether a string occurs near the unit in its file; such strings are likelier replacements */
export function evidenceOn(
  unit: FileUnit,
  places: LikePlaces,
  units: Units,
  isNear: (text: string) => boolean,
): Evidence {
  const found = new Map<string, Support>();
  const actual = supportOf(unit.text);
  found.set(unit.text, actual);
  const others = { before: 0, after: 0, both: 0 };
  for (const place of places.around(unit.start, unit.end)) {
    const text = units.textOf(place.segment.tokens, place.start, place.end);
    let support = found.get(text);
    if (support === undefined) {
      support = supportOf(text);
      found.set(text, support);
    }
    const [b, a] = [Math.min(place.before, longest), Math.min(place.after, longest)];
    const [before, after, both] = [cubes[b]!, cubes[a]!, mixed[b * a]!];
    support.before += before;
    support.after += after;
    support.both += both;
    support.longestBefore = Math.max(support.longestBefore, place.before);
    support.longestAfter = Math.max(support.longestAfter, place.after);
    support.longestBoth = Math.max(
      support.longestBoth,
      Math.min(place.before, 16) + Math.min(place.after, 16),
    );
    support.places.push(place);
    if (support === actual) continue;
    others.before += before;
    others.after += after;
    others.both += both;
  }
  let other: Support | undefined;
  let best = 0;
  for (const support of found.values()) {
    if (support === actual || support.text === '') continue;
    const score = strengthOf(support) * (isNear(support.text) ? nearFactor : 1);
    if (score > best) [other, best] = [support, score];
  }
  return { unit, actual, other, others };
}

/** How much speaks for a unit, on both sides. */
export function strengthOf({ before, after, both }: Support): number {
  return (before + 1) * (after + 1) * (both + 1) ** 2 - 1;
}

/** Before anything is found. */
export function supportOf(text: string): Support {
  return {
    text,
    before: 0,
    after: 0,
    both: 0,
    longestBefore: 0,
    longestAfter: 0,
    longestBoth: 0,
    places: [],
  };
}

const longest = 16;
/** Longer matches count for much more: they go by their cube, and both together by their mean. */
const cubes = Float64Array.from({ length: longest + 1 }, (_, length) => length ** 3);
const mixed = Float64Array.from({ length: longest ** 2 + 1 }, (_, product) => product ** 1.5);
const nearFactor = 8;
