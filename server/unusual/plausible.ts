/** Which units are not worth pointing out unasked, however high they score: what differs there is meant to, or what is expected could not stand there. */
import { isTestPath } from '../analysis/supporting.ts';
import type { LikePlace } from '../copy-memory/like-places.ts';
import { isName } from '../names/words.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { featureNames } from './features.ts';
import type { JudgedUnit } from './judge-file.ts';
import { isOfItsOwn, isRow } from './numbers.ts';
import { mostPlaces, namesShared, pathOf, placeOf, placesAlike } from './places.ts';
import { Scope } from './scope.ts';

export interface PlausibleOptions {
  readonly path: string;
  readonly lines: readonly string[];
  readonly tokenizer: Tokenizer;
  /** Where a unit begins in its line, from 0. */
  readonly columnOf: (unit: JudgedUnit) => number;
}

/**
 * @param units of the whole file
 * @param isHigh whether a unit scores high
 * @returns those that score high and are not to be marked
 */
export function implausible(
  units: readonly JudgedUnit[],
  isHigh: (unit: JudgedUnit) => boolean,
  options: PlausibleOptions,
): Set<JudgedUnit> {
  const high = units.filter(isHigh);
  if (high.length === 0) return new Set();
  const scope = new Scope(
    units.map(({ evidence }) => evidence.unit),
    options.lines,
  );
  const lines = new Map<string, Set<number>>();
  for (const { evidence } of high) {
    const key = keyOf(evidence.unit.text, evidence.other?.text);
    lines.set(key, (lines.get(key) ?? new Set()).add(evidence.unit.line));
  }
  return new Set(
    high.filter(
      unit =>
        isOutOfScope(unit, scope) ||
        isMutual(unit, lines.get(keyOf(otherOf(unit), textOf(unit)))) ||
        isOfAnotherShape(textOf(unit), otherOf(unit) ?? '') ||
        isUnsupported(unit, options),
    ),
  );
}

/** A variable in whose place like places have one that is not visible here. */
function isOutOfScope(unit: JudgedUnit, scope: Scope): boolean {
  const other = otherOf(unit);
  if (other === undefined || !isName(other) || !isName(textOf(unit))) return false;
  if (has(unit, 'after dot') || has(unit, 'called')) return false;
  if (unit.evidence.unit.kind !== 'word' || has(unit, 'assigned') || /^\p{Lu}/u.test(other))
    return !scope.has(other);
  return !scope.isVisible(other, unit.evidence.unit);
}

/** Two lines of which each is expected to be the other: both are meant. @param lines where the reverse is so */
function isMutual({ evidence: { unit } }: JudgedUnit, lines: ReadonlySet<number> | undefined): boolean {
  return lines !== undefined && !lines.has(unit.line);
}

/** A word where others have a mark, or the reverse; or marks that only open, close and part things differently. */
function isOfAnotherShape(text: string, other: string): boolean {
  const [own, theirs] = [text, other].map(one => /^[\p{L}\p{N}_$]/u.test(one));
  if (own !== theirs) return true;
  return own === false && operatorsIn(text) === operatorsIn(other);
}

function operatorsIn(marks: string): string {
  return marks.replace(/[()[\]{}'"`,;\s]/g, '');
}

/** Whether the places most like it do not make a slip of it. */
function isUnsupported(unit: JudgedUnit, { path, lines, tokenizer, columnOf }: PlausibleOptions): boolean {
  const { unit: own, other } = unit.evidence;
  const places = placesAlike(other?.places ?? [], path).slice(0, mostPlaces);
  if (places.length === 0) return true;
  const line = lines[own.line - 1] ?? '';
  if (isTestPath(path) && (own.kind === 'number' || isRow(line))) return true;
  if (own.kind === 'number' && isOfItsOwn(own.text, { line, column: columnOf(unit), path }, places))
    return true;
  const inLine = places.filter(place => isInLine(place, { path, line: own.line }, tokenizer)).length;
  if (has(unit, 'exchanged')) return inLine === places.length;
  if (own.kind !== 'number' && !places.some(place => isTelling(place, path, tokenizer))) return true;
  return inLine > 0;
}

/** Whether a place is like ours by more than the marks around it: in another file, by two names of the line at least. */
function isTelling(place: LikePlace, path: string, tokenizer: Tokenizer): boolean {
  return pathOf(place) === path || namesShared(place, tokenizer) >= leastShared;
}

const leastShared = 2;

/** Whether the marked line itself has what is expected, as the other half of a pair does. */
function isInLine(
  place: LikePlace,
  { path, line }: { readonly path: string; readonly line: number },
  tokenizer: Tokenizer,
): boolean {
  return pathOf(place) === path && placeOf(place, tokenizer).line === line;
}

function has({ features }: JudgedUnit, name: (typeof featureNames)[number]): boolean {
  return features[featureNames.indexOf(name)] === 1;
}

function keyOf(text: string | undefined, other: string | undefined): string {
  return `${text} ${other}`;
}

function textOf({ evidence }: JudgedUnit): string {
  return evidence.unit.text;
}

function otherOf({ evidence }: JudgedUnit): string | undefined {
  return evidence.other?.text;
}
