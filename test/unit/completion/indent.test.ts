import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indentUnitOf, reindent } from '../../../server/completion/indent.ts';

const units: readonly (readonly [text: string, unit: string])[] = [
  ['a\n\tb\n\tc\n', '\t'],
  ['a {\n    b {\n        c\n    }\n}', '    '],
  ['a:\n  b:\n    c\n', '  '],
  ['flat\nflat\n', '  '],
];

for (const [text, unit] of units) {
  test(`the unit of ${JSON.stringify(text)} is ${JSON.stringify(unit)}`, () =>
    assert.equal(indentUnitOf(text), unit));
}

const moved: readonly (readonly [
  lines: string[],
  from: string,
  to: string,
  unit: string,
  expected: string[],
])[] = [
  [['  a', '    b', '  c'], '  ', '    ', '  ', ['    a', '      b', '    c']],
  [['\ta', '\t\tb'], '\t', '  ', '  ', ['  a', '    b']],
  [['    a'], '', '', '\t', ['\ta']],
  [['', '   '], '', '  ', '  ', ['', '']],
  [['a'], '  ', '    ', '  ', ['  a']],
];

for (const [lines, from, to, unit, expected] of moved) {
  test(`${JSON.stringify(lines)} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () =>
    assert.deepEqual(reindent(lines, from, to, unit), expected));
}
