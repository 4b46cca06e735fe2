import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extentOf, mapExtentOf } from '../../../extension/client/extent.ts';
import type { BackgroundReading } from '../../../server/protocol/progress.ts';
import type { Status } from '../../../server/protocol/requests.ts';

const index = { files: 3, tokens: 1000, bytes: 4000 };
const statusWith = (tokens: number, state: BackgroundReading['state']) =>
  ({ ...index, background: { state, tokens, tokensTotal: 1000 } }) as Status;

test('the map is asked for again once enough has been read in the background, and once all has', () => {
  const steps = [
    statusWith(0, 'reading'),
    statusWith(940, 'battery'),
    statusWith(950, 'reading'),
    statusWith(990, 'paused'),
    statusWith(1000, 'done'),
  ].map(mapExtentOf);
  assert.equal(new Set(steps).size, 3);
  assert.deepEqual([steps[0], steps[2]], [steps[1], steps[3]]);
  assert.equal(mapExtentOf(index as Status), extentOf(index as Status));
  assert.equal(mapExtentOf(undefined), '');
});
