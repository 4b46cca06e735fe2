import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, noSurprise, peakOf } from '../../../server/surprise/by-line.ts';

test('pieces are joined within the line in which one ends', () => {
  const first = { bits: 6, bytes: 3, lines: [1, 5] };
  const then = { bits: 9, bytes: 4, lines: [2, 0, 7] };
  assert.deepEqual(joined(first, then), { bits: 15, bytes: 7, lines: [1, 7, 0, 7] });
  assert.deepEqual(joined(noSurprise, first), first);
});

test('the peak is where five lines that count together surprise most, the first of several', () => {
  const all = Array.from({ length: 13 }, () => true);
  assert.equal(peakOf([0, 0, 0, 9, 0, 0, 0, 0, 0, 0], all), 1);
  assert.equal(peakOf([9, 0, 0, 0, 0, 0, 4, 4, 4, 0, 0, 0, 0], all), 5);
  assert.equal(peakOf([3, 8], all), 1);
  assert.equal(peakOf([0], all), 1);
  const few = [1, 9, 9, 2, 1, 0, 8].map(bits => bits !== 9);
  assert.equal(peakOf([1, 9, 9, 2, 1, 0, 8], few), 4);
});
