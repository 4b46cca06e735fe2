/**
 * The bits of a token by the copy memory and the model together. The share of places elsewhere that go on as the file does
 * and the model's probability are mixed with a weight that depends on how long the context is that these places share, and
 * on how far they agree.
 */
import type { Continuations } from '../copy-memory/continuations.ts';

/** @param bits the model's, of the token */
export function mixedBits(found: Continuations, bits: number): number {
  const weight = copyWeights[cellOf(found)]!;
  const copied = found.places === 0 ? 0 : found.same / found.places;
  return -Math.log2(weight * copied + (1 - weight) * 2 ** -bits + smallest);
}

/** Bounds what one token can add: by itself neither the model nor the copy memory is that sure. */
const smallest = 2 ** -24;

/** The entry of `copyWeights` for what was found. */
export function cellOf({ matched, places, most }: Continuations): number {
  if (matched === 0) return 0;
  let length = 0;
  while (matched > lengths[length]!) length++;
  const agreement = places === 1 ? 0 : most === places ? 1 : 2 * most >= places ? 2 : 3;
  return 1 + length * agreements + agreement;
}

/** Upper bounds of the buckets. */
const lengths = [1, 2, 3, 5, 8, 15, 31, Number.POSITIVE_INFINITY];
const agreements = 4;
export const cellCount = 1 + lengths.length * agreements;

/**
 * How far the copy memory is believed: fitted to files of click, gin, vite, xsv, eShop and pino, each given the rest of its
 * repository (`npm run bench -- surprise --fit`). Columns: one place, all agree, half of them or more, fewer.
 */
export const copyWeights: readonly number[] = [
  [0], // nothing found
  [0.04, 0.15, 0.09, 0.06], // matched to 1
  [0.11, 0.33, 0.15, 0.1], // matched to 2
  [0.19, 0.38, 0.21, 0.13], // matched to 3
  [0.28, 0.6, 0.29, 0.19], // matched to 5
  [0.41, 0.71, 0.39, 0.2], // matched to 8
  [0.61, 0.83, 0.52, 0.25], // matched to 15
  [0.76, 0.9, 0.55, 0.33], // matched to 31
  [0.94, 0.98, 0.87, 0.63], // matched to more
].flat();
