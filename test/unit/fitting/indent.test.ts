import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Indentation, indentUnitOf, reindent, unitFor } from '../../../server/fitting/indent.ts';
import { languageById } from '../../../server/workspace/language.ts';

const units: readonly (readonly [text: string, unit: string])[] = [
  ['a\n\tb\n\tc\n', '\t'],
  ['a {\n    b {\n        c\n    }\n}', '    '],
  ['a:\n  b:\n    c\n', '  '],
];

for (const [text, unit] of units) {
  test(`the unit of ${JSON.stringify(text)} is ${JSON.stringify(unit)}`, () =>
    assert.equal(indentUnitOf(text), unit));
}

test('the unit of a text without indentation is not known', () =>
  assert.equal(indentUnitOf('flat\nflat\n'), undefined));

const documents: readonly (readonly [
  text: string,
  language: string,
  editor: Indentation | undefined,
  unit: string,
])[] = [
  ['', 'go', undefined, '\t'],
  ['', 'python', undefined, '    '],
  ['', 'typescript', undefined, '  '],
  ['', 'typescript', { insertSpaces: false, tabSize: 4 }, '\t'],
  ['', 'python', { insertSpaces: true, tabSize: 2 }, '  '],
  ['', 'makefile', { insertSpaces: true, tabSize: 2 }, '\t'],
  ['SOURCES = \\\n    a.c \\\n    b.c\n', 'makefile', undefined, '\t'],
  ['if x:\n    y\n', 'python', { insertSpaces: true, tabSize: 2 }, '    '],
];

for (const [text, language, editor, unit] of documents) {
  test(`${language} ${JSON.stringify(text)} in an editor of ${JSON.stringify(editor)}: ${JSON.stringify(unit)}`, () =>
    assert.equal(unitFor(text, languageById(language)!, '', editor), unit));
}

test('the line of the cursor decides between tabs and spaces where no other line does', () => {
  const unit = (text: string, language: string, indent: string): string =>
    unitFor(text, languageById(language)!, indent);
  assert.equal(unit('', 'typescript', '\t\t'), '\t');
  assert.equal(unit('a\n  b', 'typescript', '\t'), '  ');
  assert.equal(unit('', 'go', '    '), '    ');
  assert.equal(unit('', 'go', ' '), '\t');
  assert.equal(unit('', 'makefile', '    '), '\t');
});

const moved: readonly (readonly [
  lines: string[],
  from: string,
  to: string,
  theirs: string,
  ours: string,
  expected: string[],
])[] = [
  [['  a', '    b', '  c'], '  ', '    ', '  ', '  ', ['    a', '      b', '    c']],
  [['\ta', '\t\tb'], '\t', '  ', '\t', '  ', ['  a', '    b']],
  [['    a'], '', '', '    ', '\t', ['\ta']],
  [['  a', '    b'], '', '', '  ', '\t', ['\ta', '\t\tb']],
  [['  a', '    b'], '', '    ', '  ', '    ', ['        a', '            b']],
  [['        a', '            b'], '    ', '  ', '    ', '  ', ['    a', '      b']],
  [['   * aligned'], '  ', '\t', '  ', '\t', ['\t * aligned']],
  [['', '   '], '', '  ', '  ', '  ', ['', '']],
  [['a'], '  ', '    ', '  ', '  ', ['  a']],
  [['a'], '    ', '\t\t', '  ', '\t', ['a']],
];

for (const [lines, from, to, theirUnit, ourUnit, expected] of moved) {
  test(`${JSON.stringify(lines)} from ${JSON.stringify(from)} to ${JSON.stringify(to)} in ${JSON.stringify(ourUnit)}`, () =>
    assert.deepEqual(reindent(lines, { from, to, theirUnit, ourUnit }), expected));
}

test('nesting survives between any two styles', () => {
  const styles = ['\t', '  ', '    ', '   ', '        '];
  for (const theirUnit of styles) {
    for (const ourUnit of styles) {
      const lines = [1, 2, 3, 1, 2].map(depth => `${theirUnit.repeat(depth)}x`);
      const expected = [2, 3, 4, 2, 3].map(depth => `${ourUnit.repeat(depth)}x`);
      assert.deepEqual(reindent(lines, { from: '', to: ourUnit, theirUnit, ourUnit }), expected);
    }
  }
});
