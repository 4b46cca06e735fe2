import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../../kernels/weights/safetensors.ts';
import { decodeLeaf, encodeLeaf } from '../../../server/memory/leaf.ts';
import { tinyConfig } from '../engine/tiny-model.ts';
import { randomLeaf } from './random-leaf.ts';

test('a leaf comes back as it was', () => {
  for (const [seed, length] of [
    [1, 1],
    [2, 8],
    [3, 5000],
  ] as const) {
    const leaf = randomLeaf(seed, length);
    assert.deepEqual(decodeLeaf(encodeLeaf(leaf, 'm'), 'm', tinyConfig), leaf);
  }
});

const good = readSafetensors(encodeLeaf(randomLeaf(4, 20), 'm'));
const withMetadata = (change: Record<string, string>) =>
  writeSafetensors({ ...good, metadata: { ...good.metadata, ...change } });

const spoilt: readonly [name: string, bytes: Uint8Array, expected: RegExp][] = [
  ['nothing', new Uint8Array(), /cut short/],
  ['a part', writeSafetensors(good).subarray(0, -20), /cut short/],
  ['another version', withMetadata({ leaf: '0' }), /version 0 is not of version 1/],
  ['another model', withMetadata({ model: 'n' }), /model n is not of model m/],
  ['no length', withMetadata({ length: 'x' }), /no length/],
  ['another length', withMetadata({ length: '21000' }), /keys of a leaf is/],
  ['no tensor', writeSafetensors({ ...good, tensors: new Map() }), /linear of a leaf is \[\]/],
  ['no number', withNaN(), /delta of a leaf holds what is not a number/],
];

for (const [name, bytes, expected] of spoilt) {
  test(`a leaf with ${name} is refused in words`, () => {
    assert.throws(() => decodeLeaf(bytes, 'm', tinyConfig), expected);
  });
}

function withNaN(): Uint8Array {
  const delta = good.tensors.get('delta')!;
  const bytes = Uint8Array.from(delta.bytes);
  new DataView(bytes.buffer).setFloat32(8, Number.NaN, true);
  return writeSafetensors({ ...good, tensors: new Map(good.tensors).set('delta', { ...delta, bytes }) });
}
