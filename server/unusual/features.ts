/** What a unit and its evidence look like in numbers: what `score-table.ts` was fitted to. */
import type { LikePlace, LikePlaces } from '../copy-memory/like-places.ts';
import { keywords } from '../names/words.ts';
import { type Evidence, supportOf } from './evidence.ts';
import type { FileNames } from './file-names.ts';

/** The order of the features; the names are for the benchmark's table. */
export const featureNames = [
  'surprise before',
  'surprise after',
  'surprise both',
  'odds before',
  'odds after',
  'odds both',
  'other before',
  'other after',
  'other both',
  'actual both',
  'share of others',
  'longest other',
  'longest actual',
  'actual before',
  'actual after',
  'place before',
  'place after',
  'places',
  'files',
  'own file',
  'actual in file',
  'actual anywhere',
  'introduced',
  'other in file',
  'actual near',
  'other near',
  'actual there',
  'other there',
  'number',
  'mark',
  'string',
  'same kind',
  'actual keyword',
  'other keyword',
  'same length',
  'actual again in line',
  'other in line',
  'other once in file',
  'other above',
  'actual above',
  'unused above',
  'other unused',
  'left unchanged',
  'without other',
  'bracket',
  'assigned',
  'first in line',
  'after keyword',
  'after dot',
  'called',
  'exchanged',
] as const;

export interface FeatureSource {
  readonly names: FileNames;
  readonly places: LikePlaces;
  /** How often two texts stand within some tokens of a place. */
  readonly countAround: (place: LikePlace, texts: readonly [string, string]) => readonly [number, number];
}

export function featuresOf(
  { unit, actual, other, others }: Evidence,
  { names, places, countAround }: FeatureSource,
): Float64Array {
  const alternative = other ?? nothing;
  const [best] = alternative.places;
  const files = new Set(alternative.places.map(place => places.fileAt(place).path));
  const anywhere = unit.kind === 'mark' ? 100 : places.occurrences(unit.start, unit.end);
  const [there, otherThere] = best === undefined ? [0, 0] : countAround(best, [unit.text, alternative.text]);
  const unused = names.unusedAbove(unit);
  const previous = names.beside(unit, -1);
  const next = names.beside(unit, 1)?.text ?? '';
  const has = (text: string) => text !== '';
  const log = Math.log1p;
  return Float64Array.of(
    surprise(actual.before, others.before),
    surprise(actual.after, others.after),
    surprise(actual.both, others.both),
    log(alternative.before) - log(actual.before),
    log(alternative.after) - log(actual.after),
    log(alternative.both) - log(actual.both),
    log(alternative.before),
    log(alternative.after),
    log(alternative.both),
    log(actual.both),
    (alternative.both + 1) / (others.both + 1),
    alternative.longestBoth / 16,
    actual.longestBoth / 16,
    Math.min(16, actual.longestBefore) / 8,
    Math.min(16, actual.longestAfter) / 8,
    Math.min(16, best?.before ?? 0) / 8,
    Math.min(16, best?.after ?? 0) / 8,
    log(alternative.places.length),
    log(files.size),
    best !== undefined && places.isOwn(best.segment) ? 1 : 0,
    log(names.count(unit.text) - 1),
    log(anywhere),
    anywhere === 0 ? 1 : 0,
    log(names.count(alternative.text)),
    log(names.near(unit.text, unit)),
    log(names.near(alternative.text, unit)),
    log(there),
    log(otherThere),
    unit.kind === 'number' ? 1 : 0,
    unit.kind === 'mark' ? 1 : 0,
    unit.kind === 'string' ? 1 : 0,
    has(alternative.text) && classOf(unit.text) === classOf(alternative.text) ? 1 : 0,
    keywords.has(unit.text) ? 1 : 0,
    keywords.has(alternative.text) ? 1 : 0,
    unit.text.length === alternative.text.length ? 1 : 0,
    log(names.near(unit.text, unit, 0)),
    log(names.near(alternative.text, unit, 0)),
    names.count(alternative.text) === 1 ? 1 : 0,
    nearness(names.above(alternative.text, unit)),
    nearness(names.above(unit.text, unit)),
    unit.kind === 'word' ? log(unused.length) : 0,
    unused.includes(alternative.text) ? 1 : 0,
    unit.kind === 'word' ? names.leftUnchanged(unit) : 0,
    other === undefined ? 1 : 0,
    /^[()[\]{},;:]+$/.test(unit.text) ? 1 : 0,
    /^:?=$|^:$/.test(next) ? 1 : 0,
    previous?.line === unit.line ? 0 : 1,
    keywords.has(previous?.text ?? '') ? 1 : 0,
    /(?:\.|->|::)$/.test(previous?.text ?? '') ? 1 : 0,
    next.startsWith('(') ? 1 : 0,
    0,
  );
}

/** Where two units of a line stand in each other's place, each says so of the other. */
export function noteExchanges(
  units: readonly { readonly evidence: Evidence; readonly features: Float64Array }[],
): void {
  const keyOf = (line: number, text: string, other: string) => `${line} ${text} ${other}`;
  const said = new Set(
    units.map(({ evidence: { unit, other } }) => keyOf(unit.line, unit.text, other?.text ?? '')),
  );
  for (const { evidence, features } of units) {
    const { unit, other } = evidence;
    if (other !== undefined && said.has(keyOf(unit.line, other.text, unit.text)))
      features[featureNames.length - 1] = 1;
  }
}

const nothing = supportOf('');

/** −log of the share of the weight at like places that has the same. */
function surprise(same: number, different: number): number {
  return -Math.log((same + 0.5) / (same + different + 1));
}

/** 1 in the line itself, less above it, 0 far away. */
function nearness(lines: number | undefined): number {
  return lines === undefined ? 0 : 1 / (1 + lines / 5);
}

function classOf(text: string): string {
  return /^[\p{L}_]/u.test(text) ? 'word' : /^\p{N}/u.test(text) ? 'number' : 'mark';
}
