/** Ranks lines found by the copy memory together with the line written by a code model. */

/** A copied rest of the line. */
export interface CopiedLine {
  readonly text: string;
  /** From the copy memory. */
  readonly confidence: number;
}

/** A rest of the line written by the model. */
export interface OwnLine {
  readonly text: string;
  readonly logProbability: number;
}

export interface RankedLine {
  readonly text: string;
  /** Index among the copied lines; undefined for a line only the model wrote. */
  readonly copied: number | undefined;
  readonly isOwn: boolean;
  /** Probability that the line ends exactly so. */
  readonly right: number;
}

/**
 * Features of a line, with values of about −4 to 4. The model's probability of a copied line is not among them: it did
 * not help on hidden lines (test/bench/README.md).
 */
export const lineFeatures = ['bias', 'copied', 'both', 'confidence', 'score'] as const;

type LineFeature = (typeof lineFeatures)[number];

interface Line {
  readonly text: string;
  readonly copied: number | undefined;
  readonly isOwn: boolean;
  readonly features: Float64Array;
}

/** Distinct lines with their features. */
export function linesOf(copies: readonly CopiedLine[], own: OwnLine | undefined): Line[] {
  const lines = new Map<string, Line>();
  const written = own?.text.trimEnd() ?? '';
  for (const [copied, copy] of copies.entries()) {
    const text = copy.text.trimEnd();
    if (lines.has(text)) continue;
    const isOwn = text === written;
    lines.set(text, { text, copied, isOwn, features: featuresOf(copy, isOwn ? own : undefined) });
  }
  if (written !== '' && !lines.has(written))
    lines.set(written, {
      text: written,
      copied: undefined,
      isOwn: true,
      features: featuresOf(undefined, own),
    });
  return [...lines.values()];
}

/**
 * Ranks lines by the probability that they are right: a conditional logit with "none of them" as one more choice, as
 * for copied lines alone (`completion/confidence.ts`), over features of copy memory and model. Fitted on hidden lines
 * of public repositories (test/bench/coder-fit.ts prints this table).
 */
export function rankLines(copies: readonly CopiedLine[], own: OwnLine | undefined): RankedLine[] {
  const lines = linesOf(copies, own);
  const odds = lines.map(({ features }) => Math.exp(scoreOf(features)));
  const total = odds.reduce((sum, one) => sum + one, 1);
  return lines
    .map(({ text, copied, isOwn }, i) => ({ text, copied, isOwn, right: odds[i]! / total }))
    .sort((a, b) => b.right - a.right);
}

/** Features of a prefix of the model's line: its log-odds by the model, and the confidences of copies that begin so and otherwise. */
export const startFeatures = ['bias', 'score', 'same', 'other'] as const;

export function featuresOfStart(
  start: string,
  logProbability: number,
  copies: readonly CopiedLine[],
): Float64Array {
  const [same, other] = [true, false].map(agrees =>
    copies
      .filter(({ text }) => text.startsWith(start) === agrees)
      .reduce((sum, { confidence }) => Math.min(1, sum + confidence), 0),
  );
  return Float64Array.of(1, logit(Math.exp(logProbability), largestLogitOfStart), same!, other!);
}

/**
 * The probability that a prefix of the model's line is right. What the copy memory says of it tells more than the model's
 * own probability.
 * @param logProbability the model's own
 */
export function rightOfStart(
  start: string,
  logProbability: number,
  copies: readonly CopiedLine[] = [],
): number {
  const features = featuresOfStart(start, logProbability, copies);
  const score = startFeatures.reduce((sum, name, i) => sum + startWeights[name] * features[i]!, 0);
  return 1 / (1 + Math.exp(-score));
}

/**
 * The log-probability below which neither the model's line nor a prefix of it is right with a probability, unless the
 * copy memory has the same.
 */
export function leastScore(right: number): number {
  const bounded = Math.min(right, mostCertain);
  const odds = Math.min(
    (logit(bounded) - weights.bias) / weights.score,
    (logit(bounded, largestLogitOfStart) - startWeights.bias) / startWeights.score,
  );
  return -Math.log1p(Math.exp(-odds));
}

/** What is asked of a line never exceeds what a model says of one. */
const mostCertain = 0.98;

const largestLogit = 4;
const largestLogitOfStart = 5;

function featuresOf(copy: CopiedLine | undefined, own: OwnLine | undefined): Float64Array {
  const values: Record<LineFeature, number> = {
    bias: 1,
    copied: copy === undefined ? 0 : 1,
    both: copy !== undefined && own !== undefined ? 1 : 0,
    confidence: copy === undefined ? 0 : logit(copy.confidence),
    score: own === undefined ? 0 : logit(Math.exp(own.logProbability)),
  };
  return Float64Array.from(lineFeatures, name => values[name]);
}

function logit(probability: number, largest = largestLogit): number {
  const value = Math.log(probability / (1 - probability));
  return Math.max(-largest, Math.min(largest, value));
}

function scoreOf(features: Float64Array): number {
  return lineFeatures.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

const weights: Readonly<Record<LineFeature, number>> = {
  bias: -0.379,
  copied: 0.077,
  both: 0.659,
  confidence: 0.761,
  score: 0.755,
};

const startWeights: Readonly<Record<(typeof startFeatures)[number], number>> = {
  bias: -0.38,
  score: 0.85,
  same: 2.47,
  other: -1.7,
};
