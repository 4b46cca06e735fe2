/** Short files are read several in a run, each in a slot of its own: a run costs some milliseconds whatever it reads. */
import type { FloatTensor, IndexTensor } from '../tensor.ts';

/** Files of a run. */
export const batchSize = 8;
/** The longest file that is read beside others. A second graph for those of 64 tokens would be 15 % faster on them, and takes 80 MB a reader. */
export const longestInBatch = 128;

/** What a run costs beside its tokens, in tokens: measured, nano on a processor. */
const runCost = 70;

/** Indices of files that are read in one run. */
export type BatchGroup = readonly number[];

/** Which files to read side by side: those of like length, where that costs less than one after another. */
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

/** The tokens of each file in its slot, [T, B], filled up with any; and where they are, in the same order. */
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
