/** Options to show at the cursor: whole rests of the line, and prefixes up to where the sources diverge. */
import { isWordUnit } from '../source-text/scanner.ts';
import { type Buffer, fragmentOf, type KnownWord, knownWords } from './known-words.ts';
import { type Place, places } from './place.ts';

/** A possible continuation of the cursor's line, and its sources. */
export interface Continuation {
  /** Text after the cursor on its line. */
  readonly rest: string;
  readonly sources: readonly { readonly matched: number; readonly isLocal: boolean }[];
  /** A predictor's probability for it, or 0. */
  readonly decoded: number;
}

/** With its odds against all others and none of them. */
export interface Weighed<Candidate extends Continuation> {
  readonly candidate: Candidate;
  readonly share: number;
}

/** Text that may be suggested. */
export interface Option<Candidate extends Continuation = Continuation> {
  /** With the option's text as its rest. */
  readonly candidate: Candidate;
  /** Whether it is a candidate's whole rest, which a block may follow. */
  readonly isWhole: boolean;
  /** In the order of `optionFeatures`. */
  readonly features: Float64Array;
}

/** Features of an option beside the place: values of about −6 to 6. */
export const optionFeatures = [
  'bias',
  'mass',
  'massSquared',
  'decoded',
  'isDecoded',
  'agreed',
  'whole',
  'words',
  'length',
  'rival',
  'first',
  'sources',
  'matched',
  'local',
  'top',
  'fragmentOne',
  'fragmentTwo',
  'fragmentMore',
  'known',
  'share',
  'pairShare',
  'pairs',
  'count',
  'last',
  'alone',
  'massInWord',
  'massWhole',
  'pairAtStart',
  'shareInWord',
  ...places.map(place => `at ${place}` as const),
  ...places.map(place => `mass at ${place}` as const),
] as const;

export type OptionFeature = (typeof optionFeatures)[number];

/** Candidates, cuts of each and words of the buffer considered, most confident first. */
const mostCandidates = 8;
const mostCuts = 10;
/** A prefix of a less probable candidate is either one of another candidate too or too improbable to be shown. */
const leastShare = 0.003;
const mostWords = 3;
const mostSummed = 48;

/**
 * @param ranked candidates with their shares, most confident first
 * @param candidateOf makes a candidate from the rest of a word in the buffer
 * @param closer of the enclosing string; empty outside strings
 * @returns options without duplicates
 */
export function optionsOf<Candidate extends Continuation>(
  ranked: readonly Weighed<Candidate>[],
  buffer: Buffer,
  place: Place,
  candidateOf: (rest: string, word: KnownWord) => Candidate,
  closer = '',
): Option<Candidate>[] {
  const fragment = fragmentOf(buffer.linePrefix);
  const known = place === 'comment' && fragment === '' ? [] : knownWords(buffer, fragment);
  const found = new Map<string, { candidate: Candidate; isWhole: boolean }>();
  for (const [i, { candidate, share }] of ranked.slice(0, mostCandidates).entries()) {
    if (i > 0 && share < leastShare) break;
    const { rest } = candidate;
    found.set(rest, { candidate, isWhole: true });
    for (const end of cutsOf(rest, closer)) {
      const text = rest.slice(0, end);
      if (!found.has(text)) found.set(text, { candidate: { ...candidate, rest: text }, isWhole: false });
    }
  }
  for (const one of known.slice(0, mostWords)) {
    const rest = one.word.slice(fragment.length);
    if (!found.has(rest)) found.set(rest, { candidate: candidateOf(rest, one), isWhole: false });
  }
  const judge = new Judge(ranked, known, fragment, place);
  return [...found.values()].map(one => ({
    ...one,
    features: judge.features(one.candidate.rest, one.isWhole),
  }));
}

/**
 * Ends of words in a rest at which its own brackets and quotes are closed. Marks of several quotes, such as Python's
 * docstrings', count as one: a prefix never ends inside them.
 * @param closer of the enclosing string; empty outside strings
 */
export function cutsOf(rest: string, closer = ''): number[] {
  const cuts: number[] = [];
  let depth = 0;
  let quote = closer;
  // The enclosing string may be cut; strings that the rest opens may not.
  let isOpened = false;
  for (let i = 0; i < rest.length && cuts.length < mostCuts; i++) {
    const char = rest[i]!;
    let endsQuote = false;
    if (char === '\\') {
      i++;
    } else if (quote !== '') {
      if (rest.startsWith(quote, i)) {
        i += quote.length - 1;
        endsQuote = true;
        quote = '';
      }
    } else if (char === '"' || char === '`' || (char === "'" && !/\w/.test(rest[i - 1] ?? ''))) {
      quote = rest.startsWith(char.repeat(3), i) ? char.repeat(3) : char;
      i += quote.length - 1;
      isOpened = true;
    } else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    const next = rest[i + 1];
    if (depth !== 0 || (quote !== '' && isOpened) || next === undefined) continue;
    // More of the same quote belongs to the mark, or starts another string.
    if (endsQuote && next === char) continue;
    const wordFollows = isWordUnit(next.charCodeAt(0));
    const endsWord = isWordUnit(char.charCodeAt(0)) && !wordFollows;
    if (endsWord || (')]}"\'`'.includes(char) && !wordFollows)) cuts.push(i + 1);
  }
  return cuts;
}

/** A candidate with its sources counted, once for all options. */
interface Summed {
  readonly rest: string;
  readonly share: number;
  readonly decoded: number;
  readonly sources: number;
  readonly matched: number;
  readonly local: number;
}

function summedUp({ candidate, share }: Weighed<Continuation>): Summed {
  const { rest, decoded, sources } = candidate;
  let matched = 0;
  let local = 0;
  for (const source of sources) {
    matched = Math.max(matched, source.matched);
    if (source.isLocal) local++;
  }
  return { rest, share, decoded, sources: sources.length, matched, local };
}

class Judge {
  readonly #ranked: readonly Weighed<Continuation>[];
  /** Those with a significant share. */
  readonly #summed: readonly Summed[];
  readonly #known: ReadonlyMap<string, KnownWord>;
  readonly #fragment: string;
  readonly #place: Place;
  readonly #total: number;

  constructor(
    ranked: readonly Weighed<Continuation>[],
    known: readonly KnownWord[],
    fragment: string,
    place: Place,
  ) {
    this.#ranked = ranked;
    this.#summed = ranked.slice(0, mostSummed).map(summedUp);
    this.#known = new Map(known.map(one => [one.word, one]));
    this.#fragment = fragment;
    this.#place = place;
    this.#total = ranked.reduce((sum, one) => sum + one.share, 0);
  }

  features(text: string, isWhole: boolean): Float64Array {
    let mass = 0;
    let decoded = 0;
    let sources = 0;
    let matched = 0;
    let local = 0;
    let rival = 0;
    for (const one of this.#summed) {
      if (!beginsWith(one.rest, text)) {
        rival = Math.max(rival, one.share);
        continue;
      }
      mass += one.share;
      decoded += one.decoded;
      sources += one.sources;
      matched = Math.max(matched, one.matched);
      local += one.local;
    }
    const lead = /^[\p{L}\p{N}_$]*/u.exec(text)![0];
    const isInWord = this.#fragment !== '' && lead !== '';
    const first = isInWord || lead !== '' ? this.#known.get(this.#fragment + lead) : undefined;
    const typed = isInWord ? this.#fragment.length : 0;
    const logitMass = logit(mass);
    const values: Record<(typeof plainFeatures)[number], number> = {
      bias: 1,
      mass: logitMass,
      massSquared: (logitMass * logitMass) / 6,
      decoded: decoded === 0 ? 0 : logit(decoded),
      isDecoded: decoded === 0 ? 0 : 1,
      agreed: this.#total === 0 ? 0 : mass / this.#total,
      whole: isWhole ? 1 : 0,
      words: Math.log2(1 + (text.match(/[\p{L}\p{N}_$]+/gu)?.length ?? 0)),
      length: Math.log2(1 + text.trim().length),
      rival: logit(rival),
      first: isWhole && this.#ranked[0]?.candidate.rest === text ? 1 : 0,
      sources: Math.log2(1 + sources),
      matched: Math.log2(1 + Math.min(64, matched)),
      local: sources === 0 ? 0 : local / sources,
      top: this.#ranked[0] !== undefined && beginsWith(this.#ranked[0].candidate.rest, text) ? 1 : 0,
      fragmentOne: typed === 1 ? 1 : 0,
      fragmentTwo: typed === 2 ? 1 : 0,
      fragmentMore: typed > 2 ? 1 : 0,
      known: first === undefined ? 0 : 1,
      share: first?.share ?? 0,
      pairShare: first?.pairShare ?? 0,
      pairs: Math.log2(1 + (first?.pairs ?? 0)),
      count: Math.log2(1 + (first?.count ?? 0)) / 2,
      last: first?.isLast === true ? 1 : 0,
      alone: mass === 0 ? 1 : 0,
      massInWord: typed > 0 ? logitMass : 0,
      massWhole: isWhole ? logitMass : 0,
      pairAtStart: typed === 0 ? (first?.pairShare ?? 0) : 0,
      shareInWord: typed > 1 ? (first?.share ?? 0) : 0,
    };
    const features = new Float64Array(optionFeatures.length);
    for (const [i, name] of plainFeatures.entries()) features[i] = values[name];
    const at = plainFeatures.length + places.indexOf(this.#place);
    features[at] = 1;
    features[at + places.length] = logitMass;
    return features;
  }
}

const plainFeatures = optionFeatures.slice(0, optionFeatures.length - 2 * places.length) as Exclude<
  OptionFeature,
  `at ${Place}` | `mass at ${Place}`
>[];

/** Whether the rest starts with a string that does not end inside a word. */
export function beginsWith(rest: string, text: string): boolean {
  if (!rest.startsWith(text)) return false;
  const next = rest[text.length];
  return (
    next === undefined || !(isWordUnit(next.charCodeAt(0)) && isWordUnit(text.charCodeAt(text.length - 1)))
  );
}

const leastMass = 0.002;

function logit(share: number): number {
  const bounded = Math.max(leastMass, Math.min(1 - leastMass, share));
  return Math.log(bounded / (1 - bounded));
}
