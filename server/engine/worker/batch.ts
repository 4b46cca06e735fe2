/**
 * Prefills several short files in one run, each in its slot of the batch: a run costs some milliseconds regardless of
 * its tokens.
 */
import type { FloatTensor, IndexTensor } from '../tensor.ts';

/** Files per run. */
export const batchSize = 8;
/**
 * The longest file that is batched. A second graph for files of 64 tokens would be 15 % faster on them, and take 80 MB
 * per thread.
 */
export const longestInBatch = 128;

/** Fixed cost of a run, in tokens: measured, nano on a CPU. */
const runCost = 70;

/** Indices of files prefilled in one run. */
export type BatchGroup = readonly number[];

/** Groups files of similar length to batch, where that is cheaper than one by one. */
export function batchGroups(files: readonly ArrayLike<number>[]): BatchGroup[] {
  const fitting = files
    .map((ids, index) => ({ index, tokens: ids.length }))
    .filter(({ tokens }) => tokens > 0 && tokens <= longestInBatch)
    .sort((a, b) => b.tokens - a.tokens);
  const groups = Array.from({ length: Math.ceil(fitting.length / batchSize) }, (_, at) =>
    fitting.slice(at * batchSize, (at + 1) * batchSize),
  );
  return groups
    .filter(group => {
      const alone = group.reduce((sum, { tokens }) => sum + tokens + runCost, 0);
      return batchSize * group[0]!.tokens + runCost < alone;
    })
    .map(group => group.map(({ index }) => index));
}

/** Each file's tokens in its slot, [T, B], padded with any id; and a mask of the same layout. */
export function batchFeeds(files: readonly ArrayLike<number>[]): { ids: IndexTensor; there: FloatTensor } {
  const shape = [Math.max(...files.map(({ length }) => length)), batchSize];
  const ids = { shape, data: new BigInt64Array(shape[0]! * batchSize) };
  const there = { shape, data: new Float32Array(shape[0]! * batchSize) };
  for (const [slot, file] of files.entries()) {
    for (let at = 0; at < file.length; at++) {
      ids.data[at * batchSize + slot] = BigInt(file[at]!);
      there.data[at * batchSize + slot] = 1;
    }
  }
  return { ids, there };
}

/** The first `length` rows of a slot: from [T·B, …] to [length, …]. */
export function rowsOfSequence({ shape, data }: FloatTensor, slot: number, length: number): FloatTensor {
  const width = data.length / shape[0]!;
  const rows = new Float32Array(length * width);
  for (let at = 0; at < length; at++) {
    const from = (at * batchSize + slot) * width;
    rows.set(data.subarray(from, from + width), at * width);
  }
  return { shape: [length, ...shape.slice(1)], data: rows };
}

/** The heads of a slot: from [B·H, …] to [H, …]. */
export function headsOfSequence({ shape, data }: FloatTensor, slot: number): FloatTensor {
  const size = data.length / batchSize;
  return {
    shape: [shape[0]! / batchSize, ...shape.slice(1)],
    data: data.slice(slot * size, (slot + 1) * size),
  };
}
