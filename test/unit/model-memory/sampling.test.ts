import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniformStream } from '../../../kernels/tensor.ts';
import { greedy, nucleus, softmax } from '../../../server/model-memory/sampling.ts';

test('greedy takes the most probable token, the lowest id among equals', () => {
  for (const [logits, expected] of [
    [[0, 3, 1], 1],
    [[2, 2], 0],
    [[-5], 0],
    [[-9, -3, -3], 1],
  ] as const)
    assert.equal(greedy(Float32Array.from(logits)), expected);
});

test('probabilities sum to one, even for logits that would overflow', () => {
  for (const logits of [
    [0, 1, 2],
    [1000, 999],
    [-1000, -1001, -5000],
  ]) {
    const sum = softmax(Float32Array.from(logits)).reduce((a, b) => a + b);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }
});

test('samples the nucleus in proportion, and nothing outside it', () => {
  const logits = Float32Array.from([Math.log(0.5), Math.log(0.05), Math.log(0.3), Math.log(0.15)]);
  const draws = (topP: number, temperature = 1): number[] => {
    const choose = nucleus({ topP, temperature, uniform: uniformStream(7) });
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[choose(logits)]!++;
    return counts.map(count => Math.round((count / 4000) * 20) / 20);
  };
  assert.deepEqual(draws(0.5), [1, 0, 0, 0]);
  assert.deepEqual(draws(0.75), [0.65, 0, 0.35, 0]); // 0.5 and 0.3 of 0.8, to a twentieth
  assert.deepEqual(draws(1), [0.5, 0.05, 0.3, 0.15]);
  assert.deepEqual(draws(1, 0.01), [1, 0, 0, 0]);
});

test('rejects options that leave no tokens', () => {
  const uniform = () => 0;
  for (const [temperature, topP] of [
    [0, 1],
    [Number.NaN, 1],
    [1, 0],
    [1, 1.1],
  ] as const)
    assert.throws(() => nucleus({ temperature, topP, uniform }), RangeError);
});
