import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanText, closersReplaced, isTypedOver, trimToSuffix } from '../../../server/fitting/trim.ts';

const cases: readonly (readonly [rest: string, lineSuffix: string, expected: string | undefined])[] = [
  ['foo();', '', 'foo();'],
  ['foo();', '   ', 'foo();'],
  ['foo(bar);', ');', 'foo(bar'],
  ['foo(bar)', ')', 'foo(bar'],
  ['"text"', '"', '"text'],
  ['a, b', ')', 'a, b'],
  ['a, b);', ')', undefined],
  ['items[0]', ']);', 'items[0'],
  ['name: string) {', ' {', 'name: string)'],
  ['alpha, beta', ', beta', 'alpha'],
  ['alpha', 'gamma(delta)', undefined],
  ['x => y', ' => y', 'x'],
];

for (const [rest, lineSuffix, expected] of cases) {
  test(`${JSON.stringify(rest)} before ${JSON.stringify(lineSuffix)} becomes ${JSON.stringify(expected)}`, () =>
    assert.equal(trimToSuffix(rest, lineSuffix), expected));
}

const closed: readonly (readonly [text: string, lineSuffix: string, replaced: number | undefined])[] = [
  ["name', () => {", "')", undefined],
  ["name', () => {\n  body();\n});", "')", 2],
  ['a, b);', ')', 1],
  ["a', b);", "')", 2],
  ['f(x), y);', ')', 1],
  ['f(x), y', ')', undefined],
  ["it\\'s', b);", "')", 2],
  ["(')'), x);", ')', 1],
  ["the ship's berth);", ')', 1],
  ['a];', ')', undefined],
  ['a, b) + c);', ');', undefined],
  ['a, b) {', ') ', 1],
  ['a, b);', '', undefined],
];

for (const [text, lineSuffix, replaced] of closed) {
  test(`${JSON.stringify(text)} takes the place of ${replaced} of ${JSON.stringify(lineSuffix)}`, () =>
    assert.equal(closersReplaced(text, lineSuffix), replaced));
}

const clean: readonly (readonly [text: string, expected: string])[] = [
  ['plain\ttext\r\n', 'plain\ttext\r\n'],
  ['a\uFFFDb', 'a'],
  ['ok 😀', 'ok 😀'],
  ['half \uD83D', 'half '],
  ['bell \u0007', 'bell '],
];

for (const [text, expected] of clean) {
  test(`${JSON.stringify(text)} is clean as ${JSON.stringify(expected)}`, () =>
    assert.equal(cleanText(text), expected));
}

test('a suggestion starting with the closer after the cursor would be typed over', () => {
  assert.ok(isTypedOver('""Says more.""', '"'));
  assert.ok(isTypedOver(') => {', ');'));
  assert.ok(!isTypedOver('name', '"'));
  assert.ok(!isTypedOver('"name"', ''));
  assert.ok(!isTypedOver('= 1', '= 2'));
});
