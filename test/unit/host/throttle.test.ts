import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { throttle } from '../../../server/host/throttle.ts';

test('acts on the first call at once, on the last after the interval, and on none in between', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const action = mock.fn();
    const call = throttle(action, 100);
    const table: readonly [milliseconds: number, calls: number, acted: number][] = [
      [0, 1, 1],
      [50, 3, 1],
      [50, 0, 2],
      [99, 0, 2],
      [1, 0, 2],
      [1000, 1, 3],
      [100, 0, 3],
    ];
    for (const [milliseconds, calls, acted] of table) {
      mock.timers.tick(milliseconds);
      for (let count = 0; count < calls; count++) call();
      assert.equal(action.mock.callCount(), acted);
    }
  } finally {
    mock.timers.reset();
  }
});
