import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWorthShowing, leastConfidence } from '../../../server/completion/threshold.ts';

const thresholds: readonly (readonly [eagerness: number, least: number])[] = [
  [-1, 0.9],
  [0, 0.9],
  [0.5, 0.5],
  [1, 0.1],
  [7, 0.1],
];

for (const [eagerness, least] of thresholds) {
  test(`at eagerness ${eagerness} a suggestion is shown from ${least}`, () =>
    assert.ok(Math.abs(leastConfidence(eagerness) - least) < 1e-12));
}

const worth: readonly (readonly [text: string, isWorth: boolean])[] = [
  ['})', false],
  [' ; ', false],
  ['x', false],
  ['foo', true],
  [') {\n  a();\n}', true],
];

for (const [text, isWorth] of worth) {
  test(`${JSON.stringify(text)} is ${isWorth ? '' : 'not '}worth showing`, () =>
    assert.equal(isWorthShowing(text), isWorth));
}
