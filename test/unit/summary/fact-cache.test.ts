/** Facts that are kept between sessions: they equal freshly collected ones, and only changed files are analyzed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { CacheStore } from '../../../server/storage/cache-store.ts';
import { FactCache } from '../../../server/summary/fact-cache.ts';
import { summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const roots = [{ name: 'quay', root: '/quay' }];
const texts: Record<string, string> = {
  'README.md': '# Quay\n\nQuay keeps ships apart.\n',
  'src/berth.ts': '/** A place for a ship. */\nexport class Berth {\n  moor() {}\n}\n',
  'src/tide.ts':
    "import { Berth } from './berth.ts';\n\nexport const rise = (berth: Berth) => berth.moor();\n",
  'go/rise.go': 'package tide\n\nimport "quay/berth"\n\nfunc Rise() { berth.Moor() }\n',
};

function sourceOf(files: Readonly<Record<string, string>>, asked: string[] = []) {
  return {
    name: 'quay',
    files: () =>
      Object.entries(files).map(([file, text]) => ({ path: file, tokens: text.length, version: text })),
    textOf: (file: string) => {
      asked.push(file);
      return files[file];
    },
  };
}

test('a reopened repository is summarized from kept facts, with only changed files analyzed', async t => {
  const folder = mkdtempSync(path.join(tmpdir(), 'facts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = await CacheStore.open(folder, 1 << 24);
  const grammars = await Grammars.open();
  const book = new FactBook(grammars);
  const first = summarize(sourceOf(texts), await book.collect(sourceOf(texts)));
  await new FactCache(store, roots).put(book.known);

  const known = await new FactCache(store, roots).get();
  assert.equal(known.length, Object.keys(texts).length);
  // A first request during indexing sees some of the files, and forgets none.
  const reopened = new FactBook(grammars, known);
  await reopened.collect(sourceOf({ 'README.md': texts['README.md']! }));
  const changed = { ...texts, 'src/tide.ts': `${texts['src/tide.ts']}\nexport const fall = 1;\n` };
  const asked: string[] = [];
  const facts = await reopened.collect(sourceOf(changed, asked));
  // Documents are searched for statements about paths.
  assert.deepEqual(new Set(asked), new Set(['README.md', 'src/tide.ts']));
  assert.deepEqual(
    summarize(sourceOf(changed), facts),
    summarize(sourceOf(changed), await new FactBook(grammars).collect(sourceOf(changed))),
  );
  const again = new FactBook(grammars, known);
  assert.deepEqual(summarize(sourceOf(texts), await again.collect(sourceOf(texts))), first);
});

test('facts of other folders, and damaged ones, are not used', async t => {
  const folder = mkdtempSync(path.join(tmpdir(), 'facts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = await CacheStore.open(folder, 1 << 24);
  const book = new FactBook(undefined);
  await book.collect(sourceOf(texts));
  const cache = new FactCache(store, roots);
  await cache.put(book.known);
  assert.deepEqual(await new FactCache(store, [{ name: 'quay', root: '/other' }]).get(), []);
  await cache.clear();
  assert.deepEqual(await new FactCache(store, roots).get(), []);
  const broken = {
    get: async () => new Uint8Array([1, 2, 3]),
  } as unknown as CacheStore;
  assert.deepEqual(await new FactCache(broken, roots).get(), []);
});
