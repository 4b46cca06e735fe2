import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreadText } from '../../../extension/client/unread.ts';

const say = (text: string) => text;

test('that nothing was found is said only of what has been read', () => {
  assert.equal(unreadText({ state: 'ready', files: 3 }, say), undefined);
  assert.equal(unreadText({ state: 'ready', files: 0 }, say), undefined);
  for (const status of [undefined, { state: 'idle', files: 0 }, { state: 'reading', files: 0 }] as const)
    assert.equal(unreadText(status, say), 'The repository has not been read yet.');
  for (const state of ['reading', 'paused', 'failed'] as const)
    assert.match(unreadText({ state, files: 3 }, say)!, /^Only a part/);
});
