/** How much a unit looks like a slip: a small network over the features, fitted to planted slips (`npm run bench -- unusual fit`). */
import { type ScoredBy, scoreTables } from './score-table.ts';

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
