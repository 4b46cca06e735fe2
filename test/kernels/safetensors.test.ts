import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  readSafetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from '../../kernels/weights/safetensors.ts';

const tensor = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    fc.constantFrom('F32' as const, 'F16' as const, 'BF16' as const, 'U8' as const),
  )
  .chain(([shape, type]) => {
    const bytes = shape.reduce((product, size) => product * size, { F32: 4, F16: 2, BF16: 2, U8: 1 }[type]);
    return fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((data): StoredTensor => ({ type, shape, bytes: data }));
  });
const file = fc.record({
  tensors: fc
    .dictionary(
      fc
        .string({ minLength: 1, unit: 'grapheme' })
        .filter(name => name !== '__metadata__' && name !== '__proto__' && !/^\d+$/.test(name)),
      tensor,
    )
    .map(entries => new Map(Object.entries(entries))),
  metadata: fc
    .dictionary(
      fc.string().filter(name => name !== '__proto__'),
      fc.string({ unit: 'grapheme' }),
    )
    .map(entries => ({ ...entries })),
});

test('round trip', () => {
  fc.assert(
    fc.property(file, ({ tensors, metadata }) => {
      const read = readSafetensors(writeSafetensors({ tensors, metadata }));
      assert.deepEqual([...read.tensors.keys()], [...tensors.keys()]);
      for (const [name, { type, shape, bytes }] of tensors) {
        const back = read.tensors.get(name)!;
        assert.equal(back.type, type);
        assert.deepEqual(back.shape, shape);
        assert.deepEqual([...back.bytes], [...bytes]);
      }
      assert.deepEqual({ ...read.metadata }, { ...metadata });
    }),
    { numRuns: 60 },
  );
});

test('rejects a file truncated anywhere', () => {
  const whole = writeSafetensors({
    tensors: new Map([['weight', { type: 'F32', shape: [2, 3], bytes: new Uint8Array(24) }]]),
    metadata: { model: 'nano' },
  });
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => readSafetensors(whole.subarray(0, length)), RangeError);
});

test('names the tensor whose shape does not fit its bytes', () => {
  assert.throws(
    () =>
      writeSafetensors({
        tensors: new Map([['a.b', { type: 'F16', shape: [3], bytes: new Uint8Array(4) }]]),
        metadata: {},
      }),
    /a\.b.*\[3\].*6 bytes, not 4/,
  );
});

test('converts halves to their float values', () => {
  const bits: readonly [number, number][] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x3555, 0.333251953125],
    [0x7c00, Number.POSITIVE_INFINITY],
  ];
  const bytes = new Uint8Array(new Uint16Array(bits.map(([half]) => half)).buffer);
  assert.deepEqual(
    [...toFloat32({ type: 'F16', shape: [bits.length], bytes })],
    bits.map(([, value]) => value),
  );
  const brain = new Uint8Array(new Uint16Array([0x3f80, 0xc040]).buffer);
  assert.deepEqual([...toFloat32({ type: 'BF16', shape: [2], bytes: brain })], [1, -3]);
});
