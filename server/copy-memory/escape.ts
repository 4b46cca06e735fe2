import type { EvidenceSource } from './evidence.ts';

/**
 * The probability that a context length does not predict the next token, or shorter ones predict it better: the escape
 * of prediction by partial matching, with fitted instead of assumed constants. The logit is a sum of two table entries,
 * one by match length and agreement, one by support and agreement, per source.
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

/** Indices of a match's two entries in `escapeLogits`. */
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

/** The probability that the next token does not follow the prompt's unigram frequencies. */
export function frequencyEscape(promptTokens: number): number {
  return 1 / (1 + Math.exp(-escapeLogits[frequencyCell(promptTokens)]!));
}

/** Index in `escapeLogits` for a prompt of that many tokens. */
export function frequencyCell(promptTokens: number): number {
  return 2 * cellsPerSource + bucketOf(promptTokens, promptBounds);
}

/** Upper bounds of the buckets, the last unbounded. */
const lengthBounds = [1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 31, Infinity];
const supportBounds = [1, 2, 3, 5, 9, 20, 60, Infinity];
const agreementBounds = [0.08, 0.2, 0.35, 0.5, 0.7, Infinity];
const promptBounds = [10, 30, 100, 300, 1000, 3000, Infinity];
const agreements = agreementBounds.length + 1;
const cellsPerSource = (lengthBounds.length + supportBounds.length) * agreements;
export const escapeCellCount = 2 * cellsPerSource + promptBounds.length;

function bucketOf(value: number, bounds: readonly number[]): number {
  let bucket = 0;
  while (value > bounds[bucket]!) bucket++;
  return bucket;
}

/**
 * Fitted by test/bench/copy-fit.ts to 96 files of excalidraw, vitest, pydantic and ripgrep, each against the rest of
 * its repository. One column per bucket of agreement, from full to almost none.
 */
/**
 * Fitted by test/bench/copy-fit.ts to 96 files of excalidraw, vitest, pydantic and ripgrep, each read against the rest of its repository. A column for
 * each bucket of agreement, from all places agreeing to hardly any.
 */
export const escapeLogits: readonly number[] = [
  [0.49, -1.54, -0.65, -0.16, 0.31, 0.17, 0.14], // prompt, matched to 1
  [0.45, -0.45, -0.1, 0.1, 0.46, 0.51, 1.01], // prompt, matched to 2
  [0.38, 0.44, -0.15, 0.03, 0.42, 0.44, 0.78], // prompt, matched to 3
  [0.28, -0.71, -0.09, 0.14, 0.42, 0.47, 1.23], // prompt, matched to 4
  [0.2, 0.84, 0.9, 0.21, 0.79, 0.79, 0.88], // prompt, matched to 5
  [0.09, -0.12, -0.11, -0.12, 0.39, 0.67, 1.14], // prompt, matched to 6
  [-0.19, 0.67, -0.1, 0, 0.76, 0.83, 0.73], // prompt, matched to 8
  [-0.42, 0.08, -0.13, 0.25, 0.75, 0.85, 1.07], // prompt, matched to 11
  [-0.55, 0.02, 0.16, -0.22, 0.79, 1.31, 1.55], // prompt, matched to 15
  [-0.89, 0, -0.29, 0.55, 1.08, 1.71, 0.41], // prompt, matched to 20
  [-1.15, 0, 0.06, 0.16, 0.2, -0.32, 0.54], // prompt, matched to 31
  [-2.02, 0, -0.53, -0.29, -0.77, 0.63, 0], // prompt, matched to more
  [0.24, 0, 0, 0, 0, 0, 0], // prompt, places to 1
  [-0.44, 0, 0, 0, 0.87, 0, 0], // prompt, places to 2
  [-0.96, 0, 0, 0.56, 0, 1.19, 0], // prompt, places to 3
  [-1.12, 0, 0.4, 0.13, 0.23, 0.53, 1.09], // prompt, places to 5
  [-1.47, 0, -0.01, -0.03, -0.19, 0.41, 0.94], // prompt, places to 9
  [-1.7, 0.22, -0.09, -0.15, -0.57, 0.06, 0.65], // prompt, places to 20
  [-1.99, -0.42, -0.2, -0.56, -0.93, -0.41, 0.11], // prompt, places to 60
  [-2.34, -0.77, -1.27, -0.56, -0.98, -0.89, -0.2], // prompt, places to more
  [0.5, -0.9, -0.9, -0.5, 0, -0.24, -0.24], // repository, matched to 1
  [0.67, -0.49, -0.22, 0.19, 0.42, 0.32, 0.39], // repository, matched to 2
  [0.9, -0.28, -0.12, 0.37, 0.67, 0.51, 0.88], // repository, matched to 3
  [0.87, 0.06, 0.29, 0.75, 0.89, 1.05, 1.25], // repository, matched to 4
  [0.73, 0.35, 0.44, 0.71, 0.85, 1.06, 1.08], // repository, matched to 5
  [0.62, 0.52, 0.21, 0.57, 0.93, 1, 2.2], // repository, matched to 6
  [0.44, 0.62, 0.56, 0.63, 1.12, 1.4, 2.08], // repository, matched to 8
  [0.14, 0.49, 0.77, 0.94, 1.22, 1.62, 1.51], // repository, matched to 11
  [-0.27, 0.14, 0.92, 0.85, 0.52, 1.04, 1.14], // repository, matched to 15
  [-0.48, 0.92, 0.76, 0.24, 1.05, 1.05, 0.88], // repository, matched to 20
  [-0.98, 0.04, 0.46, 0.65, 0.79, 1.19, 1.83], // repository, matched to 31
  [-2.7, -1.03, -0.33, -0.42, -1.52, 0.06, 0.48], // repository, matched to more
  [0.44, 0, 0, 0, 0, 0, 0], // repository, places to 1
  [-0.12, 0, 0, 0, 1.25, 0, 0], // repository, places to 2
  [-0.38, 0, 0, 0.94, 0, 1.62, 0], // repository, places to 3
  [-0.69, 0, 0.74, 0.74, 0.82, 1.07, 2.04], // repository, places to 5
  [-0.99, 0, 0.35, 0.45, 0.39, 0.98, 1.42], // repository, places to 9
  [-1.35, 0.28, 0.3, 0.07, 0.15, 0.66, 1.21], // repository, places to 20
  [-1.8, -0.13, 0.06, -0.25, -0.15, 0.36, 0.83], // repository, places to 60
  [-2.43, -0.33, -0.08, -0.15, -0.54, -0.21, 0.24], // repository, places to more
  [0.01, 1.78, 1.25, 0.7, 0.26, 0.03, -0.14], // frequency alone
].flat();
