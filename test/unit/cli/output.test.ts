import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine, terminalColumns } from '../../../server/cli/output.ts';
import { bytes, count, duration } from '../../../server/protocol/counted.ts';

test('formats numbers for people', () => {
  assert.deepEqual([0, 999, 9999, 12_345, 1_234_567, 2e9].map(count), [
    '0',
    '999',
    '9,999',
    '12.3k',
    '1.23M',
    '2G',
  ]);
  assert.deepEqual([5, 4096, 12_345, 1_234_567].map(bytes), ['5 B', '4,096 B', '12.3 kB', '1.23 MB']);
  assert.deepEqual([0.04, 12, 300].map(duration), ['0.0 s', '12 s', '5 min']);
});

test('a progress line shows tokens, files, files left out, speed and time left', () => {
  const line = progressLine({ filesRead: 50, filesTotal: 200, tokens: 100_000, skipped: 3 }, 10);
  assert.match(line, /25 %.*100k tokens, 50 of 200 files, 3 skipped, 10k tokens\/s, 30 s left/);
});

test('a progress line before discovery ends does not divide by zero', () => {
  assert.match(progressLine({ filesRead: 0, filesTotal: 0, tokens: 0, skipped: 0 }, 0), /0 %/);
});

test('a terminal that says it has no columns does not cut lines', t => {
  const { stdout } = process;
  const before = Object.getOwnPropertyDescriptor(stdout, 'columns');
  t.after(() => Object.defineProperty(stdout, 'columns', before ?? { value: undefined, configurable: true }));
  for (const [columns, wide] of [
    [0, Number.POSITIVE_INFINITY],
    [undefined, Number.POSITIVE_INFINITY],
    [80, 80],
  ]) {
    Object.defineProperty(stdout, 'columns', { value: columns, configurable: true });
    assert.equal(terminalColumns(), wide);
  }
});
