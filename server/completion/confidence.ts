import { type FeatureName, featureNames, type Judged } from './features.ts';

export interface Ranked extends Judged {
  /** Probability that the candidate is exactly what comes next on the line. */
  readonly confidence: number;
}

/**
 * Candidates by the probability that they are right: a conditional logit over their features with "none of them" as one more choice
 * (McFadden 1974), fitted on hidden lines of public repositories (test/bench/completion-fit.ts prints this table).
 */
export function rank(judged: readonly Judged[]): Ranked[] {
  // Without places there is only what the predictor says itself.
  const isModelOnly = judged.every(({ candidate }) => candidate.sources.length === 0);
  const odds = judged.map(one => Math.exp(score(one.features)));
  const total = odds.reduce((sum, one) => sum + one, 1);
  return judged
    .map((one, i) => ({ ...one, confidence: isModelOnly ? one.candidate.decoded : odds[i]! / total }))
    .sort((a, b) => b.confidence - a.confidence);
}

function score(features: Float64Array): number {
  return featureNames.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

const weights: Readonly<Record<FeatureName, number>> = {
  bias: -4.882,
  match: 0.581,
  share: 2.119,
  rival: 0.473,
  places: 0.514,
  below: 1.751,
  belowTwo: 1.322,
  local: 0.563,
  folder: 0.975,
  strange: -0.799,
  strangeShare: -0.028,
  already: -0.535,
  length: 0.248,
  typed: -0.649,
  lineStart: -3.137,
  renamed: 1.449,
  indent: 1.104,
  ends: -1.392,
  pool: -0.082,
  matchShare: -0.48,
  likeness: 1.921,
  decoded: 0.907,
  decodedFirst: 0.601,
  sameName: 1.471,
};
