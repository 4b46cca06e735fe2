import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addDimensions,
  type Dimension,
  divideDimensions,
  divideRoundingUp,
  formatDimension,
  multiplyDimensions,
  sameDimension,
  subtractDimensions,
  symbol,
} from '../../kernels/onnx/dimension.ts';
import { add, lessOrEqual, mul, where } from '../../kernels/onnx/elementwise.ts';
import { GraphBuilder, type Value } from '../../kernels/onnx/graph-builder.ts';
import { concat, gather, reshape, slice, split, transpose } from '../../kernels/onnx/layout.ts';
import { lengthOf, padTo, pieces, range, takeFirst, times } from '../../kernels/onnx/length.ts';
import { linear } from '../../kernels/onnx/linear.ts';
import { conv1d, matmul } from '../../kernels/onnx/matmul.ts';
import {
  dequantizeBlocks,
  dequantizeUint8,
  quantizeBlocks,
  quantizeUint8,
} from '../../kernels/onnx/quantize.ts';
import { randomNormal, tensor } from '../../kernels/tensor.ts';
import { assertClose, relativeError } from './harness.ts';
import { runGraph } from './providers.ts';

describe('dimensions', () => {
  const T = symbol('T');
  const polynomial = fc
    .tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }), fc.integer({ min: -9, max: 9 }))
    .map(([a, b, c]) =>
      addDimensions(addDimensions(multiplyDimensions(T, a), multiplyDimensions(symbol('S'), b)), c),
    );

  test('form a commutative ring with a canonical form', () => {
    fc.assert(
      fc.property(polynomial, polynomial, polynomial, (a, b, c) => {
        const same = (x: Dimension, y: Dimension) => assert.equal(formatDimension(x), formatDimension(y));
        same(addDimensions(a, b), addDimensions(b, a));
        same(multiplyDimensions(a, b), multiplyDimensions(b, a));
        same(
          multiplyDimensions(a, addDimensions(b, c)),
          addDimensions(multiplyDimensions(a, b), multiplyDimensions(a, c)),
        );
        same(subtractDimensions(addDimensions(a, b), b), a);
      }),
    );
  });

  const written: readonly [Dimension, string][] = [
    [addDimensions(T, 3), 'T + 3'],
    [subtractDimensions(T, 1), 'T − 1'],
    [multiplyDimensions(T, 64), '64·T'],
    [divideRoundingUp(T, 64), '⌈T/64⌉'],
    [divideRoundingUp(addDimensions(T, 1), 64), '⌈(T + 1)/64⌉'],
    [divideRoundingUp(multiplyDimensions(T, 64), 64), 'T'],
    [subtractDimensions(T, T), '0'],
    [multiplyDimensions(T, T), 'T·T'],
  ];
  for (const [dimension, text] of written) {
    test(`${text}`, () => assert.equal(formatDimension(dimension), text));
  }

  test('divide only if the quotient is a polynomial', () => {
    const product = multiplyDimensions(T, 12);
    assert.ok(sameDimension(divideDimensions(product, multiplyDimensions(T, 4))!, 3));
    assert.equal(divideDimensions(product, 5), undefined);
    assert.equal(divideDimensions(addDimensions(T, 1), T), undefined);
  });
});

describe('a wrong shape fails while building, and says where', () => {
  const wrong: readonly [string, (x: Value, y: Value, g: GraphBuilder) => unknown, RegExp][] = [
    ['MatMul', (x, y) => matmul(x, y), /^RangeError: MatMul: \[T, 4\] × \[T, 6\] do not fit$/],
    ['Add', (x, y) => add(x, y), /^RangeError: Add: \[T, 4\] and \[T, 6\] do not broadcast$/],
    [
      'Concat',
      (x, y) => concat([x, y], 0),
      /^RangeError: Concat: float32 \[T, 4\], float32 \[T, 6\] along axis 0$/,
    ],
    ['Reshape', x => reshape(x, [3, -1]), /^RangeError: Reshape: \[T, 4\] to \[3, -1\]: the sizes differ$/],
    ['Slice', x => slice(x, 1, 0, 5), /^RangeError: Slice: 0 to 5 of axis 1 of \[T, 4\]$/],
    [
      'Slice of what may be too short',
      x => slice(x, 0, -3),
      /^RangeError: Slice: -3 to the end of axis 0 of \[T, 4\]$/,
    ],
    ['Split', x => split(x, [1, 2], 1), /^RangeError: Split: axis 1 of \[T, 4\] into \[1, 2\]$/],
    ['Transpose', x => transpose(x, [0, 0]), /^RangeError: Transpose: \[T, 4\] by \[0, 0\]$/],
    ['Conv', x => conv1d(x, x), /^RangeError: Conv: \[T, 4\] by \[T, 4\] in 1 groups do not fit$/],
    [
      'linear',
      x => linear(x, quantizeUint8(new Float32Array(15), 5, 3)),
      /^RangeError: linear \(uint8\): \[T, 4\] × \[5, 3\] do not fit$/,
    ],
    ['mixed types', (x, _, g) => add(x, g.constant('int64', [1])), /^TypeError: Add: float32 beside int64$/],
    [
      'a condition that is none',
      x => where(x, x, 0),
      /^TypeError: Where: the condition is float32, not bool$/,
    ],
    ['an index that is none', x => gather(x, x), /^TypeError: Gather: indices are float32$/],
    [
      'a value of another graph',
      x => mul(x, new GraphBuilder().input('z', 'float32', ['T', 4])),
      /^Error: Mul: z belongs to another graph$/,
    ],
    ['an initialiser', (_, __, g) => g.constant('float32', [1, 2], [3]), /does not hold 2 elements$/],
    [
      'two inputs of one name',
      (_, __, g) => g.input('x', 'float32', []),
      /^Error: the graph has two values named x$/,
    ],
  ];
  for (const [name, build, message] of wrong) {
    test(name, () => {
      const g = new GraphBuilder();
      const [x, y] = [g.input('x', 'float32', ['T', 4]), g.input('y', 'float32', ['T', 6])];
      assert.throws(() => build(x, y, g), message);
    });
  }
});

describe('graphs', () => {
  test('pads run-time lengths to a multiple, cuts them into pieces, and back', async () => {
    for (const length of [1, 4, 7]) {
      const x = randomNormal([length, 2], length);
      const { back, sums, positions } = await runGraph(
        g => {
          const input = g.input('x', 'float32', ['T', 2]);
          const T = lengthOf(input, 0);
          const count = pieces(T, 4);
          const padded = padTo(input, 0, times(count, 4));
          const cut = reshape(padded, [count.dimension, 4, 2]);
          assert.equal(formatDimension(padded.shape[0]!), '4·⌈T/4⌉');
          return {
            back: takeFirst(reshape(cut, padded.shape), 0, T),
            sums: matmul(g.constant('float32', [1, 1, 1, 1], [1, 4]), cut),
            positions: range(T),
          };
        },
        { x },
      );
      assert.deepEqual(back, { shape: [length, 2], data: Float64Array.from(Float32Array.from(x.data)) });
      assert.deepEqual(sums!.shape, [Math.ceil(length / 4), 1, 2]);
      assert.deepEqual(
        [...positions!.data],
        Array.from({ length }, (_, index) => index),
      );
    }
  });

  test('weights stay in their buffer: views share it, and one array is one initialiser', () => {
    const buffer = new ArrayBuffer(64 * 1024);
    const [a, b] = [new Float32Array(buffer, 0, 4096), new Float32Array(buffer, 32 * 1024, 4096)];
    const g = new GraphBuilder();
    assert.equal(g.weight(a, [64, 64]), g.weight(a, [64, 64]));
    g.output('y', matmul(g.weight(a, [64, 64]), g.weight(b, [64, 64])));
    const { bytes, externalData } = g.build();
    assert.ok(bytes.length < 1024, `the model has ${bytes.length} bytes`);
    assert.equal(externalData.length, 1);
    assert.equal(externalData[0]!.data.buffer, buffer);
  });

  test('a choice runs one branch, with values from before it and constants of its own', async () => {
    for (const [length, expected] of [
      [1, [10]],
      [3, [4, 5, 6]],
    ] as const) {
      const { y } = await runGraph(
        g => {
          const x = g.input('x', 'float32', ['T']);
          const three = g.scalar('float32', 3);
          const [y] = g.choose(
            lessOrEqual(lengthOf(x, 0).value, 1),
            [{ type: 'float32', shape: x.shape }],
            () => [mul(add(x, 9), 1)],
            () => [add(x, three)],
          );
          return { y: y! };
        },
        {
          x: tensor(
            [length],
            Array.from({ length }, (_, i) => i + 1),
          ),
        },
      );
      assert.deepEqual(Array.from(y!.data), expected);
    }
  });

  test('the same constant is stored once', () => {
    const g = new GraphBuilder();
    assert.equal(g.constant('int64', [1, 2]), g.constant('int64', [1, 2]));
    assert.notEqual(g.constant('int64', [1, 2]), g.constant('int32', [1, 2]));
    assert.notEqual(g.constant('int64', [1, 2]), g.constant('int64', [1, 2], [2, 1]));
  });
});

describe('linear layers', () => {
  const [inputs, outputs, length] = [96, 40, 9];
  const weight = Float32Array.from(randomNormal([inputs, outputs], 1, 0.1).data);
  const x = randomNormal([length, inputs], 2);
  const product = (weights: Float32Array) =>
    runGraph(
      g => ({ y: linear(g.input('x', 'float32', ['T', inputs]), g.weight(weights, [inputs, outputs])) }),
      { x },
    );

  test('quantised weights are within half a step of the weights', () => {
    const uint8 = quantizeUint8(weight, inputs, outputs);
    const restored = dequantizeUint8(uint8);
    for (const [index, value] of weight.entries()) {
      assert.ok(Math.abs(value - restored[index]!) <= uint8.scales[index % outputs]! * 0.5001);
    }
    for (const bits of [4, 8] as const) {
      const blocks = quantizeBlocks(weight, inputs, outputs, bits);
      const back = dequantizeBlocks(blocks);
      const largestStep = Math.max(...blocks.scales);
      for (const [index, value] of weight.entries()) {
        assert.ok(Math.abs(value - back[index]!) <= largestStep * 0.5001, `${bits} bits at ${index}`);
      }
    }
  });

  test('handles zero weights and a partial last block', () => {
    const odd = new Float32Array(40 * 3);
    assert.deepEqual(dequantizeUint8(quantizeUint8(odd, 40, 3)), odd);
    assert.deepEqual(dequantizeBlocks(quantizeBlocks(odd, 40, 3, 4)), odd);
  });

  const lowerings = [
    {
      name: 'uint8',
      weights: quantizeUint8(weight, inputs, outputs),
      restore: dequantizeUint8,
      within: 0.01,
    },
    {
      name: '8 bit blocks',
      weights: quantizeBlocks(weight, inputs, outputs, 8),
      restore: dequantizeBlocks,
      within: 0.01,
    },
    {
      name: '4 bit blocks',
      weights: quantizeBlocks(weight, inputs, outputs, 4),
      restore: dequantizeBlocks,
      within: 0.1,
    },
  ] as const;
  for (const { name, weights, restore, within } of lowerings) {
    test(`${name}: computes the product of its quantised weights, close to float32`, async t => {
      const quantized = await runGraph(
        g => ({ y: linear(g.input('x', 'float32', ['T', inputs]), weights) }),
        { x },
      );
      const restored = await product((restore as (w: typeof weights) => Float32Array)(weights));
      const exact = await product(weight);
      // The remaining error comes from quantising x.
      assert.ok(relativeError(quantized.y!, restored.y!) < 0.01);
      const error = relativeError(quantized.y!, exact.y!);
      t.diagnostic(`relative error of ${name} against float32: ${error.toExponential(1)}`);
      assert.ok(error < within, `${error}`);
    });
  }

  test('unsigned weights do not saturate: extremes multiply exactly', async () => {
    const extreme = new Float32Array(64 * 8).fill(1);
    const ones = tensor([2, 64], new Float64Array(128).fill(1));
    const { y } = await runGraph(
      g => ({ y: linear(g.input('x', 'float32', ['T', 64]), quantizeUint8(extreme, 64, 8)) }),
      { x: ones },
    );
    assertClose(y!, tensor([2, 8], new Float64Array(16).fill(64)), 1e-5, 'product');
  });
});
