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
  [0.48, -1.56, -0.65, -0.14, 0.33, 0.18, 0.16], // prompt, matched to 1
  [0.43, -0.43, -0.12, 0.12, 0.46, 0.5, 0.96], // prompt, matched to 2
  [0.35, 0.54, -0.14, 0.02, 0.41, 0.4, 0.79], // prompt, matched to 3
  [0.26, -0.75, -0.08, 0.14, 0.42, 0.45, 1.15], // prompt, matched to 4
  [0.17, 0.86, 0.87, 0.22, 0.78, 0.76, 0.86], // prompt, matched to 5
  [0.08, -0.27, -0.09, -0.12, 0.36, 0.72, 1.21], // prompt, matched to 6
  [-0.2, 0.76, -0.11, 0, 0.75, 0.77, 0.7], // prompt, matched to 8
  [-0.42, 0.29, -0.15, 0.24, 0.72, 0.82, 0.97], // prompt, matched to 11
  [-0.56, 0.02, 0.33, -0.24, 0.75, 1.26, 1.63], // prompt, matched to 15
  [-0.88, 0, -0.31, 0.56, 0.97, 1.67, 0.43], // prompt, matched to 20
  [-1.15, 0, 0.07, 0.13, 0.18, -0.34, 0.57], // prompt, matched to 31
  [-2.01, 0, -0.54, -0.29, -0.85, 0.65, 0], // prompt, matched to more
  [0.22, 0, 0, 0, 0, 0, 0], // prompt, places to 1
  [-0.46, 0, 0, 0, 0.85, 0, 0], // prompt, places to 2
  [-0.97, 0, 0, 0.54, 0, 1.18, 0], // prompt, places to 3
  [-1.12, 0, 0.41, 0.11, 0.21, 0.53, 1.07], // prompt, places to 5
  [-1.48, 0, -0.02, -0.02, -0.19, 0.42, 0.93], // prompt, places to 9
  [-1.71, 0.25, -0.06, -0.13, -0.56, 0.09, 0.65], // prompt, places to 20
  [-1.98, -0.38, -0.15, -0.51, -0.9, -0.37, 0.13], // prompt, places to 60
  [-2.52, -0.62, -1.24, -0.53, -0.92, -0.84, -0.17], // prompt, places to more
  [0.55, -0.88, -0.84, -0.49, 0.01, -0.24, -0.3], // repository, matched to 1
  [0.69, -0.47, -0.19, 0.21, 0.44, 0.34, 0.38], // repository, matched to 2
  [0.89, -0.29, -0.11, 0.35, 0.64, 0.52, 0.86], // repository, matched to 3
  [0.87, 0.04, 0.25, 0.69, 0.85, 1.02, 1.2], // repository, matched to 4
  [0.72, 0.3, 0.39, 0.71, 0.82, 1.06, 1.1], // repository, matched to 5
  [0.61, 0.52, 0.17, 0.48, 0.88, 0.92, 1.84], // repository, matched to 6
  [0.44, 0.53, 0.54, 0.62, 1.09, 1.29, 1.99], // repository, matched to 8
  [0.13, 0.46, 0.72, 0.87, 1.1, 1.48, 1.4], // repository, matched to 11
  [-0.27, 0.06, 0.87, 0.85, 0.47, 0.99, 1.13], // repository, matched to 15
  [-0.49, 0.83, 0.67, 0.2, 0.97, 1.05, 0.82], // repository, matched to 20
  [-0.98, 0.14, 0.6, 0.67, 0.82, 1.18, 1.77], // repository, matched to 31
  [-2.7, -1.03, -0.49, -0.4, -1.52, 0, 0.45], // repository, matched to more
  [0.4, 0, 0, 0, 0, 0, 0], // repository, places to 1
  [-0.16, 0, 0, 0, 1.2, 0, 0], // repository, places to 2
  [-0.42, 0, 0, 0.91, 0, 1.57, 0], // repository, places to 3
  [-0.73, 0, 0.73, 0.68, 0.78, 1.03, 1.98], // repository, places to 5
  [-1.03, 0, 0.32, 0.42, 0.38, 0.92, 1.35], // repository, places to 9
  [-1.39, 0.23, 0.26, 0.06, 0.11, 0.62, 1.15], // repository, places to 20
  [-1.85, -0.18, 0.01, -0.26, -0.15, 0.33, 0.79], // repository, places to 60
  [-2.46, -0.34, -0.11, -0.16, -0.55, -0.24, 0.19], // repository, places to more
].flat();
