/** What is chosen: sentences by their file's content, key files by graph, size and place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, choose, countingJudge, type Judge } from '../../../server/analysis/candidates.ts';
import { factsOf, judged } from '../../../server/analysis/facts.ts';
import { rank } from '../../../server/analysis/graph.ts';
import { chooseKeyFiles } from '../../../server/summary/key-files.ts';

function chosen(text: string, judge?: Judge): string | undefined {
  const facts = factsOf('a.ts', text, 1);
  return judged(facts, judge ?? countingJudge([facts.candidates ?? []])).statement?.text;
}

const code =
  'export function berthPlan(ship: Ship, berths: Berth[]) {\n  return berths.filter(fits(ship));\n}\n';

test('the first sentence stands for a file, unless it asks and a later one says what the file holds', () => {
  assert.equal(
    chosen(`/** Plans where to lie. Each ship gets one of the berths. */\n${code}`),
    'Plans where to lie.',
  );
  assert.equal(
    chosen(`/** Where shall it lie? Each ship gets one of the berths. */\n${code}`),
    'Each ship gets one of the berths.',
  );
});

test('a sentence that leans on the one before never stands alone', () => {
  assert.equal(
    chosen(`/** Where shall it lie? This finds berths for a ship. */\n${code}`),
    'Where shall it lie?',
  );
});

test('a model may judge in place of counting', () => {
  const last: Judge = (_, candidates) => candidates.map((_candidate, at) => at * 10);
  assert.equal(
    chosen(`/** Plans where to lie. Each ship gets a berth. */\n${code}`, last),
    'Each ship gets a berth.',
  );
});

test('what sentences say themselves does not count for them', () => {
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

test('key files come from several folders, and tests and copies of other projects come last', () => {
  const names = ['core/a', 'core/b', 'core/c', 'edge/d', 'deps/lua/lua', 'tests/e'];
  const facts = new Map(
    names.map(name => {
      const path = `${name}.ts`;
      const own = name.slice(name.lastIndexOf('/') + 1);
      const size = path.startsWith('deps') ? 5000 : path.startsWith('edge') ? 700 : 1000;
      return [path, factsOf(path, `export const ${own}Definition = 1;\n`, size)] as const;
    }),
  );
  const chosenFiles = chooseKeyFiles([...facts.keys()], facts, rank([...facts.values()])).map(
    ({ path }) => path,
  );
  assert.deepEqual(chosenFiles.slice(0, 2), ['core/a.ts', 'edge/d.ts']);
  assert.deepEqual(new Set(chosenFiles.slice(-2)), new Set(['deps/lua/lua.ts', 'tests/e.ts']));
});
