import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NeuralMemory } from '../../../server/memory/neural-memory.ts';
import { tinyConfig } from '../engine/tiny-model.ts';
import { randomLeaf } from './random-leaf.ts';

function memoryOf(paths: readonly string[]): NeuralMemory {
  const memory = new NeuralMemory({ config: tinyConfig, slots: 20 });
  for (const [seed, path] of paths.entries()) memory.set(path, randomLeaf(seed + 1));
  return memory;
}

test('what a file sees is made once, and stays while only that file changes', () => {
  const memory = memoryOf(['a', 'b/c', 'b/d']);
  const seen = memory.seenFrom('b/c');
  memory.set('b/c', randomLeaf(9));
  memory.delete('nowhere');
  assert.equal(memory.seenFrom('b/c'), seen);
  memory.delete('b/c');
  assert.equal(memory.seenFrom('b/c'), seen);
  assert.equal(memory.has('b/c'), false);
});

test('what changes elsewhere is seen, under another key', () => {
  const memory = memoryOf(['a', 'b/c']);
  const other = memoryOf(['a', 'b/c']);
  const before = memory.seenFrom('a');
  assert.deepEqual(other.seenFrom('a').memory, before.memory);
  assert.notEqual(other.seenFrom('a').key, before.key);
  for (const change of [
    () => memory.set('b/c', randomLeaf(50)),
    () => memory.set('e', randomLeaf(51)),
    () => memory.delete('e'),
  ]) {
    const last = memory.seenFrom('a');
    change();
    const now = memory.seenFrom('a');
    assert.notEqual(now.key, last.key);
    assert.notDeepEqual(now.memory, last.memory);
  }
});

test('views of files that are not edited any more are let go and come again the same', () => {
  const memory = memoryOf(['a', 'b', 'c', 'd', 'e', 'f']);
  const first = memory.seenFrom('a');
  for (const path of ['b', 'c', 'd', 'e']) memory.seenFrom(path);
  const again = memory.seenFrom('a');
  assert.notEqual(again.key, first.key);
  assert.deepEqual(again.memory, first.memory);
  assert.equal(memory.seenFrom('e'), memory.seenFrom('e'));
});
