import { isName, lexemesOf } from '../names/words.ts';

/** A suggestion and the expected text. */
export interface Outcome {
  /** The line up to the cursor. */
  readonly before: string;
  readonly expected: string;
  /** First line of the suggestion, shown or not; empty for none. */
  readonly suggested: string;
  readonly confidence: number;
  readonly shown: boolean;
  readonly milliseconds: number;
}

export interface Metrics {
  /**
   * Share of lines whose best suggestion, shown or not, is right, compared as in RepoBench: by white-space separated
   * tokens.
   */
  readonly exactMatch: number;
  /** Mean normalised indel similarity of the rest of the line, `fuzz.ratio` as a share. */
  readonly editSimilarity: number;
  /** Mean F1 of the sets of identifiers in the rest of the line, over lines that have any (CrossCodeEval). */
  readonly identifierF1: number;
  /** Share of lines for which something is shown. */
  readonly shown: number;
  /** Share of these that are exactly right; 0 if nothing is shown. */
  readonly precisionShown: number;
  /** Milliseconds per suggestion, by rank. */
  readonly p50: number;
  readonly p95: number;
}

export interface CurvePoint {
  /** Share of lines with a suggestion of at least this confidence, and the share of these that are right. */
  readonly coverage: number;
  readonly precision: number;
  readonly confidence: number;
}

export function metricsOf(outcomes: readonly Outcome[]): Metrics {
  const shown = outcomes.filter(outcome => outcome.shown);
  const withNames = outcomes.filter(outcome => expectedNames(outcome).size > 0);
  const times = outcomes.map(outcome => outcome.milliseconds).sort((a, b) => a - b);
  return {
    exactMatch: mean(outcomes, outcome => Number(isExact(outcome))),
    editSimilarity: mean(outcomes, outcome => similarity(outcome.suggested.trim(), outcome.expected.trim())),
    identifierF1: mean(withNames, f1),
    shown: outcomes.length === 0 ? 0 : shown.length / outcomes.length,
    precisionShown: mean(shown, outcome => Number(isExact(outcome))),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
  };
}

export function isExact({ before, expected, suggested }: Outcome): boolean {
  return split(before + suggested) === split(before + expected);
}

/** Precision against coverage by decreasing confidence: a point per twentieth of all lines. */
export function curveOf(outcomes: readonly Outcome[]): CurvePoint[] {
  const sorted = outcomes
    .filter(outcome => outcome.suggested !== '')
    .sort((a, b) => b.confidence - a.confidence);
  const points: CurvePoint[] = [];
  let right = 0;
  for (const [i, outcome] of sorted.entries()) {
    right += Number(isExact(outcome));
    const step = Math.max(1, Math.round(outcomes.length / 20));
    if ((i + 1) % step === 0 || i + 1 === sorted.length)
      points.push({
        coverage: (i + 1) / outcomes.length,
        precision: right / (i + 1),
        confidence: outcome.confidence,
      });
  }
  return points;
}

export interface ReliabilityBin {
  readonly n: number;
  /** Mean confidence of the suggestions, and the share that is right. */
  readonly confidence: number;
  readonly precision: number;
}

/** Calibration: confidence against accuracy in fifths of the scale, without empty bins. */
export function reliabilityOf(outcomes: readonly Outcome[]): ReliabilityBin[] {
  const bins = Array.from({ length: 5 }, (_, bin) =>
    outcomes.filter(
      ({ suggested, confidence }) => suggested !== '' && Math.min(4, Math.floor(5 * confidence)) === bin,
    ),
  );
  return bins
    .filter(bin => bin.length > 0)
    .map(bin => ({
      n: bin.length,
      confidence: mean(bin, outcome => outcome.confidence),
      precision: mean(bin, outcome => Number(isExact(outcome))),
    }));
}

/** Largest share of all lines, by decreasing confidence, at which suggestions have this precision. */
export function coverageAt(outcomes: readonly Outcome[], precision: number): number {
  const sorted = outcomes
    .filter(outcome => outcome.suggested !== '')
    .sort((a, b) => b.confidence - a.confidence);
  let right = 0;
  let covered = 0;
  for (const [i, outcome] of sorted.entries()) {
    right += Number(isExact(outcome));
    if (right >= precision * (i + 1)) covered = i + 1;
  }
  return outcomes.length === 0 ? 0 : covered / outcomes.length;
}

/** 1 − insertions and deletions between two strings, over the length of both: rapidfuzz's `ratio`. */
export function similarity(a: string, b: string): number {
  if (a.length + b.length === 0) return 1;
  return (2 * longestCommonSubsequence(a, b)) / (a.length + b.length);
}

function longestCommonSubsequence(a: string, b: string): number {
  let row = new Uint32Array(b.length + 1);
  for (const char of a.split('')) {
    const next = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++)
      next[j + 1] = char === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!);
    row = next;
  }
  return row[b.length]!;
}

function f1(outcome: Outcome): number {
  const expected = expectedNames(outcome);
  const suggested = namesIn(fragment(outcome.before) + outcome.suggested);
  const common = [...suggested].filter(name => expected.has(name)).length;
  return common === 0 ? 0 : (2 * common) / (expected.size + suggested.size);
}

function expectedNames({ before, expected }: Outcome): Set<string> {
  return namesIn(fragment(before) + expected);
}

/** The start of the word at the cursor: names are compared whole. */
function fragment(before: string): string {
  return /[\p{L}\p{N}_$]*$/u.exec(before)![0];
}

/** Identifiers outside strings, without keywords. */
export function namesIn(text: string): Set<string> {
  const code = text.replace(/(["'`])(?:\\.|(?!\1).)*(?:\1|$)/g, ' ');
  return new Set(lexemesOf(code).filter(isName));
}

function mean<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.length === 0 ? 0 : items.reduce((sum, item) => sum + value(item), 0) / items.length;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function split(text: string): string {
  return text.trim().split(/\s+/).join(' ');
}
