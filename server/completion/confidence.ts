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
  bias: -4.837,
  match: 0.694,
  share: 1.929,
  rival: 0.334,
  places: 0.464,
  below: 1.92,
  belowTwo: 1.273,
  local: 0.353,
  folder: 0.79,
  strange: -0.733,
  strangeShare: -0.347,
  already: -0.652,
  length: 0.29,
  typed: -0.622,
  lineStart: -3.205,
  renamed: 1.374,
  indent: 0.956,
  ends: -1.095,
  pool: -0.109,
  matchShare: -0.451,
  likeness: 1.852,
  decoded: 0.614,
  decodedFirst: 0.622,
  sameName: 1.264,
  skipping: -0.063,
};
