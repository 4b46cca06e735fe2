import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypingPace } from '../../../server/lsp/typing-pace.ts';

const rows: readonly (readonly [
  what: string,
  betweenKeys: number,
  answer: number,
  wait: [number, number],
])[] = [
  ['answers faster than keys are not waited for', 120, 20, [0, 0]],
  ['slow answers wait for a pause in fast typing', 60, 300, [80, 100]],
  ['waits are short, however slow the engine is', 900, 5000, [400, 400]],
  ['pauses for thought are no typing', 5000, 100, [0, 0]],
];

for (const [what, betweenKeys, answer, [least, most]] of rows) {
  test(what, () => {
    const pace = new TypingPace();
    for (let i = 0; i < 50; i++) {
      pace.typed(i * betweenKeys);
      pace.answered(answer);
    }
    assert.ok(pace.wait >= least && pace.wait <= most, `${pace.wait}`);
  });
}

test('does not wait before anything is known', () => {
  assert.equal(new TypingPace().wait, 0);
});
