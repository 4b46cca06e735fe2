import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import type { Part } from '../../../server/protocol/requests.ts';
import { type SummaryOptions, summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const files: Readonly<Record<string, string>> = {
  'README.md': '# Shop\n\nShop sells things to people. It is small.\n',
  'package.json':
    '{\n  "name": "shop",\n  "description": "Sells things to people.",\n  "main": "dist/server.js",\n  "scripts": { "start": "node dist/server.js" }\n}\n',
  'src/server.ts':
    "/** Answers requests of the shop. */\nimport { priceForUnits } from './pricing/price.ts';\nexport function serve() { return priceForUnits(1); }\n",
  'src/pricing/index.ts': "/** All that has to do with money. */\nexport * from './price.ts';\n",
  'src/pricing/price.ts':
    'export function priceForUnits(units: number) { return roundCents(units); }\nexport function roundCents(value: number) { return value; }\n',
  'src/orders.ts':
    "import { priceForUnits, roundCents } from './pricing/price.ts';\nexport const total = () => roundCents(priceForUnits(2));\n",
  'test/price.test.ts': "import { priceForUnits } from '../src/pricing/price.ts';\npriceForUnits(3);\n",
  LICENSE: 'Permission is granted to all people here.\n',
};

const source: SummarySource = {
  name: 'shop',
  files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
  textOf: path => files[path],
};

async function summaryOf(from: SummarySource, options: SummaryOptions = {}) {
  return summarize(from, await new FactBook(await Grammars.open()).collect(from), options);
}

function find(parts: readonly Part[], path: string): Part | undefined {
  for (const part of parts) {
    const found = part.path === path ? part : find(part.children, path);
    if (found) return found;
  }
  return undefined;
}

test('the overview combines manifest and README without repetition', async () => {
  const { overview } = await summaryOf(source);
  assert.deepEqual(
    overview.map(({ text, path, line }) => `${path}:${line} ${text}`),
    ['package.json:3 Sells things to people.', 'README.md:3 It is small.'],
  );
});

test('the tree counts files and tokens and gives folders their own sentence', async () => {
  const { parts } = await summaryOf(source);
  assert.deepEqual(
    parts.map(part => part.path),
    ['src', 'test', 'LICENSE', 'README.md', 'package.json'],
  );
  const pricing = find(parts, 'src/pricing')!;
  assert.equal(pricing.files, 2);
  assert.equal(pricing.statement?.text, 'All that has to do with money.');
  const sum = (list: readonly Part[]): number => list.reduce((total, part) => total + part.tokens, 0);
  assert.equal(sum(parts), Object.values(files).join('').length);
});

test('the most used file is a key file, its symbol a key symbol, and tests are neither', async () => {
  const { keyFiles, keySymbols } = await summaryOf(source);
  assert.equal(keyFiles[0]?.path, 'src/pricing/price.ts');
  assert.match(keyFiles[0]!.why, /used by \d+ files/);
  assert.equal(keySymbols[0]?.name, 'priceForUnits');
  assert.ok(!keyFiles.some(({ path }) => path.startsWith('test/')));
});

test('start here lists the README, then the entry point’s source', async () => {
  const { startHere } = await summaryOf(source);
  assert.deepEqual(
    startHere.slice(0, 3).map(file => file.path),
    ['README.md', 'src/server.ts', 'src/pricing/price.ts'],
  );
});

test('every statement is in the file near the line it names', async () => {
  const { statements } = await summaryOf(source);
  assert.ok(statements.length >= 6);
  for (const statement of statements) {
    assert.equal(statement.generated, false);
    const line = files[statement.path]!.split('\n')[statement.line - 1]!;
    const word = /[\p{L}]{4,}/u.exec(
      statement.text.replace(/^(?:Exports|Defines|function|Package \S+:) /, ''),
    )![0];
    assert.ok(line.includes(word), `${statement.path}:${statement.line} has no "${word}"`);
  }
});

test('summarizes a part by its path', async () => {
  const summary = await summaryOf(source, { path: 'src/pricing/' });
  assert.equal(summary.name, 'pricing');
  assert.deepEqual(
    summary.parts.map(part => part.path),
    ['src/pricing/index.ts', 'src/pricing/price.ts'],
  );
  assert.equal(summary.overview[0]?.text, 'All that has to do with money.');
  const file = await summaryOf(source, { path: 'src/server.ts' });
  assert.equal(file.overview[0]?.text, 'Answers requests of the shop.');
});

test('a path that is not indexed is an error that names it', async () => {
  await assert.rejects(summaryOf(source, { path: 'nowhere' }), /"nowhere"/);
});

test('a budget keeps the first statements that fit', async () => {
  const countTokens = (text: string): number => text.split(/\s+/).length;
  const summary = await summaryOf(source, { budget: 20, countTokens });
  assert.ok(summary.statements.length >= 1);
  const spent = summary.statements.reduce(
    (sum, s) => sum + countTokens(`${s.path}:${s.line} ${s.text}\n`),
    0,
  );
  assert.ok(spent <= 20);
  assert.equal(summary.overview[0]?.text, 'Sells things to people.');
});

test('an empty repository has an empty summary', async () => {
  const summary = await summaryOf({ name: 'empty', files: () => [], textOf: () => undefined });
  assert.deepEqual(summary.parts, []);
  assert.deepEqual(summary.statements, []);
});

async function summaryIn(name: string, own: Readonly<Record<string, string>>) {
  const repository = {
    name,
    files: () => Object.entries(own).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => own[path],
  };
  return summarize(repository, await new FactBook(await Grammars.open()).collect(repository));
}

const titles: readonly (readonly [folder: string, files: Readonly<Record<string, string>>, title: string])[] =
  [
    ['cli', { 'README.md': '# HTTPie\n', 'setup.py': 'setup(\n    name="httpie",\n)\n' }, 'HTTPie'],
    ['cli', { 'package.json': '{ "name": "@quay/harbour" }' }, 'harbour'],
    [
      'quay',
      { 'README.md': '# `quay` is now unmaintained\n', 'go.mod': 'module example.org/quay/v2\n' },
      'quay',
    ],
    ['quay', { 'README.md': '# Getting started\n\nQuay plans berths.\n' }, 'quay'],
    ['app', { 'README.md': '# Quay\n\nPlans berths.\n' }, 'Quay'],
  ];

for (const [folder, own, title] of titles)
  test(`a repository in ${folder}/ is called ${title}`, async () =>
    assert.equal((await summaryIn(folder, own)).name, title));

test('front matter says what a repository is if its README does not', async () => {
  const { overview } = await summaryIn('quay', {
    'README.md': '---\ndescription: Plans berths of ships.\n---\n\n# Quay\n',
  });
  assert.deepEqual(
    overview.map(({ text, line }) => [text, line]),
    [['Plans berths of ships.', 2]],
  );
});

test('every file to start with says why', async () => {
  const { startHere, keyFiles } = await summaryIn('quay', { 'web/main.ts': 'run(1);\nrun(2);\n' });
  for (const { path, why } of [...startHere, ...keyFiles]) assert.notEqual(why, '', path);
});

test('a file of a thousand functions has parts, key files and symbols', async () => {
  const functions = Array.from({ length: 1000 }, (_, at) => `int f${at}(int a) { return a + ${at}; }`);
  for (const text of [functions.join('\n'), `/* Generated by a tool. */\n${functions.join('\n')}`]) {
    const { relations, keyFiles, keySymbols, startHere } = await summaryIn('quay', { 'all.c': `${text}\n` });
    assert.deepEqual([relations.length, keyFiles.length, startHere.length], [1, 1, 1]);
    assert.ok(keySymbols.length > 0);
    assert.equal(keySymbols[0]!.usedBy, 0);
  }
});
