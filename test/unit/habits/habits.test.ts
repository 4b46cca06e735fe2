/** Conventions that are counted: said where nearly all do so, and not where few or only some do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { usualIn } from '../../../server/habits/habits.ts';
import type { Statement } from '../../../server/protocol/requests.ts';
import { describe } from '../../../server/summary/describe.ts';
import { summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

type Texts = Record<string, string>;

async function factsOf(texts: Texts) {
  const source = {
    name: 'harbour',
    files: () => Object.entries(texts).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => texts[path],
  };
  return { source, facts: await new FactBook(await Grammars.open()).collect(source) };
}

async function usual(texts: Texts): Promise<Statement[]> {
  const { facts } = await factsOf(texts);
  const found = usualIn(Object.keys(texts), facts);
  for (const { text, sources = [], path, line, generated } of found) {
    assert.equal(generated, false);
    assert.ok(sources.length >= 2 && sources.length <= 3, text);
    assert.deepEqual(sources[0], { path, line });
    const names = [...text.matchAll(/`([^`]*)`/g)].flatMap(([, code]) => code!.match(/\w{3,}/g) ?? []);
    for (const place of sources) {
      const said = texts[place.path]!.split('\n')[place.line - 1] ?? '';
      if (!text.startsWith('Tests stand'))
        assert.ok(
          names.some(name => said.includes(name)),
          `${text}: ${place.path}:${place.line} ${said}`,
        );
    }
  }
  return found;
}

const texts = (found: readonly Statement[]): string[] => found.map(({ text }) => text);
const many = (count: number, make: (at: number) => readonly [string, string]): Texts =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => make(at)));

test('an opening that nearly all files of a language have', async () => {
  const strict = many(9, at => [`lib/berth${at}.js`, `// © Harbour\n'use strict'\nlet a = ${at}\n`]);
  assert.deepEqual(texts(await usual({ ...strict, 'lib/x.js': 'let b = 1\n' })), [
    "JavaScript files begin with `'use strict'` (9 of 10)",
  ]);
  const loose = many(4, at => [`lib/tide${at}.js`, `let a = ${at}\n`]);
  assert.deepEqual(await usual({ ...strict, ...loose }), []);
  assert.deepEqual(await usual(many(7, at => [`lib/a${at}.js`, "'use strict'\n"])), []);
});

test('an opening of the code itself is said where tests do without it', async () => {
  const own = many(8, at => [`src/m${at}.py`, `from __future__ import annotations\n\na = ${at}\n`]);
  const tests = many(8, at => [`tests/test_m${at}.py`, `def test_it():\n    assert ${at}\n`]);
  assert.deepEqual(texts(await usual({ ...own, ...tests })), [
    'Python files begin with `from __future__ import annotations` (8 of 8)',
  ]);
});

const handler = (name: string, base = 'IEventHandler'): string =>
  `namespace Harbour;\n\npublic class ${name} : ${base}\n{\n    public void Handle() { }\n}\n`;

test('types that extend the same and are named alike', async () => {
  const names = ['Moored', 'Sailed', 'Docked', 'Towed', 'Piloted'].map(name => `${name}EventHandler`);
  const files = Object.fromEntries(names.map(name => [`src/${name}.cs`, handler(name)]));
  assert.deepEqual(texts(await usual(files)), [
    'Types named `…EventHandler` extend or implement `IEventHandler` (5 of 5)',
  ]);
  const others = Object.fromEntries(
    ['Tide', 'Berth'].map(name => [`src/${name}EventHandler.cs`, handler(`${name}EventHandler`, 'Other')]),
  );
  assert.deepEqual(await usual({ ...files, ...others }), [], 'five of seven are not nearly all');
  const errors = many(6, at => [`src/E${at}.cs`, handler(`Berth${'ABCDEF'[at]}Exception`, 'Exception')]);
  assert.deepEqual(await usual(errors), [], 'exceptions extend exceptions everywhere');
});

test('test doubles that are named after what they stand in for', async () => {
  const fakes = Object.fromEntries(
    ['Tide', 'Berth', 'Pilot'].map(name => [
      `tests/Fake${name}Store.cs`,
      handler(`Fake${name}Store`, `I${name}Store`),
    ]),
  );
  assert.deepEqual(texts(await usual(fakes)), [
    'Test doubles are types named with `Fake`, such as `FakeBerthStore` for `IBerthStore` (3)',
  ]);
});

const clocked = (call: string): string =>
  `import { test, expect, vi } from 'vitest';\ntest('waits', () => {\n  ${call};\n  expect(1).toBe(1);\n});\n`;

test('the library for a purpose, where no other is used as much', async () => {
  const tests = many(4, at => [`test/a${at}.test.ts`, clocked('vi.useFakeTimers()')]);
  assert.deepEqual(texts(await usual(tests)), [
    'Tests control the clock with `vi.useFakeTimers(…)` (4 of 4 test files)',
  ]);
  const others = many(2, at => [`test/b${at}.test.ts`, clocked('sinon.useFakeTimers()')]);
  assert.deepEqual(await usual({ ...tests, ...others }), [], 'four of six are no clear majority');
});

test('what most tests do without a library is an alternative to one', async () => {
  const testify = many(3, at => [
    `a${at}_test.go`,
    'package a\n\nfunc TestA(t *testing.T) {\n\tassert.Equal(t, 1, 1)\n}\n',
  ]);
  const plain = many(2, at => [
    `b${at}_test.go`,
    'package a\n\nfunc TestB(t *testing.T) {\n\tt.Errorf("no")\n}\n',
  ]);
  assert.equal((await usual(testify)).length, 1);
  assert.deepEqual(await usual({ ...testify, ...plain }), []);
});

test('helpers of the tests, with their definition first', async () => {
  const helper = { 'test/support.ts': 'export function harbourWith(n: number) {\n  return n;\n}\n' };
  const tests = many(5, at => [
    `test/h${at}.test.ts`,
    `import { harbourWith } from './support.ts';\ntest('x', () => {\n  harbourWith(${at});\n});\n`,
  ]);
  const [found, ...more] = await usual({ ...helper, ...tests });
  assert.deepEqual(more, []);
  assert.equal(found?.text, 'Tests call the helper `harbourWith(…)` (5 of 5 test files)');
  assert.deepEqual(found.sources?.[0], { path: 'test/support.ts', line: 1 });
  const other = many(5, at => [
    `test/o${at}.test.ts`,
    `import { harbourWith } from 'harbour';\ntest('x', () => {\n  harbourWith(${at});\n});\n`,
  ]);
  assert.deepEqual(await usual({ ...helper, ...other }), [], 'another function of that name');
});

test('fixtures that pytest hands to many tests', async () => {
  const conftest = 'import pytest\n\n\n@pytest.fixture\ndef berth():\n    return 1\n';
  const tests = many(5, at => [`tests/test_${at}.py`, `def test_it(berth):\n    assert berth == ${at}\n`]);
  const [found] = await usual({ 'tests/conftest.py': conftest, ...tests });
  assert.equal(found?.text, 'Tests take the fixture `berth` (5 of 5 test files)');
  assert.deepEqual(found.sources?.[0], { path: 'tests/conftest.py', line: 5 });
});

test('tests beside the code, errors of the own kind, aliases and loggers', async () => {
  const beside = many(6, at => [`src/a${at}.ts`, `export const a${at} = ${at};\n`]);
  const tests = many(6, at => [`src/a${at}.spec.ts`, `test('x', () => {\n  check(${at});\n});\n`]);
  assert.deepEqual(texts(await usual({ ...beside, ...tests })), [
    'Tests stand beside the code they test, as `*.spec.ts` (6 of 6)',
  ]);
  const error = { 'src/errors.ts': 'export class TideError extends Error {}\n' };
  const throwing = many(5, at => [
    `src/t${at}.ts`,
    `export function f${at}() {\n  throw new TideError('no');\n}\n`,
  ]);
  assert.deepEqual(texts(await usual({ ...error, ...throwing })), [
    'Where files throw an error of their own kind, it is `TideError` (5 of 5)',
  ]);
  const log = { 'src/log.ts': 'export function createHarbourLogger(name: string) {\n  return name;\n}\n' };
  const logging = many(5, at => [`src/l${at}.ts`, `export const log${at} = createHarbourLogger('l');\n`]);
  assert.deepEqual(texts(await usual({ ...log, ...logging })), [
    'Files log through `createHarbourLogger(…)` (5 files)',
  ]);
  const aliased = many(5, at => [`src/m${at}.py`, `import typing as t\n\na: t.Any = ${at}\n`]);
  assert.deepEqual(texts(await usual(aliased)), ['`typing` is imported as `t` (5 files)']);
});

test('the summary, its part and its budget hold what is usual, the Markdown links each source', async () => {
  const strict = many(9, at => [`lib/berth${at}.js`, `'use strict'\nlet a = ${at}\n`]);
  const { source, facts } = await factsOf({
    ...strict,
    'README.md': '# Harbour\n\nHarbour moors vessels.\n',
  });
  assert.equal(summarize(source, facts).usual.length, 1);
  assert.equal(summarize(source, facts, { path: 'lib' }).usual.length, 1);
  assert.deepEqual(summarize(source, facts, { path: 'lib/berth1.js' }).usual, []);
  assert.deepEqual(summarize(source, facts, { budget: 0 }).usual, []);
  const { sections, markdown } = describe(source, facts);
  assert.equal(sections.find(({ title }) => title === 'Conventions and pitfalls')?.statements.length, 1);
  for (const at of [0, 4, 8]) assert.match(markdown, new RegExp(`\\(lib/berth${at}\\.js#L1\\)`));
});
