import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ModelMemory } from '../../../server/model-memory/model-memory.ts';
import type { RecordStore } from '../../../server/storage/record-log.ts';
import { tinyConfig } from '../engine/tiny-model.ts';
import { randomLeaf } from './random-leaf.ts';

class MapStore implements RecordStore {
  readonly records = new Map<string, Uint8Array>();
  gets = 0;

  has(key: string): boolean {
    return this.records.has(key);
  }

  get(key: string): Uint8Array | undefined {
    this.gets++;
    return this.records.get(key);
  }

  put(key: string, bytes: Uint8Array): void {
    this.records.set(key, bytes);
  }
}

const keyOf = (seed: number): string => createHash('sha256').update(`${seed}`).digest('hex');

function set(memory: ModelMemory, path: string, seed: number): void {
  memory.set(path, keyOf(seed), randomLeaf(seed));
}

function memoryOf(
  paths: readonly string[],
  store: RecordStore = new MapStore(),
  options: { room?: number; onLost?: (paths: readonly string[]) => void } = {},
): ModelMemory {
  const memory = new ModelMemory({ config: tinyConfig, slots: 20, modelId: 'm', store, ...options });
  for (const [seed, path] of paths.entries()) set(memory, path, seed + 1);
  return memory;
}

test('a file’s view is built once, and stays while only that file changes', () => {
  const memory = memoryOf(['a', 'b/c', 'b/d']);
  const seen = memory.seenFrom('b/c');
  set(memory, 'b/c', 9);
  memory.delete('nowhere');
  assert.equal(memory.seenFrom('b/c'), seen);
  memory.delete('b/c');
  assert.equal(memory.seenFrom('b/c'), seen);
  assert.equal(memory.has('b/c'), false);
});

test('changes elsewhere give the view another key', () => {
  const memory = memoryOf(['a', 'b/c']);
  const other = memoryOf(['a', 'b/c']);
  const before = memory.seenFrom('a');
  assert.deepEqual(other.seenFrom('a').memory, before.memory);
  assert.notEqual(other.seenFrom('a').key, before.key);
  for (const change of [() => set(memory, 'b/c', 50), () => set(memory, 'e', 51), () => memory.delete('e')]) {
    const last = memory.seenFrom('a');
    change();
    const now = memory.seenFrom('a');
    assert.notEqual(now.key, last.key);
    assert.notDeepEqual(now.memory, last.memory);
  }
});

test('views of inactive files are dropped and rebuilt identically', () => {
  const memory = memoryOf(['a', 'b', 'c', 'd', 'e', 'f']);
  const first = memory.seenFrom('a');
  for (const path of ['b', 'c', 'd', 'e']) memory.seenFrom(path);
  const again = memory.seenFrom('a');
  assert.notEqual(again.key, first.key);
  assert.deepEqual(again.memory, first.memory);
  assert.equal(memory.seenFrom('e'), memory.seenFrom('e'));
});

const many = Array.from({ length: 300 }, (_, i) => `${i % 7}/${i}`);

test('memory is the same with little RAM and after reopening, reading only one path of the store', () => {
  const store = new MapStore();
  const large = memoryOf(many, store);
  const small = memoryOf(many, new MapStore(), { room: 0 });
  assert.deepEqual(small.seenFrom('3/3').memory, large.seenFrom('3/3').memory);
  assert.ok(small.bytes < large.bytes / 10);

  const again = memoryOf([], store);
  for (const [at, path] of many.entries()) {
    assert.equal(again.recall(path, keyOf(at + 1), randomLeaf(at + 1).length), true);
    assert.equal(again.recall('new', keyOf(-1), 3), false);
  }
  Array.from(again.settle());
  store.gets = 0;
  assert.deepEqual(again.seenFrom('3/3').memory, large.seenFrom('3/3').memory);
  assert.ok(store.gets < 100, `${store.gets} records were taken`);
});

test('reports leaves lost from the store, and continues as if they had never existed', () => {
  const store = new MapStore();
  const lost: string[] = [];
  const memory = memoryOf(['a', 'b', 'c', 'd'], store, { room: 0, onLost: paths => lost.push(...paths) });
  store.records.delete(keyOf(2));
  store.records.delete(keyOf(3));
  for (let seed = 100; seed < 110; seed++) set(memory, 'z', seed); // pushes out what is held
  for (let seed = 100; seed < 110; seed++) {
    set(memory, 'y', seed);
    memory.folder();
  }
  const seen = memory.seenFrom('d');
  assert.deepEqual(lost.sort(), ['b', 'c']);
  assert.deepEqual([memory.has('a'), memory.has('b'), memory.files], [true, false, 4]);
  const never = memoryOf([]);
  for (const [path, seed] of [
    ['a', 1],
    ['d', 4],
    ['y', 109],
    ['z', 109],
  ] as const)
    set(never, path, seed);
  assert.deepEqual(seen.memory, never.seenFrom('d').memory);
});
