import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf } from '../../../server/fitting/context.ts';
import { PassedOver } from '../../../server/usefulness/passed-over.ts';

/** Shows a suggestion at the start of each line, and returns how many were passed over with the cursor at its end. */
function counts(steps: readonly (readonly [line: string, shown?: string])[], above = ''): number[] {
  const passed = new PassedOver();
  return steps.map(([line, shown]) => {
    const text = above + line;
    const context = contextOf({ path: 'a.ts', text, offset: text.length });
    const count = passed.countAt(context);
    if (shown !== undefined) passed.show(context, shown);
    return count;
  });
}

test('a suggestion typed past counts once', () => {
  assert.deepEqual(counts([['a', 'lpha'], ['ab'], ['abc'], ['abcd']]), [0, 1, 1, 1]);
});

test('one typed along or accepted does not count', () => {
  assert.deepEqual(counts([['a', 'lpha = 1'], ['al'], ['alpha = 1'], ['alpha = 1;']]), [0, 0, 0, 0]);
});

test('a partly accepted one does not count', () => {
  assert.deepEqual(counts([['a', 'lpha = 1'], ['alpha'], ['alpha;']]), [0, 0, 0]);
});

test('each further one counts', () => {
  assert.deepEqual(counts([['a', 'lpha'], ['ab', 'out'], ['abs']]), [0, 1, 2]);
});

test('deleting does not count, and another line starts at zero', () => {
  const passed = new PassedOver();
  const at = (text: string) => contextOf({ path: 'a.ts', text, offset: text.length });
  passed.countAt(at('ab'));
  passed.show(at('ab'), 'cd');
  assert.equal(passed.countAt(at('a')), 0);
  passed.show(at('a'), 'bc');
  assert.equal(passed.countAt(at('ax')), 1);
  assert.equal(passed.countAt(at('ax\nb')), 0);
});
