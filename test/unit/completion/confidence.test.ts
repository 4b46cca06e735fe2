import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrated } from '../../../server/completion/confidence.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a calibrated share is a probability', () => {
  fc.assert(
    fc.property(share, one => {
      const is = calibrated(one);
      assert.ok(is >= 0 && is < 1, `${is}`);
    }),
  );
});

test('calibration changes no order', () => {
  fc.assert(
    fc.property(share, share, (a, b) => {
      if (a < b) assert.ok(calibrated(a) <= calibrated(b));
    }),
  );
});

test('calibration keeps low shares low and high shares high', () => {
  assert.equal(calibrated(0), 0);
  assert.ok(calibrated(1) > 0.95);
});
