import type { Candidate, Source } from '../fitting/candidate.ts';
import { type EditContext, linesBelow } from '../fitting/context.ts';
import { indentOf } from '../fitting/indent.ts';
import { lexemesOf, wordsOf } from '../names/words.ts';
import { vocabularyOf } from './vocabulary.ts';

/** Features for judging a candidate. Every value is about 0 to 5. */
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

/** The words before a source: of the lines above its own, which are the same at every key, and further ones of its line. */
interface WordsBefore {
  readonly above: ReadonlySet<string>;
  readonly line: readonly string[];
}

/** Facts about a source, for its candidate's features. */
interface Facts {
  /** How many of the next two lines there equal those after the cursor's line here. */
  readonly below: number;
  /** Doubles for every further matching token, and again for a nearby source. */
  readonly weight: number;
  readonly isInFolder: boolean;
  readonly hasOurName: boolean;
  readonly words: WordsBefore;
}

/** Facts about the buffer, shared by all candidates. */
interface Buffer {
  readonly context: EditContext;
  readonly prefix: string;
  readonly words: Pick<ReadonlySet<string>, 'has'>;
  readonly lines: ReadonlySet<string>;
  readonly recent: ReadonlySet<string>;
  readonly mostDecoded: number;
  /** Whether any source continues like the buffer below the cursor: if none does, this is new code. */
  readonly isContinued: boolean;
  readonly facts: ReadonlyMap<Source, Facts>;
  /** Rarity among the sources of every word before one of them. */
  readonly rarity: ReadonlyMap<string, number>;
  /** The sum over `recent`. */
  readonly recentRarity: number;
}

export function featuresOf(candidates: readonly Candidate[], context: EditContext): Judged[] {
  const buffer = bufferOf(context, candidates);
  const weights = candidates.map(({ sources }) =>
    sources.reduce((sum, source) => sum + buffer.facts.get(source)!.weight, 0),
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
  const { context, prefix } = buffer;
  const seen = seenIn(sources, buffer);
  const match = Math.log2(1 + Math.min(64, seen.matched));
  const restWords = wordsOf(rest).filter(word => !/^\d/.test(word));
  const strange = restWords.filter(word => !buffer.words.has(word)).length;
  const values: Record<FeatureName, number> = {
    bias: 1,
    match,
    share,
    rival,
    places: Math.log2(Math.max(1, sources.length)),
    below: Math.min(1, seen.below),
    belowTwo: seen.below > 1 ? 1 : 0,
    belowNowhere: buffer.isContinued ? 0 : 1,
    local: seen.local / Math.max(1, sources.length),
    folder: seen.isInFolder ? 1 : 0,
    strange: Math.log2(1 + strange),
    strangeShare: restWords.length === 0 ? 0 : strange / restWords.length,
    already: buffer.lines.has((context.linePrefix + rest).trim()) ? 1 : 0,
    length: Math.log2(1 + lexemesOf(rest).length),
    typed: Math.log2(1 + prefix.length),
    lineStart: prefix === '' ? 1 : 0,
    renamed: sources.length > 0 && seen.renamed === sources.length ? 1 : 0,
    indent: seen.isIndented ? 1 : 0,
    ends: rest.trim() === '' ? 1 : 0,
    pool: Math.log2(pool),
    matchShare: (match * share) / 2,
    likeness: seen.likeness,
    sameName: seen.hasOurName ? 1 : 0,
    skipping: sources.length > 0 && seen.skipping === sources.length ? 1 : 0,
    decoded: candidate.decoded,
    decodedFirst: candidate.decoded > 0 && candidate.decoded >= buffer.mostDecoded ? 1 : 0,
  };
  const row = new Float64Array(featureNames.length);
  for (const [i, name] of featureNames.entries()) row[i] = values[name];
  return row;
}

/** Combines the sources of a candidate. */
function seenIn(sources: readonly Source[], buffer: Buffer) {
  const seen = {
    matched: 0,
    below: 0,
    local: 0,
    renamed: 0,
    skipping: 0,
    likeness: 0,
    isInFolder: false,
    hasOurName: false,
    isIndented: false,
  };
  for (const source of sources) {
    const facts = buffer.facts.get(source)!;
    seen.matched = Math.max(seen.matched, source.matched);
    seen.below = Math.max(seen.below, facts.below);
    if (source.isLocal) seen.local++;
    if (source.isRenamed) seen.renamed++;
    if (source.isSkipping) seen.skipping++;
    seen.likeness = Math.max(seen.likeness, likeness(facts.words, buffer));
    seen.isInFolder ||= facts.isInFolder;
    seen.hasOurName ||= facts.hasOurName;
    seen.isIndented ||= indentOf(lastLine(source.before)) === buffer.context.indent;
  }
  return seen;
}

/** Text above a source's line that its words are taken from, in UTF-16 units. */
const recentLength = 400;

function bufferOf(context: EditContext, candidates: readonly Candidate[]): Buffer {
  const below = linesBelow(context, 3).map(line => line.trim());
  const { facts, frequency } = factsOf(candidates, context, below);
  const rarityOf = (count: number): number => Math.log((facts.size + 1) / (count + 0.5));
  const rarity = new Map<string, number>();
  for (const [word, count] of frequency) rarity.set(word, rarityOf(count));
  const above = context.above ?? '';
  const recent = new Set(wordsOf(above.slice(-recentLength) + context.linePrefix));
  const { words, lines } = vocabularyOf(above, context.after);
  const written = new Set(wordsOf(context.linePrefix));
  let isContinued = false;
  for (const one of facts.values()) isContinued ||= one.below > 0;
  return {
    context,
    prefix: context.linePrefix.trim(),
    words: { has: word => written.has(word) || words.has(word) },
    lines,
    isContinued,
    recent,
    recentRarity: [...recent].reduce((sum, word) => sum + (rarity.get(word) ?? rarityOf(0)), 0),
    mostDecoded: candidates.reduce((most, { decoded }) => Math.max(most, decoded), 0),
    facts,
    rarity,
  };
}

/** Facts about every source, and the number of sources with each word. */
function factsOf(
  candidates: readonly Candidate[],
  { path }: EditContext,
  linesBelowCursor: readonly string[],
): { facts: Map<Source, Facts>; frequency: Map<string, number> } {
  const facts = new Map<Source, Facts>();
  const frequency = new Map<string, number>();
  const folder = folderWithSlash(path);
  const name = nameOf(path);
  // One place may be the source of several candidates: verbatim, and renamed.
  const textsBefore = new Map<string, { words: WordsBefore; count: number }>();
  for (const { sources } of candidates) {
    for (const source of sources) {
      const text = tailOf(source.before);
      let known = textsBefore.get(text);
      if (known === undefined) {
        known = { words: wordsBefore(text), count: 0 };
        textsBefore.set(text, known);
      }
      known.count++;
      const { isLocal, place, matched, isRenamed } = source;
      const below = agreeingBelow(source, linesBelowCursor);
      const isInFolder = !isLocal && folderWithSlash(place.path) === folder;
      facts.set(source, {
        below,
        weight:
          2 ** Math.min(40, matched) *
          (isLocal || isInFolder ? 2 : 1) *
          (1 + 8 * below) *
          (isRenamed ? 0.5 : 1),
        isInFolder,
        hasOurName: !isLocal && nameOf(place.path) === name,
        words: known.words,
      });
    }
  }
  for (const { words, count } of textsBefore.values()) {
    for (const word of words.above) frequency.set(word, (frequency.get(word) ?? 0) + count);
    for (const word of words.line) frequency.set(word, (frequency.get(word) ?? 0) + count);
  }
  return { facts, frequency };
}

/** The last line, with a stretch of fixed length above it, so that typing on the line does not change the stretch. */
function tailOf(text: string): string {
  return text.slice(Math.max(0, text.lastIndexOf('\n') + 1 - recentLength));
}

/** Words of the lines above sources: the same at every key of a line. */
let wordsAbove = new Map<string, ReadonlySet<string>>();
const mostWordSets = 2000;

function wordsBefore(text: string): WordsBefore {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1);
  let above = wordsAbove.get(lines);
  if (above === undefined) {
    above = new Set(wordsOf(lines));
    if (wordsAbove.size >= mostWordSets) wordsAbove = new Map();
    wordsAbove.set(lines, above);
  }
  const line = new Set(wordsOf(text.slice(lines.length)));
  return { above, line: [...line].filter(word => !above.has(word)) };
}

/**
 * Share of common words in the text before the cursor here and there, each weighted by its rarity among the sources.
 */
function likeness({ above, line }: WordsBefore, buffer: Buffer): number {
  let common = 0;
  let all = buffer.recentRarity;
  for (const words of [above, line])
    for (const word of words) {
      const weight = buffer.rarity.get(word)!;
      if (buffer.recent.has(word)) common += weight;
      else all += weight;
    }
  return all <= 0 ? 0 : common / all;
}

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
