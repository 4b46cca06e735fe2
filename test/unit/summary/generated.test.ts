import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evidenceOf, foldersToAsk } from '../../../server/protocol/evidence.ts';
import type { Part, Statement } from '../../../server/protocol/requests.ts';
import { GeneratedSentences } from '../../../server/summary/generated.ts';
import { doubtIn } from '../../../server/summary/generated-check.ts';

const statement = (path: string, text: string, line = 1): Statement => ({
  path,
  line,
  text,
  generated: false,
});
const evidence = [
  statement('src/store/cache.ts', 'Keeps parsed files in an LRU cache of 64 MB.'),
  statement('src/store/disk.ts', 'Writes records to disk with fs.rename.', 4),
  statement('src/store/index.ts', 'Opens a RecordStore for a folder.'),
];

describe('a generated sentence', () => {
  const shown = [
    'Keeps files in a cache and writes records to disk.',
    'It opens a RecordStore and writes records to disk with fs.rename.',
    'The store folder contains an LRU cache of 64 MB and records on disk.',
    'Parsed files are cached, and records are written to the disk.',
  ];
  for (const sentence of shown)
    test(`is shown: ${sentence}`, () => assert.equal(doubtIn(sentence, 'src/store', evidence), undefined));

  const dropped: readonly [string, RegExp][] = [
    ['Keeps files in a cache and writes records to PostgreSQL.', /PostgreSQL/],
    ['Keeps files in an LRU cache of 128 MB on the disk.', /128/],
    ['Keeps files in two caches and writes records to disk.', /two/],
    ['Always keeps all files in a cache on the disk.', /Always/],
    ['Opens a RecordStores for a folder and keeps files.', /RecordStores/],
    ['Keeps files in a cache with fs.rename_sync on disk.', /fs\.rename_sync/],
    ['Django keeps parsed files in a cache on the disk.', /Django/],
    ['It serves web pages to visitors of a shop and sends them mail.', /other things/],
    ['Keeps parsed files in an LRU cache of 64 MB.', /repeats/],
    ['The folder contains the following: cache, disk and RecordStore.', /list/],
    ['The folder has the classes cache, disk and RecordStore.', /"classes"/],
    ['Keeps files in a cache and writes records to', /whole sentence/],
    ['Keeps files.', /length/],
    [`Keeps files in a cache ${'and on disk '.repeat(30)}.`, /length/],
  ];
  for (const [sentence, doubt] of dropped)
    test(`is dropped: ${sentence.slice(0, 60)}`, () =>
      assert.match(doubtIn(sentence, 'src/store', evidence) ?? 'nothing is wrong', doubt));
});

const file = (path: string, text?: string): Part => ({
  path,
  kind: 'file',
  files: 1,
  tokens: 10,
  ...(text !== undefined && { statement: statement(path, text) }),
  children: [],
});
const folder = (path: string, children: readonly Part[], text?: string): Part => ({
  ...file(path, text),
  kind: 'folder',
  children,
});
const store = folder(
  'src/store',
  evidence.map(({ path, text }) => file(path, text)),
  'Opens a RecordStore for a folder.',
);
const parts = [folder('src', [store, file('src/main.ts', 'Starts the server and its store.')]), file('a.md')];

test('evidence is three to six different sentences, nearest first, without the folder’s own', () => {
  assert.deepEqual(evidenceOf(store), [], 'two are too few');
  assert.deepEqual(
    evidenceOf(parts[0]!).map(({ path }) => path),
    ['src/store', 'src/main.ts', 'src/store/cache.ts', 'src/store/disk.ts'],
  );
  const many = folder(
    'many',
    Array.from({ length: 9 }, (_, i) => file(`many/${i}.ts`, `Does the thing number ${i} here.`)),
  );
  assert.equal(evidenceOf(many).length, 6);
  assert.deepEqual(foldersToAsk([...parts, many], 9), ['src', 'many']);
  assert.deepEqual(foldersToAsk([...parts, many], 1), ['src']);
});

test('a sentence names its sources, is asked for once, and stays away where it is doubtful', async () => {
  const answers = [
    'The folder `src` starts a server and keeps parsed files in a cache. It is fast.',
    'The folder src talks to Redis and keeps files in a cache.',
  ];
  for (const [index, answer] of answers.entries()) {
    const sentences = new GeneratedSentences();
    let asked = 0;
    const ask = async ({ question }: { question: string }): Promise<string> => {
      asked++;
      assert.match(question, /LRU cache of 64 MB/);
      return answer;
    };
    const first = await sentences.about(parts, 'src', ask);
    assert.deepEqual(await sentences.about(parts, 'src', ask), first);
    assert.equal(asked, 1);
    if (index > 0) {
      assert.equal(first, undefined);
      continue;
    }
    assert.equal(first?.text, 'The folder src starts a server and keeps parsed files in a cache.');
    assert.equal(first.generated, true);
    assert.deepEqual(
      first.sources,
      evidenceOf(parts[0]!).map(({ path, line }) => ({ path, line })),
    );
    assert.equal(await sentences.about(parts, 'nowhere', ask), undefined);
    assert.equal(await sentences.about(parts, 'a.md', ask), undefined);
  }
});

test('without an instruction model it is asked again later', async () => {
  const sentences = new GeneratedSentences();
  assert.equal(await sentences.about(parts, 'src', async () => undefined), undefined);
  const later = await sentences.about(
    parts,
    'src',
    async () => 'Starts the server and keeps files in a cache.',
  );
  assert.equal(later?.generated, true);
});
