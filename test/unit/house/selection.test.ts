import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInteractive, select } from '../../selection.ts';

const all = [
  'test/editor/open.test.ts',
  'test/kernels/hyena.test.ts',
  'test/lsp/reading.test.ts',
  'test/unit/tokens/bpe.test.ts',
  'test/unit/workspace/read.test.ts',
];

const cases: readonly (readonly [words: string[], files: string[]])[] = [
  [[], [all[4]!, all[3]!, all[1]!, all[2]!, all[0]!].sort()],
  [['lsp'], [all[2]!]],
  [['test/unit/tokens/bpe.test.ts'], [all[3]!]],
  [['./test/unit/tokens/bpe.test.ts'], [all[3]!]],
  [['test\\unit\\tokens\\bpe.test.ts'], [all[3]!]],
  [['read'], [all[2]!, all[4]!]],
  [
    ['unit/workspace', 'hyena'],
    [all[1]!, all[4]!],
  ],
  [['kernels', 'hyena'], [all[1]!]],
];

for (const [words, files] of cases) {
  test(`"npm test -- ${words.join(' ')}" selects its files, cheapest suite first`, () => {
    const selection = select(all, words);
    assert.ok('suites' in selection);
    assert.deepEqual(selection.suites.flatMap(suite => suite.files).sort(), files);
    const order = selection.suites.map(({ name }) => name);
    assert.deepEqual(
      order,
      ['unit', 'kernels', 'lsp', 'editor'].filter(name => order.some(one => one === name)),
    );
  });
}

test('a name that matches nothing is an error that names the suites', () => {
  assert.deepEqual(select(all, ['read', 'nothing-like-this']), {
    problem:
      'No suite or test file matches "nothing-like-this". The suites are unit, kernels, reproductions, weights, lsp, editor.',
  });
});

test("options go to node's test runner; watching and debugging are not counted", () => {
  const selection = select(all, ['bpe', '--test-name-pattern=merge']);
  assert.ok('suites' in selection);
  assert.deepEqual(selection.options, ['--test-name-pattern=merge']);
  assert.equal(isInteractive(selection.options), false);
  assert.equal(isInteractive(['--watch']), true);
  assert.equal(isInteractive(['--inspect-brk=9230']), true);
});
