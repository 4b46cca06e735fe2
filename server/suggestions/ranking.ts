/** One ranking of the lines that the copy memory found and the line that a code model writes. */

/** A rest of the line that was copied. */
export interface CopiedLine {
  readonly text: string;
  /** Of the copy memory. */
  readonly confidence: number;
}

/** A rest of the line that the model wrote. */
export interface OwnLine {
  readonly text: string;
  readonly logProbability: number;
}

export interface RankedLine {
  readonly text: string;
  /** Index among the copied lines; nothing for a line that only the model wrote. */
  readonly copied: number | undefined;
  readonly isOwn: boolean;
  /** Probability that the line ends exactly so. */
  readonly right: number;
}

/**
 * What is known of a line. Values of about −4 to 4. How probable a copied line is to the model is not among them: on hidden lines it did not
 * help (test/bench/README.md).
 */
export const lineFeatures = ['bias', 'copied', 'both', 'confidence', 'score'] as const;

type LineFeature = (typeof lineFeatures)[number];

interface Line {
  readonly text: string;
  readonly copied: number | undefined;
  readonly isOwn: boolean;
  readonly features: Float64Array;
}

/** Each line once, with its features. */
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
 * Lines by the probability that they are right, the surest first: a conditional logit with "none of them" as one more choice, as for copied lines alone
 * (`completion/confidence.ts`), over what copy memory and model say of each. Fitted on hidden lines of public repositories
 * (test/bench/coder-fit.ts prints this table).
 */
export function rankLines(copies: readonly CopiedLine[], own: OwnLine | undefined): RankedLine[] {
  const lines = linesOf(copies, own);
  const odds = lines.map(({ features }) => Math.exp(scoreOf(features)));
  const total = odds.reduce((sum, one) => sum + one, 1);
  return lines
    .map(({ text, copied, isOwn }, i) => ({ text, copied, isOwn, right: odds[i]! / total }))
    .sort((a, b) => b.right - a.right);
}

/**
 * How probable it is that a start of the model's line is right.
 * @param logProbability the model's own, natural logarithm
 */
export function rightOfStart(logProbability: number): number {
  return Math.exp(startDoubt * logProbability);
}

/** The model is surer than it is right, as hidden lines show. */
const startDoubt = 1.4;

const largestLogit = 4;

function featuresOf(copy: CopiedLine | undefined, own: OwnLine | undefined): Float64Array {
  const values: Record<LineFeature, number> = {
    bias: -0.464,
    copied: copy === undefined ? 0 : 1,
    both: copy !== undefined && own !== undefined ? 1 : 0,
    confidence: copy === undefined ? 0 : logit(copy.confidence),
    score: own === undefined ? 0 : logit(Math.exp(own.logProbability)),
  };
  return Float64Array.from(lineFeatures, name => values[name]);
}

function logit(probability: number): number {
  const value = Math.log(probability / (1 - probability));
  return Math.max(-largestLogit, Math.min(largestLogit, value));
}

function scoreOf(features: Float64Array): number {
  return lineFeatures.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

const weights: Readonly<Record<LineFeature, number>> = {
  bias: -0.464,
  copied: 0.711,
  both: 0.947,
  confidence: 1.271,
  score: 1.116,
};
