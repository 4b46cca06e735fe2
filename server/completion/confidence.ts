import { type FeatureName, featureNames, type Judged } from './features.ts';

export interface Ranked extends Judged {
  /** Probability that the candidate is exactly what comes next on the line. */
  readonly confidence: number;
  /** Its odds among all candidates and none of them, uncalibrated. */
  readonly share: number;
}

/**
 * Ranks candidates by the probability that they are right: a conditional logit over their features with "none of them"
 * as one more choice (McFadden 1974), fitted on hidden lines of public repositories (test/bench/completion-fit.ts
 * prints this table), half of them with some of the following lines hidden too: new code has nothing below to agree
 * with.
 */
export function rank(judged: readonly Judged[]): Ranked[] {
  // Without sources there is only the predictor's own output.
  const isModelOnly = judged.every(({ candidate }) => candidate.sources.length === 0);
  const odds = judged.map(one => Math.exp(score(one.features)));
  const total = odds.reduce((sum, one) => sum + one, 1);
  return judged
    .map((one, i) => ({
      ...one,
      confidence: isModelOnly ? one.candidate.decoded : calibrated(odds[i]! / total),
      share: isModelOnly ? one.candidate.decoded : odds[i]! / total,
    }))
    .sort((a, b) => b.confidence - a.confidence);
}

/**
 * Maps a share of the odds to a calibrated probability: linear between knots, each a mean of equally many suggestions
 * (test/bench/completion-fit.ts prints them). Monotone, so the order stays.
 */
export function calibrated(share: number): number {
  const above = Math.max(
    1,
    knots.findIndex(([claimed]) => claimed >= share),
  );
  const [[low, rightLow], [high, rightHigh]] = [knots[above - 1]!, knots[above]!];
  return rightLow + ((share - low) / (high - low)) * (rightHigh - rightLow);
}

const knots: readonly (readonly [claimed: number, right: number])[] = [
  [0, 0],
  [0.008, 0.021],
  [0.031, 0.094],
  [0.101, 0.17],
  [0.305, 0.339],
  [0.69, 0.675],
  [0.964, 0.959],
  [1, 0.99],
];

function score(features: Float64Array): number {
  return featureNames.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

const weights: Readonly<Record<FeatureName, number>> = {
  bias: -5.187,
  match: 0.88,
  share: 2.834,
  rival: 0.419,
  places: 0.526,
  below: 1.08,
  belowTwo: 1.014,
  belowNowhere: 0.288,
  local: 0.741,
  folder: 0.996,
  strange: -0.532,
  strangeShare: -0.016,
  already: -0.307,
  length: 0.17,
  typed: -0.736,
  lineStart: -3.432,
  renamed: 1.558,
  indent: 1.077,
  ends: -2.328,
  pool: -0.121,
  matchShare: -0.875,
  likeness: 2.09,
  decoded: 1.359,
  decodedFirst: 0.555,
  sameName: 1.827,
  skipping: -0.06,
};
