import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PrefilledChunk, PrefixStates } from '../../../../server/engine/worker/prefix-states.ts';

const nothing = { shape: [0], data: new Float32Array() };

/** Chunks of two tokens. */
function chunksOf(ids: readonly number[]): PrefilledChunk[] {
  return Array.from({ length: ids.length >> 1 }, (_, at) => ({
    ids: Int32Array.from(ids.slice(2 * at, 2 * at + 2)),
    written: { keys: nothing, values: nothing, signal: nothing },
    state: {},
  }));
}

test('finds the longest common prefix in whole chunks', () => {
  const states = new PrefixStates(10);
  states.keep(chunksOf([1, 2, 3, 4, 5, 6]));
  states.keep(chunksOf([9, 8]));
  for (const [ids, found] of [
    [[1, 2, 3, 4, 5, 6, 7], 3],
    [[1, 2, 3, 4, 5, 7], 2],
    [[1, 2, 3], 1],
    [[1, 3, 3, 4], 0],
    [[9, 8, 3, 4], 1],
    [[], 0],
  ] as const)
    assert.equal(states.find(ids).length, found, String(ids));
});

test('keeps the latest version of the most recent files', () => {
  const states = new PrefixStates(4);
  states.keep(chunksOf([1, 2, 3, 4]));
  states.keep(chunksOf([1, 2, 5, 6]));
  assert.equal(states.find([1, 2, 3, 4]).length, 1);
  states.keep(chunksOf([7, 7, 7, 7]));
  assert.deepEqual([states.find([1, 2, 5, 6]).length, states.find([7, 7, 7, 7]).length], [2, 2]);
  states.keep(chunksOf([8, 8]));
  assert.deepEqual([states.find([1, 2, 5, 6]).length, states.find([7, 7, 7, 7]).length], [0, 2]);
  states.keep(chunksOf([6, 1, 6, 2, 6, 3, 6, 4, 6, 5]));
  assert.equal(states.find([6, 1, 6, 2, 6, 3, 6, 4, 6, 5]).length, 4);
});
