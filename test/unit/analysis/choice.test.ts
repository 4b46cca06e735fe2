/** What is chosen: sentences by file content, key files by graph, size and folder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { factsOf } from '../../../server/analysis/facts.ts';
import { candidatesOf, choose, countingJudge, type Judge } from '../../../server/documents/candidates.ts';

import { chooseKeyFiles } from '../../../server/summary/key-files.ts';

function chosen(text: string, judge?: Judge): string | undefined {
  const { candidates } = factsOf('a.ts', text, 1);
  return choose('a.ts', candidates, judge ?? countingJudge([candidates]))?.text;
}

const code =
  '\nexport function berthPlan(ship: Ship, berths: Berth[]) {\n  return berths.filter(fits(ship));\n}\n';

test('the first sentence describes a file, unless it is a question and a later one names the contents', () => {
  assert.equal(
    chosen(`/** Plans where to lie. Each ship gets one of the berths. */\n${code}`),
    'Plans where to lie.',
  );
  assert.equal(
    chosen(`/** Where shall it lie? Each ship gets one of the berths. */\n${code}`),
    'Each ship gets one of the berths.',
  );
});

test('a sentence that depends on the previous one is never chosen alone', () => {
  assert.equal(
    chosen(`/** Where shall it lie? This finds berths for a ship. */\n${code}`),
    'Where shall it lie?',
  );
});

test('a model can judge instead of counting', () => {
  const last: Judge = (_, candidates) => candidates.map((_candidate, at) => at * 10);
  assert.equal(
    chosen(`/** Plans where to lie. Each ship gets a berth. */\n${code}`, last),
    'Each ship gets a berth.',
  );
});

test('a sentence’s own words do not support it', () => {
  const sentences = [
    { text: 'Zebra stripes here.', line: 1 },
    { text: 'Berth of ships.', line: 2 },
  ];
  const candidates = candidatesOf(sentences, 'Zebra stripes here. Berth of ships. berthPlan berth berth');
  assert.deepEqual(
    candidates.map(({ support }) => support.map(([, count]) => count)),
    [
      [0, 0, 0],
      [3, 0, 0],
    ],
  );
  assert.equal(choose('a.ts', [], countingJudge([])), undefined);
});

test('key files come from several folders, and never from tests, vendored code or data', async () => {
  const names = ['core/a', 'core/b', 'core/c', 'edge/d', 'deps/lua/lua', 'tests/e', 'core/rows'];
  const texts = new Map<string, string>(
    names.map(name => {
      const own = name.slice(name.lastIndexOf('/') + 1);
      const rows = own === 'rows' ? "  ['one', 1],\n".repeat(200) : '';
      return [`${name}.ts`, `export const ${own}Definition = [\n${rows}];\n`] as const;
    }),
  );
  const sizeOf = (path: string): number =>
    path.startsWith('deps') ? 1500 : path.startsWith('edge') ? 950 : 1000;
  const facts = await new FactBook(undefined).collect({
    name: 'x',
    files: () => [...texts].map(([path, text]) => ({ path, tokens: sizeOf(path), version: text })),
    textOf: path => texts.get(path),
  });
  const chosenFiles = chooseKeyFiles([...texts.keys()], facts).map(({ path }) => path);
  assert.ok(chosenFiles.indexOf('edge/d.ts') < chosenFiles.indexOf('core/c.ts'));
  assert.deepEqual(chosenFiles.toSorted(), ['core/a.ts', 'core/b.ts', 'core/c.ts', 'edge/d.ts']);
});
