import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dequantize } from '../../../server/gguf/dequantize.ts';
import { blockShapes, type TensorType } from '../../../server/gguf/tensor-types.ts';

/** Made by the Python package gguf: see gguf-blocks.py beside it. */
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../golden/gguf-blocks.json'), 'utf8'),
) as Record<TensorType, { blocks: string; numbers: string }>;

for (const type of Object.keys(blockShapes) as TensorType[]) {
  test(`${type}: blocks are the numbers that the Python dequantiser makes of them, to the last bit`, () => {
    const expected = Buffer.from(golden[type].numbers, 'base64');
    const numbers = new Float32Array(expected.length / 4);
    dequantize(type, Buffer.from(golden[type].blocks, 'base64'), numbers);
    assert.deepEqual(Buffer.from(numbers.buffer), expected);
  });
}

test('rejects partial blocks', () => {
  assert.throws(() => dequantize('Q4_K', new Uint8Array(143), new Float32Array(256)), RangeError);
  assert.throws(() => dequantize('Q4_K', new Uint8Array(144), new Float32Array(255)), RangeError);
});
