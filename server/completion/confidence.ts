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
  bias: -3,
  match: 0.3,
  share: 4,
  rival: -1,
  places: 0,
  files: 0,
  below: 1,
  belowTwo: 1,
  local: 0,
  folder: 0,
  strange: 0,
  strangeShare: 0,
  already: 0,
  length: 0,
  typed: 0,
  lineStart: 0,
  renamed: -0.5,
  likeness: 0,
  indent: 0,
  ends: 0,
  pool: 0,
  matchShare: 0,
};
