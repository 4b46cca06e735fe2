import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chooseFactors, type MonarchFactors, transformLength } from '../../kernels/monarch/factors.ts';
import { monarchBlockGraph, monarchConvolutionGraph } from '../../kernels/monarch/graph.ts';
import { fourier } from '../../kernels/monarch/spectrum.ts';
import { initialShortConvolutionState, shortConvolution } from '../../kernels/short-convolution/reference.ts';
import { concatenateRows, randomNormal, rows, type Tensor, tensor } from '../../kernels/tensor.ts';
import { assertClose, float32Tolerance } from './harness.ts';
import { load, program, webgpu } from './providers.ts';

const channels = 3;
const factorings: readonly MonarchFactors[] = [
  [2, 2, 1],
  [8, 4, 1],
  [4, 16, 1],
  [8, 4, 4],
  [16, 8, 2],
  [2, 4, 8],
];

/** Σ_j h_j x_{t − j}, term by term. */
function direct(x: Tensor, taps: Tensor): Tensor {
  const width = taps.shape[0]!;
  const newestLast = concatenateRows(
    Array.from({ length: width }, (_, j) => rows(taps, width - 1 - j, width - j)),
  );
  return shortConvolution(x, { kernel: newestLast }, initialShortConvolutionState(width, channels)).output;
}

describe('Monarch convolution', () => {
  for (const factors of factorings) {
    const half = transformLength(factors) / 2;

    test(`factors ${factors.join(' × ')}: equals the direct convolution at any length and any width`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: half }),
          fc.integer({ min: 2, max: half }),
          fc.integer({ min: 1, max: 1e6 }),
          async (length, width, seed) => {
            const taps = randomNormal([width, channels], seed);
            const x = randomNormal([length, channels], seed + 1);
            const session = await load(
              program(g => ({
                y: monarchConvolutionGraph(g, g.input('x', 'float32', ['T', channels]), taps, factors),
              })),
              'cpu',
            );
            const { y } = await session.run({ x });
            assertClose(y!, direct(x, taps), float32Tolerance, 'y');
          },
        ),
        { numRuns: 5 },
      );
    });

    test(`factors ${factors.join(' × ')}: overlapping blocks continue a longer sequence`, async () => {
      const taps = randomNormal([half + 1, channels], 3);
      const x = randomNormal([3 * half, channels], 4);
      const session = await load(
        program(g => ({
          y: monarchBlockGraph(g, g.input('x', 'float32', ['B', 2 * half, channels]), taps, factors),
        })),
        'cpu',
      );
      const blocks = concatenateRows([rows(x, 0, 2 * half), rows(x, half, 3 * half)]);
      const { y } = await session.run({ x: tensor([2, 2 * half, channels], blocks.data) });
      const expected = rows(direct(x, taps), half, 3 * half);
      assertClose(tensor(expected.shape, y!.data), expected, float32Tolerance, 'y');
    });
  }

  test('a later change affects earlier outputs only by rounding', async () => {
    const factors: MonarchFactors = [16, 8, 4];
    const taps = randomNormal([200, channels], 5);
    const [x, other] = [randomNormal([256, channels], 6), randomNormal([256, channels], 7)];
    const session = await load(
      program(g => ({
        y: monarchConvolutionGraph(g, g.input('x', 'float32', ['T', channels]), taps, factors),
      })),
      'cpu',
    );
    const before = await session.run({ x });
    const after = await session.run({ x: concatenateRows([rows(x, 0, 100), rows(other, 100, 256)]) });
    assertClose(rows(after.y!, 0, 100), rows(before.y!, 0, 100), 1e-5, 'y before the change');
  });

  test('WebGPU gives the same result', async t => {
    const missing = await webgpu();
    if (typeof missing === 'string') {
      t.diagnostic(`WEBGPU SKIPPED: ${missing}`);
      return;
    }
    const factors: MonarchFactors = [8, 4, 4];
    const taps = randomNormal([60, channels], 8);
    const x = randomNormal([64, channels], 9);
    const session = await load(
      program(g => ({
        y: monarchConvolutionGraph(g, g.input('x', 'float32', ['T', channels]), taps, factors),
      })),
      'webgpu',
    );
    const { y } = await session.run({ x });
    assertClose(y!, direct(x, taps), float32Tolerance, 'y');
    t.diagnostic(`ran on ${Object.keys(await session.placement()).join(' and ')}`);
  });

  test('rejects too many taps, an odd first factor and a length that is not a power of two', () => {
    const build = (width: number, factors: MonarchFactors) => () =>
      program(g => ({
        y: monarchConvolutionGraph(
          g,
          g.input('x', 'float32', ['T', 2]),
          randomNormal([width, 2], 1),
          factors,
        ),
      }));
    assert.throws(build(17, [8, 4, 1]), /17 taps are more than 16/);
    assert.throws(build(4, [3, 4, 1]), /the first factor, 3, is odd/);
    assert.throws(() => chooseFactors(48), /48 is not a power of two/);
  });
});

test('chosen factors multiply to the length', () => {
  for (let bits = 2; bits <= 22; bits++) assert.equal(transformLength(chooseFactors(2 ** bits)), 2 ** bits);
});

test('the Fourier transform equals its definition', () => {
  const [re, im] = [randomNormal([16], 1).data.slice(), randomNormal([16], 2).data.slice()];
  const expected = Array.from({ length: 16 }, (_, k) => {
    let [sumRe, sumIm] = [0, 0];
    for (let j = 0; j < 16; j++) {
      const angle = (-2 * Math.PI * j * k) / 16;
      sumRe += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      sumIm += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
    return [sumRe, sumIm] as const;
  });
  fourier(re, im);
  for (const [k, [sumRe, sumIm]] of expected.entries()) {
    assert.ok(Math.abs(re[k]! - sumRe) < 1e-12 && Math.abs(im[k]! - sumIm) < 1e-12);
  }
});
