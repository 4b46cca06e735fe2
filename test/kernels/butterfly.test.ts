import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { butterflyGraph } from '../../kernels/monarch/butterfly-graph.ts';
import { chooseFactors } from '../../kernels/monarch/factors.ts';
import { monarchConvolutionGraph } from '../../kernels/monarch/graph.ts';
import { learnButterfly } from '../../kernels/monarch/learn.ts';
import {
  type Butterfly,
  butterfly,
  type Complex,
  fourierButterfly,
  monarchConvolution,
  randomButterfly,
} from '../../kernels/monarch/reference.ts';
import { fourier } from '../../kernels/monarch/spectrum.ts';
import { randomNormal, sizeOf, type Tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, float32Tolerance, float64Tolerance } from './harness.ts';
import { runGraph } from './providers.ts';

const factorings = [[16], [4, 4], [2, 2, 2, 2], [8, 4, 4], [2, 3, 5], [2, 2, 2, 2, 2, 2, 2, 2]] as const;
const noise = (N: number, columns: number, seed: number): Complex => ({
  re: randomNormal([N, columns], seed),
  im: randomNormal([N, columns], seed + 1),
});

/** exp(−2πi jk/N), times `scale`. */
function fourierMatrix(N: number, scale = 1): Complex {
  const [re, im] = [zeros([N, N]), zeros([N, N])];
  for (let k = 0; k < N; k++) {
    for (let j = 0; j < N; j++) {
      const angle = (-2 * Math.PI * ((j * k) % N)) / N;
      re.data[k * N + j] = scale * Math.cos(angle);
      im.data[k * N + j] = scale * Math.sin(angle);
    }
  }
  return { re, im };
}

/** Σ_j M_kj x_j, term by term. */
function applied(M: Complex, x: Complex): Complex {
  const [N, columns] = [x.re.shape[0]!, x.re.shape[1]!];
  const y = { re: zeros([N, columns]), im: zeros([N, columns]) };
  for (let k = 0; k < N; k++) {
    for (let j = 0; j < N; j++) {
      const [re, im] = [M.re.data[k * N + j]!, M.im.data[k * N + j]!];
      for (let c = 0; c < columns; c++) {
        const [xr, xi] = [x.re.data[j * columns + c]!, x.im.data[j * columns + c]!];
        y.re.data[k * columns + c]! += re * xr - im * xi;
        y.im.data[k * columns + c]! += re * xi + im * xr;
      }
    }
  }
  return y;
}

function assertBothClose(actual: Complex, expected: Complex, tolerance: number): void {
  assertClose(actual.re, expected.re, tolerance, 'the real part');
  assertClose(actual.im, expected.im, tolerance, 'the imaginary part');
}

describe('the butterfly that is the Fourier transform', () => {
  for (const radices of factorings) {
    test(`radices ${radices.join(' × ')}: equals the definition`, () => {
      const N = sizeOf(radices);
      const x = noise(N, 3, 1);
      assertBothClose(
        butterfly(x, fourierButterfly(radices)),
        applied(fourierMatrix(N), x),
        float64Tolerance,
      );
    });
  }

  test('equals the Cooley–Tukey transform at 4,096 points', () => {
    const x = noise(4096, 1, 3);
    const [re, im] = [x.re.data.slice(), x.im.data.slice()];
    fourier(re, im);
    const expected = { re: { shape: [4096, 1], data: re }, im: { shape: [4096, 1], data: im } };
    assertBothClose(butterfly(x, fourierButterfly([16, 16, 16])), expected, float64Tolerance);
  });
});

test('the Monarch convolution equals the direct one in float64, and its graph equals it in float32', async () => {
  const [length, width, d] = [100, 77, 2];
  const [x, taps] = [randomNormal([length, d], 5), randomNormal([width, d], 6)];
  const direct = zeros([length, d]);
  for (let t = 0; t < length; t++) {
    for (let j = 0; j <= Math.min(t, width - 1); j++) {
      for (let c = 0; c < d; c++) direct.data[t * d + c]! += taps.data[j * d + c]! * x.data[(t - j) * d + c]!;
    }
  }
  for (const factors of [[16, 16, 1], [8, 8, 4], chooseFactors(256)] as const) {
    const y = monarchConvolution(x, taps, factors);
    assertClose(y, direct, float64Tolerance, `y by ${factors.join(' × ')}`);
    const { out } = await runGraph(
      g => ({ out: monarchConvolutionGraph(g, g.input('x', 'float32', ['T', d]), taps, factors) }),
      { x },
    );
    assertClose(out!, y, float32Tolerance, 'y of the graph');
  }
  assert.throws(() => monarchConvolution(x, taps, [8, 8, 1]), /100 tokens and 77 taps are more than 32/);
});

describe('the learned butterfly', () => {
  test('recovers the Fourier transform from random entries, at every radix', () => {
    for (const radices of [
      [4, 4],
      [2, 2, 2, 2],
      [4, 4, 2],
      [2, 2, 2, 2, 2],
    ]) {
      const N = sizeOf(radices);
      const F = fourierMatrix(N, 1 / Math.sqrt(N));
      for (const seed of [1, 2]) {
        const { butterfly: learned, errors } = learnButterfly(F, randomButterfly(radices, 10 * seed), 20);
        assert.ok(errors[0]! > 0.5, 'it started elsewhere');
        const x = noise(N, 2, seed);
        assertBothClose(butterfly(x, learned), applied(F, x), float64Tolerance);
      }
    }
  });

  test('recovers any butterfly, and reports the error for other maps', () => {
    const radices = [2, 4, 2];
    const hidden = randomButterfly(radices, 50);
    const identity = { re: zeros([16, 16]), im: zeros([16, 16]) };
    for (let i = 0; i < 16; i++) identity.re.data[i * 17] = 1;
    const M = butterfly(identity, hidden);
    assert.ok(learnButterfly(M, randomButterfly(radices, 60), 20).errors.at(-1)! < 1e-9);
    // A random matrix has 256 free entries, such a butterfly at most 128.
    const { errors } = learnButterfly(noise(16, 16, 70), randomButterfly(radices, 80), 20);
    assert.ok(errors.at(-1)! > 0.2 && errors.at(-1)! < errors[1]! + 1e-9, errors.join(' '));
    for (const [i, error] of errors.entries()) assert.ok(i === 0 || error <= errors[i - 1]! + 1e-12);
  });

  test('its graph gives the same result', async () => {
    for (const layer of [randomButterfly([4, 2, 3], 7), fourierButterfly([8, 8])] satisfies Butterfly[]) {
      const N = sizeOf(layer.radices);
      const x = noise(N, 5, 8);
      const found = await runGraph(
        g =>
          butterflyGraph(
            g,
            { re: g.input('xr', 'float32', [N, 5]), im: g.input('xi', 'float32', [N, 5]) },
            layer,
          ),
        { xr: x.re, xi: x.im },
      );
      assertBothClose(found as { re: Tensor; im: Tensor }, butterfly(x, layer), float32Tolerance);
    }
  });
});
