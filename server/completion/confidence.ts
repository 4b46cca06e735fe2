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
  // Without places there is only what the predictor says itself.
  const isModelOnly = judged.every(({ candidate }) => candidate.sources.length === 0);
  return judged
    .map(one => ({
      ...one,
      confidence: isModelOnly ? one.candidate.decoded : sigmoid(score(one.features)),
    }))
    .sort((a, b) => b.confidence - a.confidence);
}

function score(features: Float64Array): number {
  return featureNames.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const weights: Readonly<Record<FeatureName, number>> = {
  bias: -5.162,
  match: 0.191,
  share: 2.257,
  rival: -1.003,
  places: 0.383,
  below: 1.099,
  belowTwo: 0.913,
  local: 0.756,
  folder: 1.145,
  strange: -0.409,
  strangeShare: -0.126,
  already: -0.424,
  length: 0.088,
  typed: -0.267,
  lineStart: -1.341,
  renamed: 1.311,
  indent: 0.835,
  ends: -1.109,
  pool: -0.142,
  matchShare: -0.1,
  likeness: 1.625,
  decoded: 1.237,
  decodedFirst: 0.958,
  sameName: 0.985,
};
