import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAcceptedPart } from '../../../extension/completion/acceptance.ts';

const rows: readonly (readonly [suggestion: string, inserted: string, isPart: boolean])[] = [
  ['return value;', 'return', true],
  [' = compute(a);', ' =', true],
  ['if (a) {\n  b();\n}', 'if (a) {\n', true],
  ['return value;', 'r', false],
  ['return value;', 'return value;', false],
  ['return value;', 'retain', false],
  ['(a, b)', '()', false],
  ['();', '()', false],
  ['\n  session.touch();', '\n  ', false],
  ['\r\n  session.touch();', '\r\n  session', true],
];

for (const [suggestion, inserted, isPart] of rows) {
  test(`${JSON.stringify(inserted)} of ${JSON.stringify(suggestion)} is ${isPart ? '' : 'not '}a part that was accepted`, () =>
    assert.equal(isAcceptedPart(suggestion, inserted), isPart));
}
