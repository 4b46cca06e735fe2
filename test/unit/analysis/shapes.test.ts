import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapesIn } from '../../../server/syntax/shapes.ts';
import { languageById } from '../../../server/workspace/language.ts';

const typescript = languageById('typescript')!;
const python = languageById('python')!;

test('calls of tests, with one name before the dot and their first line; not in comments, strings or definitions', () => {
  const text = [
    'it(\'calls app.get("/")\', () => {',
    '  // harbour.moor()',
    '  const berth = berthOf(1);',
    '  expect(tide.high(berth)).toBe(new Tide(2));',
    '  berthOf(3); make<Berth>();',
    '});',
    'function helper() {}',
  ].join('\n');
  const { calls } = shapesIn(text, typescript, true);
  assert.deepEqual(
    [...calls!],
    [
      ['it', 1],
      ['berthOf', 3],
      ['expect', 4],
      ['tide.high', 4],
      ['make', 5],
    ],
  );
  assert.equal(shapesIn(text, typescript, false).calls, undefined);
});

test('what is thrown, what modules are called, and what tests are given', () => {
  const text =
    'import typing as t\nimport os\n\n\ndef test_it(self, berth, tide=1):\n    raise errors.Late("raise Never")\n';
  const { thrown, aliases, given } = shapesIn(text, python, true);
  assert.deepEqual([...thrown!], [['errors.Late', 6]]);
  assert.deepEqual([...aliases!], [['typing as t', 1]]);
  assert.deepEqual(given!.get('berth'), 5);
  assert.deepEqual(shapesIn('', python, true), {});
});

test('an opening after a licence, not one far below', () => {
  const php = languageById('php')!;
  const opening = (text: string) => shapesIn(text, php, false).opening;
  assert.deepEqual(opening('<?php\n/* © */\r\n\ndeclare(strict_types=1);\r\n'), {
    text: 'declare(strict_types=1);',
    line: 4,
  });
  assert.deepEqual(opening('<?php declare(strict_types=1);'), { text: 'declare(strict_types=1);', line: 1 });
  assert.equal(opening(`${'\n'.repeat(60)}declare(strict_types=1);\n`), undefined);
});
