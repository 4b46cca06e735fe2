import type { Candidate, Source } from '../fitting/candidate.ts';
import { type EditContext, linesBelow } from '../fitting/context.ts';
import { indentOf } from '../fitting/indent.ts';
import { lexemesOf, wordsOf } from '../names/words.ts';
import { vocabularyOf } from './vocabulary.ts';

/** What is known of a candidate when it is judged. Every value is about 0 to 5. */
export const featureNames = [
  'bias',
  'match',
  'share',
  'rival',
  'places',
  'below',
  'belowTwo',
  'belowNowhere',
  'local',
  'folder',
  'strange',
  'strangeShare',
  'already',
  'length',
  'typed',
  'lineStart',
  'renamed',
  'indent',
  'ends',
  'pool',
  'matchShare',
  'likeness',
  'decoded',
  'decodedFirst',
  'sameName',
  'skipping',
] as const;

export type FeatureName = (typeof featureNames)[number];

export interface Judged {
  readonly candidate: Candidate;
  /** In the order of `featureNames`. */
  readonly features: Float64Array;
}

/** What the buffer says, once for all candidates. */
interface Buffer {
  readonly context: EditContext;
  readonly words: Pick<ReadonlySet<string>, 'has'>;
  readonly lines: ReadonlySet<string>;
  readonly below: readonly string[];
  readonly recent: ReadonlySet<string>;
  readonly folder: string;
  readonly mostDecoded: number;
  /** Whether any place goes on as the buffer does below the cursor: if none does, new code is being written there. */
  readonly isContinued: boolean;
  /** The words before each source. */
  readonly wordsBefore: ReadonlyMap<Source, ReadonlySet<string>>;
  /** How few of the sources have a word before them, of every word that one has. */
  readonly rarity: ReadonlyMap<string, number>;
  /** The sum over `recent`. */
  readonly recentRarity: number;
}

export function featuresOf(candidates: readonly Candidate[], context: EditContext): Judged[] {
  const buffer = bufferOf(context, candidates);
  const weights = candidates.map(candidate =>
    candidate.sources.reduce((sum, source) => sum + weightOf(source, buffer), 0),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [first = 0, second = 0] = [...weights].sort((a, b) => b - a);
  return candidates.map((candidate, i) => {
    const share = total === 0 ? 0 : weights[i]! / total;
    const rival = total === 0 ? 0 : (weights[i] === first ? second : first) / total;
    return { candidate, features: features(candidate, share, rival, candidates.length, buffer) };
  });
}

function features(
  candidate: Candidate,
  share: number,
  rival: number,
  pool: number,
  buffer: Buffer,
): Float64Array {
  const { rest, sources } = candidate;
  const { context } = buffer;
  const match = Math.log2(
    1 +
      Math.min(
        64,
        most(sources, source => source.matched),
      ),
  );
  const below = most(sources, source => agreeingBelow(source, buffer.below));
  const restWords = wordsOf(rest).filter(word => !/^\d/.test(word));
  const strange = restWords.filter(word => !buffer.words.has(word)).length;
  const values: Record<FeatureName, number> = {
    bias: 1,
    match,
    share,
    rival,
    places: Math.log2(Math.max(1, sources.length)),
    below: Math.min(1, below),
    belowTwo: below > 1 ? 1 : 0,
    belowNowhere: buffer.isContinued ? 0 : 1,
    local: sources.filter(source => source.isLocal).length / Math.max(1, sources.length),
    folder: sources.some(source => !source.isLocal && folderWithSlash(source.place.path) === buffer.folder)
      ? 1
      : 0,
    strange: Math.log2(1 + strange),
    strangeShare: restWords.length === 0 ? 0 : strange / restWords.length,
    already: buffer.lines.has((context.linePrefix + rest).trim()) ? 1 : 0,
    length: Math.log2(1 + lexemesOf(rest).length),
    typed: Math.log2(1 + context.linePrefix.trim().length),
    lineStart: context.linePrefix.trim() === '' ? 1 : 0,
    renamed: sources.length > 0 && sources.every(source => source.isRenamed) ? 1 : 0,
    indent: sources.some(source => indentOf(lastLine(source.before)) === context.indent) ? 1 : 0,
    ends: rest.trim() === '' ? 1 : 0,
    pool: Math.log2(pool),
    matchShare: (match * share) / 2,
    likeness: most(sources, source => likeness(source, buffer)),
    sameName: sources.some(source => nameOf(source.place.path) === nameOf(context.path) && !source.isLocal)
      ? 1
      : 0,
    skipping: sources.length > 0 && sources.every(source => source.isSkipping) ? 1 : 0,
    decoded: candidate.decoded,
    decodedFirst: candidate.decoded > 0 && candidate.decoded >= buffer.mostDecoded ? 1 : 0,
  };
  return Float64Array.from(featureNames, name => values[name]);
}

/** The text before a place that its words are taken from, in UTF-16 units. */
const recentLength = 400;

function bufferOf(context: EditContext, candidates: readonly Candidate[]): Buffer {
  const wordsBefore = new Map<Source, ReadonlySet<string>>();
  const frequency = new Map<string, number>();
  for (const source of candidates.flatMap(candidate => candidate.sources)) {
    const words = new Set(wordsOf(source.before.slice(-recentLength)));
    wordsBefore.set(source, words);
    for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  const rarityOf = (count: number): number => Math.log((wordsBefore.size + 1) / (count + 0.5));
  const rarity = new Map([...frequency].map(([word, count]) => [word, rarityOf(count)]));
  const above = context.above ?? '';
  const recent = new Set(wordsOf(above.slice(-recentLength) + context.linePrefix));
  const below = linesBelow(context, 3).map(line => line.trim());
  const { words, lines } = vocabularyOf(above, context.after);
  const written = new Set(wordsOf(context.linePrefix));
  return {
    context,
    words: { has: word => written.has(word) || words.has(word) },
    lines,
    below,
    isContinued: candidates.some(({ sources }) => sources.some(source => agreeingBelow(source, below) > 0)),
    recent,
    recentRarity: [...recent].reduce((sum, word) => sum + (rarity.get(word) ?? rarityOf(0)), 0),
    folder: folderWithSlash(context.path),
    mostDecoded: Math.max(0, ...candidates.map(candidate => candidate.decoded)),
    wordsBefore,
    rarity,
  };
}

/** Share of words that the text before the cursor has in common here and there, each weighed by how few of the sources have it. */
function likeness(source: Source, buffer: Buffer): number {
  let common = 0;
  let all = buffer.recentRarity;
  for (const word of buffer.wordsBefore.get(source) ?? []) {
    const weight = buffer.rarity.get(word)!;
    if (buffer.recent.has(word)) common += weight;
    else all += weight;
  }
  return all <= 0 ? 0 : common / all;
}

/** A source counts double for every further token that is the same, and double again where it is near. */
function weightOf(source: Source, buffer: Buffer): number {
  const near = source.isLocal || folderWithSlash(source.place.path) === buffer.folder ? 2 : 1;
  const below = 1 + 8 * agreeingBelow(source, buffer.below);
  return 2 ** Math.min(40, source.matched) * near * below * (source.isRenamed ? 0.5 : 1);
}

/** How many of the next two lines there are those that follow the cursor's line here. */
function agreeingBelow(source: Source, below: readonly string[]): number {
  let agree = 0;
  while (
    agree < 2 &&
    source.below[agree] !== undefined &&
    below[agree] !== undefined &&
    source.below[agree]!.trim() === below[agree]
  )
    agree++;
  return agree;
}

function folderWithSlash(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

function most(sources: readonly Source[], value: (source: Source) => number): number {
  return sources.reduce((found, source) => Math.max(found, value(source)), 0);
}
