/** Which numbers differ from others because numbers do: those of cases, tables, versions and patterns, and those whose like is far away. */
import type { LikePlace } from '../copy-memory/like-places.ts';
import { pathOf } from './places.ts';

/**
 * Whether nothing in a line speaks against another number in a place of it.
 * @param column of the number, from 0
 * @param path of its file
 * @param places where the other number stands, most like first
 */
export function isOfItsOwn(
  number: string,
  { line, column, path }: { readonly line: string; readonly column: number; readonly path: string },
  places: readonly LikePlace[],
): boolean {
  const before = line.slice(0, column);
  const after = line.slice(column + number.length);
  return (
    isRow(line) ||
    isLoneValue(line) ||
    isPartOfNumber(before, after) ||
    isRepeatCount(before, after) ||
    !places.some(place => isNear(place, path))
  );
}

/** A line that is an element of a table or list and nothing else. */
export function isRow(line: string): boolean {
  return /^(?:[[({"'`]|-?\d)/.test(line.trimStart()) && line.trimEnd().endsWith(',');
}

/** A named value of a table: `port: 9606,`. */
function isLoneValue(line: string): boolean {
  return /^\s*["']?[\w-]+["']?\s*:\s*-?[\d._]+,?\s*$/.test(line);
}

/** A decimal fraction, or a version. */
function isPartOfNumber(before: string, after: string): boolean {
  return /\d\.$/.test(before) || /^\.\d/.test(after) || /(?<![\w)\].])\.$/.test(before);
}

/** How often something repeats in a pattern: `\d{1,6}`. */
function isRepeatCount(before: string, after: string): boolean {
  return /[\w)\].}]\{(?:\d*,)?$/.test(before) && /^(?:,\d*)?\}/.test(after);
}

/** Whether a place has nearly the same expression; of the same file, a like one will do. */
function isNear(place: LikePlace, path: string): boolean {
  const { before, after } = place;
  const least = Math.min(before, after);
  return pathOf(place) === path ? least >= 1 && before + after >= 5 : least >= 3 && before + after >= 9;
}
