/** Who uses whom on the memory map: the part of every file, and its links in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Texts } from '../../../extension/webview/messages.ts';
import { Relations } from '../../../extension/webview/relations.ts';
import { nodeAt, treeOf } from '../../../extension/webview/tree.ts';
import type { MapPart, PartLink } from '../../../server/protocol/requests.ts';
import { mapOf } from './map-of.ts';

const texts = {
  uses: 'uses {0}',
  usedBy: 'used by {0}',
  unrelated: 'no references',
  parts: 'parts: {0}',
} as Texts;

function part(key: string, uses: PartLink[], usedBy: PartLink[] = []): MapPart {
  const loose = key.endsWith('/*');
  return { key, path: key.replace(/\/\*?$/, ''), kind: 'folder', loose, uses, usedBy };
}

const link = (key: string, references: number): PartLink => ({
  part: key,
  references,
  at: { path: 'src/a.ts', line: 7 },
});
const map = mapOf(
  { 'README.md': {}, 'src/a.ts': {}, 'src/core/b.ts': {}, 'src/core/deep/c.ts': {}, 'src/ui/d.ts': {} },
  [
    part('src/*', [link('src/core/', 12), link('src/ui/', 0)]),
    part('src/core/', [], [link('src/*', 12), link('src/ui/', 3)]),
    part('src/ui/', [link('src/core/', 3)], [link('src/*', 0)]),
  ],
);
const root = treeOf(map);
const relations = new Relations(map.parts);

test('a file or folder says what its part uses, and who uses it, with counts and a line', () => {
  const wordsOf = (path: string): string => relations.words(nodeAt(root, path), texts);
  assert.equal(wordsOf('src/a.ts'), 'src/*: uses src/core/ (12, a.ts:7), src/ui/ (a.ts:7)');
  assert.equal(wordsOf('src/core/deep/c.ts'), 'src/core/: used by src/* (12, a.ts:7), src/ui/ (3, a.ts:7)');
  assert.equal(wordsOf('src/core/deep'), wordsOf('src/core'));
  assert.equal(wordsOf('src/ui/d.ts'), 'src/ui/: uses src/core/ (3, a.ts:7); used by src/* (a.ts:7)');
  // Folders of several parts, and files of none.
  assert.equal(wordsOf('src'), 'parts: 3');
  assert.equal(wordsOf(''), 'parts: 3');
  assert.equal(wordsOf('README.md'), 'no references');
});

test('a declared link counts as one reference', () => {
  assert.deepEqual(
    map.parts.map(one => Relations.usesOf(one)),
    [0, 15, 1],
  );
});
