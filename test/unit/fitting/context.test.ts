import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, linesBelow, typedOf } from '../../../server/fitting/context.ts';

const typedCases: readonly (readonly [linePrefix: string, typed: string])[] = [
  ['', ''],
  ['    ', ''],
  ['    foo', 'foo'],
  ['  const fooBa', ' fooBa'],
  ['x = ', ' '],
  ['call(', '('],
  ['a.b', 'b'],
  ['if (x) && ', ' '],
  ['x = 12', '12'],
  ['naïve', 'naïve'],
  ['\t}', '}'],
];

for (const [linePrefix, typed] of typedCases) {
  test(`of ${JSON.stringify(linePrefix)} the end that may go on is ${JSON.stringify(typed)}`, () =>
    assert.equal(typedOf(linePrefix), typed));
}

/** `|` stands for the cursor. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  return contextOf({ path: 'a.ts', text: marked.slice(0, offset) + marked.slice(offset + 1), offset });
}

test('the surroundings of a cursor in the middle of a line', () => {
  const context = at('one\n  two(th|ree);\nfour\nfive');
  assert.equal(context.above, 'one');
  assert.equal(context.linePrefix, '  two(th');
  assert.equal(context.indent, '  ');
  assert.equal(context.lineSuffix, 'ree);');
  assert.deepEqual(linesBelow(context, 5), ['four', 'five']);
  assert.equal(context.language.id, 'typescript');
});

test('on the first line nothing is above', () => {
  assert.equal(at('ab|c').above, undefined);
  assert.equal(at('\nab|c').above, '');
});

test('removes carriage returns from the context, and records them', () => {
  const context = at('one\r\ntwo|\r\nthree\r\n');
  assert.equal(context.above, 'one');
  assert.equal(context.lineEnding, '\r\n');
  assert.equal(context.after, '\nthree\n');
});

test('a cursor is never inside a line ending or a surrogate pair', () => {
  assert.equal(contextOf({ path: 'a', text: 'x\r\ny', offset: 2 }).linePrefix, 'x');
  assert.equal(contextOf({ path: 'a', text: 'x😀y', offset: 2 }).linePrefix, 'x');
});

test('uses only the surroundings in a huge file, with correct line numbers', () => {
  const text = 'let a = 1;\n'.repeat(50_000);
  const context = contextOf({ path: 'a.ts', text, offset: text.length });
  assert.ok((context.above ?? '').length < 200_000);
  assert.equal(context.firstLine + (context.above ?? '').split('\n').length, 50_001);
});
