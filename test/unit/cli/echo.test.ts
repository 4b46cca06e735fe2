import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withShortArguments } from '../../../server/cli/echo.ts';

const long = 'some branch '.repeat(100);

test('a message repeats only the start of a long argument, value or part of a list', () => {
  for (const words of [
    ['unusual', '.', '--diff', long],
    ['unusual', '.', `--diff=${long}`],
    ['eval', '.', '--settings', `file,${long},repo`],
  ]) {
    const short = withShortArguments(`git does not know the revision "${long}"`, words);
    assert.match(short, /^git does not know the revision "some branch some branch .*…"$/);
    assert.ok(short.length < 200);
  }
});

test('all else of a message is kept', () => {
  const message = `"map" does not take ${'a '.repeat(400)} $& "--top".`;
  assert.equal(withShortArguments(message, ['map', '.', '--top', long]), message);
  assert.equal(withShortArguments(`not "${'x'.repeat(120)}"`, ['x'.repeat(120)]), `not "${'x'.repeat(120)}"`);
});

test('characters are not cut in half', () => {
  const emoji = `x${'😀'.repeat(100)}`;
  assert.doesNotThrow(() => encodeURIComponent(withShortArguments(`not "${emoji}"`, [emoji])));
});
