import type { EvidenceSource } from './copy-evidence.ts';

/**
 * The probability that the next token is none of what a context length says it is, or is better told by shorter ones: the escape of prediction
 * by partial matching, with its constants fitted instead of assumed. The logit is a sum of two table entries: one by the match's length and its
 * agreement, one by its support and its agreement, for each source apart.
 *
 * @param matched tokens of context
 * @param total places that match
 * @param distinct different tokens that followed there
 * @param most places that agree on the most frequent one
 */
export function escapeProbability(
  source: EvidenceSource,
  matched: number,
  total: number,
  distinct: number,
  most: number,
): number {
  const [byLength, bySupport] = escapeCells(source, matched, total, distinct, most);
  return 1 / (1 + Math.exp(-escapeLogits[byLength]! - escapeLogits[bySupport]!));
}

/** The two entries of `escapeLogits` that a match goes by. */
export function escapeCells(
  source: EvidenceSource,
  matched: number,
  total: number,
  distinct: number,
  most: number,
): readonly [number, number] {
  const agreement = distinct === 1 ? 0 : bucketOf(1 - most / total, agreementBounds) + 1;
  const start = source === 'prompt' ? 0 : cellsPerSource;
  const byLength = start + bucketOf(matched, lengthBounds) * agreements + agreement;
  const bySupport = start + (lengthBounds.length + bucketOf(total, supportBounds)) * agreements + agreement;
  return [byLength, bySupport];
}

/** Upper bounds of the buckets; the last has none. */
const lengthBounds = [1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 31, Infinity];
const supportBounds = [1, 2, 3, 5, 9, 20, 60, Infinity];
const agreementBounds = [0.08, 0.2, 0.35, 0.5, 0.7, Infinity];
const agreements = agreementBounds.length + 1;
const cellsPerSource = (lengthBounds.length + supportBounds.length) * agreements;
export const escapeCellCount = 2 * cellsPerSource;

function bucketOf(value: number, bounds: readonly number[]): number {
  let bucket = 0;
  while (value > bounds[bucket]!) bucket++;
  return bucket;
}

/**
 * Fitted by test/bench/copy-fit.ts to 96 files of excalidraw, vitest, pydantic and ripgrep, each read against the rest of its repository. A column for
 * each bucket of agreement, from all places agreeing to hardly any.
 */
export const escapeLogits: readonly number[] = [
  [0.44, -1.19, -0.44, -0.02, 0.38, 0.25, 0.21], // prompt, matched to 1
  [0.38, -0.44, 0.09, 0.27, 0.52, 0.63, 1.01], // prompt, matched to 2
  [0.3, -0.08, -0.17, 0.22, 0.47, 0.5, 0.99], // prompt, matched to 3
  [0.16, 0.62, 0.29, 0.35, 0.49, 0.62, 1.13], // prompt, matched to 4
  [0.07, 2.73, 0.85, 0.39, 0.7, 0.59, 1.16], // prompt, matched to 5
  [-0.07, 4.1, 0.39, -0.09, 0.41, 0.49, 1.74], // prompt, matched to 6
  [-0.31, 3.19, -0.35, -0.17, 0.87, 1.2, 0.79], // prompt, matched to 8
  [-0.51, 3.3, 0.11, 0.44, 0.66, 0.66, 0.77], // prompt, matched to 11
  [-0.78, 0.52, 1.82, -0.29, 0.85, 2.58, 3.55], // prompt, matched to 15
  [-1.03, -0.5, -0.4, 0.46, 0.69, 2.89, 2.97], // prompt, matched to 20
  [-1.31, -0.5, 0.34, 0.29, 0.14, 0.01, 0.56], // prompt, matched to 31
  [-2.19, -0.5, -0.62, -0.81, -0.77, 1.92, -0.5], // prompt, matched to more
  [0.28, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5], // prompt, places to 1
  [-0.4, -0.5, -0.5, -0.5, 0.84, -0.5, -0.5], // prompt, places to 2
  [-0.92, -0.5, -0.5, 0.38, -0.5, 1.13, -0.5], // prompt, places to 3
  [-1.08, -0.5, 0.34, -0.06, 0.16, 0.45, 1.05], // prompt, places to 5
  [-1.42, -0.5, -0.21, -0.11, -0.22, 0.32, 0.87], // prompt, places to 9
  [-1.66, 0.21, -0.2, -0.51, -0.69, 0.03, 0.56], // prompt, places to 20
  [-1.93, -0.39, -0.39, -0.57, -0.92, -0.46, 0.09], // prompt, places to 60
  [-3.76, -1.16, -2.44, -0.89, -0.98, -0.94, -0.25], // prompt, places to more
  [0.51, -0.67, -0.44, -0.24, -0.01, -0.17, -0.24], // repository, matched to 1
  [0.53, -0.56, -0.15, 0.16, 0.35, 0.3, 0.46], // repository, matched to 2
  [0.69, -0.31, 0.07, 0.44, 0.75, 0.52, 0.92], // repository, matched to 3
  [0.67, 0.06, 0.23, 0.74, 0.83, 1.03, 1.29], // repository, matched to 4
  [0.51, 0.55, 0.45, 0.68, 0.86, 1.36, 1.28], // repository, matched to 5
  [0.39, 0.71, 0.11, 0.61, 0.78, 1.15, 1.92], // repository, matched to 6
  [0.13, 0.64, 0.59, 0.78, 1.06, 1.25, 2.13], // repository, matched to 8
  [-0.09, 0.34, 0.8, 0.51, 0.68, 1.13, 1.16], // repository, matched to 11
  [-0.57, 0.53, 1.1, 0.37, 0.74, 0.76, 2.09], // repository, matched to 15
  [-0.78, -1.99, 2.3, 0.69, 1.16, 1.84, 1.46], // repository, matched to 20
  [-1.49, 0.57, 0.83, 1.24, 0.58, 1.7, 3.59], // repository, matched to 31
  [-3.05, -4.58, -1.2, -1.86, -1.73, -1.17, 2.79], // repository, matched to more
  [0.6, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5], // repository, places to 1
  [0.02, -0.5, -0.5, -0.5, 1.25, -0.5, -0.5], // repository, places to 2
  [-0.25, -0.5, -0.5, 0.91, -0.5, 1.62, -0.5], // repository, places to 3
  [-0.6, -0.5, 0.7, 0.7, 0.8, 1.04, 1.95], // repository, places to 5
  [-0.88, -0.5, 0.22, 0.45, 0.42, 0.92, 1.28], // repository, places to 9
  [-1.24, 0.11, 0.11, 0.08, 0.05, 0.59, 1.07], // repository, places to 20
  [-1.66, -0.17, -0.16, -0.28, -0.17, 0.27, 0.7], // repository, places to 60
  [-2.3, -0.33, -0.38, -0.35, -0.57, -0.33, 0.13], // repository, places to more
].flat();
