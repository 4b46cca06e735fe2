import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomNormal, tensor } from '../../../../kernels/tensor.ts';
import { check, checkGraph, checkReference } from '../../../../server/engine/worker/check-graph.ts';
import { productGraph, timeProduct } from '../../../../server/engine/worker/product.ts';
import { type GraphSession, loadRuntime } from '../../../../server/engine/worker/session.ts';

/** A device that computes the reference and then corrupts it. */
function device(spoil: (y: Float32Array) => Float32Array): GraphSession {
  return {
    async run({ x }) {
      assert.ok(x?.data instanceof Float32Array);
      const y = checkReference(tensor(x.shape, x.data));
      return { y: { shape: y.shape, data: spoil(Float32Array.from(y.data)) } };
    },
    release: async () => {},
  };
}

test('onnxruntime on the CPU agrees with the float64 reference', async () => {
  const runtime = await loadRuntime();
  const session = await runtime.open(checkGraph(), 'cpu');
  for (const seed of [1, 2, 3]) {
    const { right, error } = await check(session, seed);
    assert.ok(right, `wrong by ${error}`);
    // A zero error would mean that the reference was compared with itself.
    assert.ok(error > 0);
  }
  await session.release();
});

const spoilt: readonly [name: string, spoil: (y: Float32Array) => Float32Array, right: boolean][] = [
  ['right', y => y, true],
  ['off by a thousandth of the largest value', y => y.with(5, y[5]! + 0.01), false],
  ['not a number', y => y.with(0, Number.NaN), false],
  ['all zero', y => y.fill(0), false],
  ['too short', y => y.subarray(1), false],
];

test('detects a device that computes wrongly', async () => {
  for (const [name, spoil, right] of spoilt) {
    assert.equal((await check(device(spoil), 1)).right, right, name);
  }
});

test('in the reference, a row that attends only to itself is x + v·Wo', () => {
  const x = randomNormal([1, 64], 9);
  const twice = tensor([2, 64], [...x.data, ...x.data]);
  const alone = checkReference(x).data;
  const both = checkReference(twice).data;
  // Attending to two equal rows is attending to one.
  for (let i = 0; i < 64; i++) assert.ok(Math.abs(both[i]! - alone[i]!) < 1e-12);
});

test('a timed product can be stopped between runs', async () => {
  const runtime = await loadRuntime();
  const session = await runtime.open(productGraph(64), 'cpu');
  const parameters = { rows: 8, width: 64, repeats: 5 };
  let pauses = 0;
  const { gigaflops, milliseconds } = await timeProduct(session, parameters, async () => {
    pauses += 1;
  });
  assert.equal(pauses, 5);
  assert.ok(Math.abs(gigaflops * milliseconds * 1e6 - 2 * 8 * 64 * 64) < 1e-3);
  const end = async () => {
    throw new Error('enough');
  };
  await assert.rejects(timeProduct(session, parameters, end), /enough/);
  await session.release();
});
