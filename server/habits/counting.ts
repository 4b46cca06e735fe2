/** Counting what files do alike. */
import type { Place } from '../protocol/requests.ts';
import { compare } from '../syntax/paths.ts';

export interface Usual {
  readonly text: string;
  /** Two or three, in files of their own where possible. */
  readonly places: readonly Place[];
  /** How many do so. */
  readonly files: number;
}

export function isMost(count: number, all: number, share: number): boolean {
  return count >= share * all;
}

/** Three of many: the first, the one in the middle and the last, so that they come from several folders. */
export function placesOf(places: readonly Place[]): Place[] {
  const sorted = places.toSorted((one, other) => compare(one.path, other.path) || one.line - other.line);
  const chosen = [0, Math.floor((sorted.length - 1) / 2), sorted.length - 1].map(at => sorted[at]!);
  return [...new Set(chosen)].map(({ path, line }) => ({ path, line }));
}

export function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Kinds of definitions that are types. */
export const typeKinds: ReadonlySet<string> = new Set(
  'class struct record object interface type trait enum module'.split(' '),
);
