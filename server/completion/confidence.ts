import { type FeatureName, featureNames, type Judged } from './features.ts';

export interface Ranked extends Judged {
  /** Probability that the candidate is exactly what comes next on the line. */
  readonly confidence: number;
}

/**
 * Candidates by the probability that they are right: a logistic model over their features, fitted on the lines of public repositories
 * (test/bench/completion-fit.ts prints this table).
 */
export function rank(judged: readonly Judged[]): Ranked[] {
  return judged
    .map(one => ({ ...one, confidence: sigmoid(score(one.features)) }))
    .sort((a, b) => b.confidence - a.confidence);
}

function score(features: Float64Array): number {
  return featureNames.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const weights: Readonly<Record<FeatureName, number>> = {
  bias: -4.025,
  match: 0.194,
  share: 1.844,
  rival: -0.768,
  places: 0.518,
  files: -0.132,
  below: 1.018,
  belowTwo: 0.819,
  local: 0.449,
  folder: 0.808,
  strange: -0.409,
  strangeShare: -0.28,
  already: -0.585,
  length: 0.005,
  typed: -0.29,
  lineStart: -1.281,
  renamed: 0.979,
  likeness: 0.987,
  indent: 0.834,
  ends: -0.273,
  pool: -0.245,
  matchShare: 0.673,
};
