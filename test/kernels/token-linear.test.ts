import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthOf } from '../../kernels/onnx/length.ts';
import { tokenPacking } from '../../kernels/onnx/pack.ts';
import {
  quantizeRows,
  rowZeroPoints,
  tokenLinear,
  wideTokenLinear,
} from '../../kernels/onnx/token-linear.ts';
import { concatenateRows, randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, relativeError } from './harness.ts';
import { load, program, type Session } from './providers.ts';

const [inputs, outputs] = [72, 40];
const weight = randomNormal([outputs, inputs], 1, 0.1);
const packer = tokenPacking(outputs, inputs, 'uint8').pack();
packer.add(Float32Array.from(weight.data));
const [levels, scales] = packer.finish();

const session = await open();

test('products equal integer products', async () => {
  const x = randomNormal([9, inputs], 2);
  const { narrow } = await session.run({ x });
  const expected = zeros([9, outputs]);
  for (let t = 0; t < 9; t++) {
    const row = rows(x, t, t + 1).data.map(Math.fround);
    const scale = Math.fround(
      row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * Math.fround(1 / 127),
    );
    for (let n = 0; n < outputs; n++) {
      let sum = 0;
      for (let k = 0; k < inputs; k++)
        sum += Math.round(row[k]! / scale) * (Number(levels![k * outputs + n]) - 128);
      expected.data[t * outputs + n] = sum * scale * Number(scales![n]);
    }
  }
  assertClose(narrow!, expected, 1e-5, 'products');
});

test('a token’s result does not depend on its neighbours', async () => {
  const x = randomNormal([6, inputs], 3);
  const louder = tensor(
    x.shape,
    x.data.map((value, at) => (at < inputs ? value * 1000 : value)),
  );
  const [whole, beside] = [await session.run({ x }), await session.run({ x: louder })];
  for (const form of ['narrow', 'wide'])
    assert.deepEqual(rows(beside[form]!, 1, 6).data, rows(whole[form]!, 1, 6).data);
});

test('a second byte holds the remainder beside an outlier', async () => {
  const x = randomNormal([5, inputs], 4);
  for (let t = 0; t < 5; t++) x.data[t * inputs + 7 * t] = 300;
  const exact = product(x);
  const { narrow, wide } = await session.run({ x });
  // Without the outlier's own share, which is large and correct in both.
  const outlier = product(
    tensor(
      x.shape,
      x.data.map(value => (value === 300 ? value : 0)),
    ),
  );
  const rest = (y: Tensor): Tensor =>
    tensor(
      y.shape,
      y.data.map((value, at) => value - outlier.data[at]!),
    );
  assert.ok(relativeError(rest(narrow!), rest(exact)) > 0.2);
  assert.ok(relativeError(rest(wide!), rest(exact)) < 0.01);
});

test('rows of zeros are zero', async () => {
  const { narrow, wide } = await session.run({
    x: concatenateRows([zeros([1, inputs]), randomNormal([1, inputs], 5)]),
  });
  for (const y of [narrow!, wide!]) assertClose(rows(y, 0, 1), zeros([1, outputs]), 0, 'zeros');
});

async function open(): Promise<Session> {
  const made = program(g => {
    const x = g.input('x', 'float32', ['T', inputs]);
    const zeroPoints = rowZeroPoints(lengthOf(x, 0));
    const w = { weight: g.weight(levels!, [inputs, outputs]), scales: g.weight(scales!, [outputs]) };
    return {
      narrow: tokenLinear(quantizeRows(x, zeroPoints), w),
      wide: wideTokenLinear(x, w, zeroPoints),
    };
  });
  return await load(made, 'cpu');
}

/** With the dequantised weights. */
function product(x: Tensor): Tensor {
  const [length = 0] = x.shape;
  const result = zeros([length, outputs]);
  for (let t = 0; t < length; t++)
    for (let n = 0; n < outputs; n++)
      for (let k = 0; k < inputs; k++)
        result.data[t * outputs + n]! +=
          x.data[t * inputs + k]! * (Number(levels![k * outputs + n]) - 128) * Number(scales![n]);
  return result;
}
