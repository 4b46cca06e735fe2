import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../../kernels/weights/safetensors.ts';
import type { FloatTensor } from '../../../server/engine/tensor.ts';
import { decodeKeys, decodeSums, encodeLeaf } from '../../../server/model-memory/leaf-codec.ts';
import { decodeSpan, encodeSpan } from '../../../server/model-memory/span-codec.ts';
import { tinyConfig } from '../engine/tiny-model.ts';
import { randomLeaf } from './random-leaf.ts';

/** Every row within a 254th of its largest value. */
function assertRounded(actual: FloatTensor, expected: FloatTensor): void {
  assert.deepEqual(actual.shape, expected.shape);
  const width = expected.shape.at(-1)!;
  for (let row = 0; row < expected.data.length; row += width) {
    const wanted = [...expected.data.subarray(row, row + width)];
    const bound = Math.max(...wanted.map(Math.abs)) / 254 + 1e-7;
    for (const [i, value] of wanted.entries())
      assert.ok(Math.abs(actual.data[row + i]! - value) <= bound * 1.001);
  }
}

test('a leaf round-trips in eight bits', () => {
  for (const [seed, length] of [
    [1, 1],
    [2, 8],
    [3, 5000],
  ] as const) {
    const leaf = randomLeaf(seed, length);
    const { sums, keys } = encodeLeaf(leaf, 'm');
    const decoded = decodeSums(sums, 'm', tinyConfig);
    assert.equal(decoded.length, length);
    for (const part of ['linear', 'delta', 'continuous'] as const) assertRounded(decoded[part], leaf[part]);
    const stored = decodeKeys(keys, 'm', tinyConfig);
    const [heads, count, width] = leaf.strided.keys.shape as [number, number, number];
    assert.deepEqual([stored.stride, stored.count], [leaf.strided.stride, count]);
    for (const part of ['keys', 'values'] as const) {
      const { shape, data } = leaf.strided[part];
      const copied = new Float32Array(data.length);
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < count; i++) stored.copy(part, head, i, copied, (head * count + i) * width);
      assertRounded({ shape, data: copied }, { shape, data });
    }
  }
});

test('a folder’s memory round-trips bit for bit, or not at all', () => {
  const { strided: _, ...span } = randomLeaf(5, 300);
  const bytes = encodeSpan(span);
  // At a non-zero offset in its buffer.
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual(decodeSpan(shifted.subarray(1), tinyConfig), span);
  assert.equal(decodeSpan(bytes.subarray(4), tinyConfig), undefined);
});

const whole = encodeLeaf(randomLeaf(4, 20), 'm');
const sums = readSafetensors(whole.sums);
const keys = readSafetensors(whole.keys);
const sumsWith = (change: Record<string, string>) =>
  writeSafetensors({ ...sums, metadata: { ...sums.metadata, ...change } });

const spoilt: readonly [name: string, bytes: Uint8Array, expected: RegExp][] = [
  ['nothing', new Uint8Array(), /cut short/],
  ['a part', whole.sums.subarray(0, -20), /cut short/],
  ['another version', sumsWith({ leaf: '1' }), /version 1 is not of version 2/],
  ['another model', sumsWith({ model: 'n' }), /model n is not of model m/],
  ['no length', sumsWith({ length: 'x' }), /no length/],
  ['no tensor', writeSafetensors({ ...sums, tensors: new Map() }), /linear of a leaf is \[\]/],
  ['no number', withNaN(), /delta of a leaf contains NaN/],
];

for (const [name, bytes, expected] of spoilt) {
  test(`a leaf with ${name} is refused in words`, () => {
    assert.throws(() => decodeSums(bytes, 'm', tinyConfig), expected);
  });
}

test('rejects keys of another length than the leaf', () => {
  const bytes = writeSafetensors({ ...keys, metadata: { ...keys.metadata, length: '21000' } });
  assert.throws(() => decodeKeys(bytes, 'm', tinyConfig), /keys of a leaf is/);
});

function withNaN(): Uint8Array {
  const scale = sums.tensors.get('delta.scale')!;
  const bytes = Uint8Array.from(scale.bytes);
  new DataView(bytes.buffer).setFloat32(8, Number.NaN, true);
  return writeSafetensors({
    ...sums,
    tensors: new Map(sums.tensors).set('delta.scale', { ...scale, bytes }),
  });
}
