import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackgroundReading } from '../../../server/protocol/progress.ts';
import { isEnoughRead } from '../../../server/protocol/progress.ts';
import { untilRead } from '../../../server/surprise/method.ts';

const reading: BackgroundReading = {
  state: 'reading',
  files: 3,
  filesTotal: 10,
  tokens: 309,
  tokensTotal: 1000,
  judged: 3,
  interrupted: 0,
  seconds: 1,
};

test('until enough was read, the legend says how much was and what it waits for', () => {
  assert.equal(
    untilRead(reading),
    '30 % of the code has been read in the background so far; the estimate is replaced once 95 % are.',
  );
  assert.match(untilRead({ ...reading, state: 'battery' }), /waits for mains power\.$/);
  const failed = { ...reading, state: 'failed', problem: 'The model cannot run: no memory.' } as const;
  assert.match(untilRead(failed), /reading has failed\. The model cannot run: no memory\.$/);
  assert.match(untilRead({ ...reading, state: 'failed' }), /reading has failed\.$/);
});

test('nothing is not enough', () => {
  assert.deepEqual(
    [0, 949, 950, 1000].map(tokens => isEnoughRead({ tokens, tokensTotal: 1000 })),
    [false, false, true, true],
  );
  assert.equal(isEnoughRead({ tokens: 0, tokensTotal: 0 }), false);
});
