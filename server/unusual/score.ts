/** How much a unit looks like a slip: a small network over the features, fitted to planted slips (`npm run bench -- unusual fit`). */
import { featureNames } from './features.ts';
import { scoreWeights } from './score-table.ts';

const size = featureNames.length;

/** Log odds; only their order and their distance from `shownFrom` mean something. */
export function scoreOf(features: ArrayLike<number>, weights: ArrayLike<number> = scoreWeights): number {
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
