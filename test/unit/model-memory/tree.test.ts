import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileMemory } from '../../../server/engine/file-memory.ts';
import { crossDecoderMemory } from '../../../server/model-memory/cross-decoder-memory.ts';
import { Merger, type SpanMemory } from '../../../server/model-memory/merge.ts';
import { type LeafReference, MemoryTree, type View } from '../../../server/model-memory/tree.ts';
import { comparePaths } from '../../../server/sequence/order.ts';
import { tinyConfig } from '../engine/tiny-model.ts';
import { PlainSpans } from './plain-spans.ts';
import { difference, randomLeaf } from './random-leaf.ts';

const merger = new Merger(tinyConfig);
const spans = new PlainSpans();
const leafOf = (seed: number): LeafReference => spans.add(`${seed}`, randomLeaf(seed));
const paths = ['a.ts', 'b/a.ts', 'b/c/a.ts', 'b/c/b.ts', 'b/d.ts', 'b.ts', 'c/a.ts', 'c/a/b.ts', 'z', 'ü/x'];
const seeds = fc.integer({ min: 0, max: 1000 });
const somePath = fc.constantFrom(...paths);
const contents = fc.dictionary(somePath, seeds, { maxKeys: 8 });
/** A path, and the seed of its new content; undefined deletes it. */
const edits = fc.array(fc.tuple(somePath, fc.option(seeds, { nil: undefined })), { maxLength: 12 });

function treeOf(files: Readonly<Record<string, number>>): MemoryTree {
  const tree = new MemoryTree(spans);
  for (const [path, seed] of Object.entries(files)) tree.set(path, leafOf(seed));
  return tree;
}

function assertSame(actual: SpanMemory, expected: SpanMemory, bound = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (const part of ['linear', 'delta', 'continuous'] as const) {
    const apart = difference(actual[part], expected[part]);
    assert.ok(apart <= bound, `${part}: ${apart}`);
  }
}

function assertSameView(actual: View, expected: View): void {
  assertSame(actual.memory, expected.memory);
  assert.deepEqual([...actual.files()], [...expected.files()]);
}

test('merging is associative, with the empty memory as identity', () => {
  fc.assert(
    fc.property(seeds, seeds, seeds, (one, two, three) => {
      const [a, b, c] = [one, two, three].map(seed => randomLeaf(seed)) as [
        FileMemory,
        FileMemory,
        FileMemory,
      ];
      const left = merger.merge([merger.merge([a, b]), c]);
      const right = merger.merge([a, merger.merge([b, c])]);
      const flat = merger.merge([a, b, c]);
      for (const other of [right, flat]) {
        assert.equal(left.length, other.length);
        for (const part of ['linear', 'delta'] as const)
          assert.ok(difference(left[part], other[part]) < 1e-5, part);
      }
      assertSame(merger.merge([merger.empty, a, merger.empty]), a, 0);
    }),
    { numRuns: 30 },
  );
  assertSame(merger.merge([]), merger.empty, 0);
});

test('a folder’s memory is that of its files in sequence order', () => {
  fc.assert(
    fc.property(contents, files => {
      const tree = treeOf(files);
      for (const folder of ['', 'b', 'b/c', 'c/a', 'nowhere']) {
        const inside = Object.keys(files)
          .filter(path => folder === '' || path.startsWith(`${folder}/`))
          .sort(comparePaths);
        const flat = merger.merge(inside.map(path => randomLeaf(files[path]!)));
        const merged = tree.folder(folder);
        assert.equal(merged.length, flat.length);
        for (const part of ['linear', 'delta'] as const)
          assert.ok(difference(merged[part], flat[part]) < 1e-5, part);
      }
    }),
    { numRuns: 30 },
  );
});

test('after any edits the tree equals a rebuild, at the root and from every file', () => {
  fc.assert(
    fc.property(contents, edits, (files, changes) => {
      const tree = treeOf(files);
      tree.folder();
      const now = new Map(Object.entries(files));
      for (const [path, seed] of changes) {
        if (seed === undefined) tree.delete(path);
        else tree.set(path, leafOf(seed));
        if (seed === undefined) now.delete(path);
        else now.set(path, seed);
        if (now.size % 2 === 0) tree.folder(); // merged in between, so that what is kept of it matters
      }
      const rebuilt = treeOf(Object.fromEntries([...now].reverse()));
      assertSame(tree.folder(), rebuilt.folder());
      for (const path of paths) {
        assertSameView(tree.seenFrom(path), rebuilt.seenFrom(path));
        assert.deepEqual(tree.get(path), rebuilt.get(path));
      }
    }),
    { numRuns: 30 },
  );
});

test('excluding a file equals a repository without it', () => {
  fc.assert(
    fc.property(contents, somePath, (files, path) => {
      const { [path]: _, ...others } = files;
      assertSameView(treeOf(files).seenFrom(path), treeOf(others).seenFrom(path));
    }),
    { numRuns: 50 },
  );
});

test('seen from a file, its folder comes last, preceded by its parent', () => {
  const tree = treeOf(Object.fromEntries(paths.map((path, seed) => [path, seed])));
  const order = (path: string): string[] => [...tree.seenFrom(path).files()].map(file => file.path).reverse();
  const all = 'a.ts b.ts b/a.ts b/c/a.ts b/c/b.ts b/d.ts c/a.ts c/a/b.ts z ü/x'.split(' ');
  assert.deepEqual(order('new'), all);
  assert.deepEqual(order('b/c/a.ts'), 'a.ts b.ts c/a.ts c/a/b.ts z ü/x b/a.ts b/d.ts b/c/b.ts'.split(' '));
  assert.deepEqual(order('a.ts'), all.slice(1));
});

test('a change in a folder of many children needs few merges', () => {
  const counting = new PlainSpans();
  const leaves = Array.from({ length: 20 }, (_, seed) => counting.add(`${seed}`, randomLeaf(seed)));
  const tree = new MemoryTree(counting);
  for (let i = 0; i < 1000; i++) tree.set(`all/${i}`, leaves[i % 20]!);
  Array.from(tree.settle());
  assert.ok(counting.merges > 500 && counting.merges < 1000, `${counting.merges} merges`);
  counting.merges = 0;
  tree.folder();
  assert.equal(counting.merges, 0);
  for (const i of [0, 500, 999]) {
    counting.merges = 0;
    tree.set(`all/${i}`, counting.add(`new ${i}`, randomLeaf(7)));
    tree.folder();
    tree.seenFrom(`all/${i}`);
    assert.ok(counting.merges > 3 && counting.merges < 80, `${counting.merges} merges`);
  }
});

test('near files are dense and far ones sparse, within the slots', () => {
  const tree = new MemoryTree(spans);
  for (let i = 0; i < 200; i++)
    tree.set(`f${String(i).padStart(3, '0')}`, spans.add(`dense ${i}`, randomLeaf(i, 30, 30)));
  const countOf = (slots: number): number =>
    crossDecoderMemory(tree.seenFrom('z'), slots, tinyConfig, spans.keysOf).hidden.data.filter(
      value => value === 0,
    ).length;
  // 30 of the nearest, 7 of the next, and about 6 at each of five larger strides.
  assert.ok(countOf(1000) > 50 && countOf(1000) < 80, String(countOf(1000)));
  assert.equal(countOf(40), 40);
  const nearest = [...tree.seenFrom('z').files()][0]!;
  const { keys, hidden, open } = crossDecoderMemory(tree.seenFrom('z'), 30, tinyConfig, spans.keysOf);
  assert.deepEqual(keys, spans.leaf(nearest).strided.keys);
  assert.ok(hidden.data.every(value => value === 0));
  assert.deepEqual([...open.data], [1]);
  const empty = crossDecoderMemory(new MemoryTree(spans).seenFrom('z'), 30, tinyConfig, spans.keysOf);
  assert.ok(empty.hidden.data.every(value => value < -1e4));
  assert.deepEqual([...empty.open.data], [0]);
});
