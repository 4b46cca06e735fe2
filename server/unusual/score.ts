/** How much a unit looks like a slip: a small network over the features, fitted to planted slips (`npm run bench -- unusual fit`). */
import { scoreTables } from './score-table.ts';

/** Who judged a unit beside the copy memory: no model, the shipped one, or the selected code model. */
export type ScoredBy = 'copy' | 'nano' | 'coder';

export interface ScoreTable {
  /** The output from which a unit is shown unasked: chosen by `npm run bench -- unusual quiet`. */
  readonly shownFrom: number;
  /** For each hidden unit those of all features and a bias; then those of the hidden units and a bias. */
  readonly weights: readonly number[];
}

/** Log odds, shifted so that a unit is shown unasked from 0 on. */
export function scoreOf(features: ArrayLike<number>, by: ScoredBy): number {
  const { weights, shownFrom } = scoreTables[by];
  return networkOutput(features, weights) - shownFrom;
}

export function networkOutput(features: ArrayLike<number>, weights: ArrayLike<number>): number {
  const size = features.length;
  const hidden = (weights.length - 1) / (size + 2);
  let score = weights[weights.length - 1]!;
  for (let unit = 0; unit < hidden; unit++) {
    const start = unit * (size + 1);
    let sum = weights[start + size]!;
    for (let i = 0; i < size; i++) sum += weights[start + i]! * features[i]!;
    score += weights[hidden * (size + 1) + unit]! * Math.tanh(sum);
  }
  return score;
}
