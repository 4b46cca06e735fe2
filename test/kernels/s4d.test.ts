import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  applyDiagonalSsm,
  composeDiagonalSsm,
  type DiagonalSsmSpan,
  diagonalSsmSpan,
  emptyDiagonalSsmSpan,
} from '../../kernels/diagonal-ssm/merge.ts';
import {
  diagonalSsm,
  impulseResponse,
  initialDiagonalSsmState,
} from '../../kernels/diagonal-ssm/reference.ts';
import { blockLength } from '../../kernels/diagonal-ssm/tables.ts';
import { s4dGraph, s4dStepGraph } from '../../kernels/s4d/graph.ts';
import { discretise, initialS4dParameters, initialS4dState, s4d } from '../../kernels/s4d/reference.ts';
import { randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float64Tolerance } from './harness.ts';
import { runGraph } from './providers.ts';

const [width, stateSize] = [5, 16];
const parameters = initialS4dParameters(width, stateSize, 1);

checkForms({
  name: 'S4D',
  inputs: { u: [width] },
  parameters: {},
  initialState: () => initialS4dState(width, stateSize),
  reference: ({ u }, _, state) => s4d(u!, parameters, state),
  graph: (g, { u }, _, state) => s4dGraph(g, u!, parameters, state),
  step: (g, { u }, _, state) => s4dStepGraph(g, u!, parameters, state),
  longest: 150,
  exactAt: ['zeros', 'all equal', 'near-parallel', 'spikes'],
});

// Poles that decay within a token need short blocks, or rewinding the state would overflow.
const fast = {
  ...initialS4dParameters(width, stateSize, 2),
  logDecay: tensor(
    [width, 8],
    Float64Array.from({ length: width * 8 }, (_, i) => 1 + 0.08 * i),
  ),
};
checkForms({
  name: 'S4D with fast decays',
  inputs: { u: [width] },
  parameters: {},
  initialState: () => initialS4dState(width, stateSize),
  reference: ({ u }, _, state) => s4d(u!, fast, state),
  graph: (g, { u }, _, state) => s4dGraph(g, u!, fast, state, 64),
  longest: 60,
});

for (const [name, frequencies, by] of [
  ['S4D-Inv', 'inv', 'zero-order hold'],
  ['S4D-Lin, bilinear', 'lin', 'bilinear'],
  ['S4D-Inv, bilinear', 'inv', 'bilinear'],
] as const) {
  const given = initialS4dParameters(width, stateSize, 3, frequencies);
  checkForms({
    name,
    inputs: { u: [width] },
    parameters: {},
    initialState: () => initialS4dState(width, stateSize),
    reference: ({ u }, _, state) => s4d(u!, given, state, by),
    graph: (g, { u }, _, state) => s4dGraph(g, u!, given, state, undefined, by),
    step: (g, { u }, _, state) => s4dStepGraph(g, u!, given, state, by),
    longest: 80,
  });

  test(`${name}: the same as the real system of twice the size, stepped by dense matrices`, () => {
    const T = 30;
    const u = randomNormal([T, width], 4);
    const { output } = s4d(u, given, initialS4dState(width, stateSize), by);
    for (let c = 0; c < width; c++) {
      const step = Math.exp(given.logStep.data[c]!);
      const expected = new Float64Array(T);
      for (let n = 0; n < stateSize / 2; n++) {
        const re = -Math.exp(given.logDecay.data[(c * stateSize) / 2 + n]!);
        const im = given.frequency.data[(c * stateSize) / 2 + n]!;
        // x' = [re −im; im re] x + [1; 0] u, and one more row for the held input.
        const M = [re, -im, 1, im, re, 0, 0, 0, 0].map(entry => entry * step);
        const [A, B] = by === 'bilinear' ? tustin(M) : held(M);
        const C = [
          2 * given.output.data[c * stateSize + n]!,
          -2 * given.output.data[c * stateSize + stateSize / 2 + n]!,
        ];
        let x = [0, 0];
        for (let t = 0; t < T; t++) {
          const input = u.data[t * width + c]!;
          x = [0, 1].map(row => A[row]![0]! * x[0]! + A[row]![1]! * x[1]! + B[row]! * input);
          expected[t]! += C[0]! * x[0]! + C[1]! * x[1]!;
        }
      }
      for (let t = 0; t < T; t++) expected[t]! += given.skip.data[c]! * u.data[t * width + c]!;
      const actual = Float64Array.from({ length: T }, (_, t) => output.data[t * width + c]!);
      assertClose(tensor([T], actual), tensor([T], expected), float64Tolerance, `channel ${c}`);
    }
  });
}

/**
 * exp of a 3 × 3 matrix by scaling, Taylor series and squaring; its effect on the first two coordinates and on the
 * third.
 */
function held(M: readonly number[]): [A: number[][], B: number[]] {
  const multiply = (a: readonly number[], b: readonly number[]): number[] =>
    a.map((_, i) =>
      [0, 1, 2].reduce((sum, l) => sum + a[3 * Math.floor(i / 3) + l]! * b[3 * l + (i % 3)]!, 0),
    );
  const small = M.map(entry => entry / 1024);
  let [sum, term] = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
  ];
  for (let k = 1; k < 14; k++) {
    term = multiply(term, small).map(entry => entry / k);
    sum = sum.map((entry, i) => entry + term[i]!);
  }
  for (let squaring = 0; squaring < 10; squaring++) sum = multiply(sum, sum);
  return [
    [
      [sum[0]!, sum[1]!],
      [sum[3]!, sum[4]!],
    ],
    [sum[2]!, sum[5]!],
  ];
}

/** (1 − M/2)⁻¹(1 + M/2) and (1 − M/2)⁻¹B, by Cramer's rule. */
function tustin(M: readonly number[]): [A: number[][], B: number[]] {
  const [a, b, B0, c, d, B1] = M as [number, number, number, number, number, number];
  const solve = (x: number, y: number): [number, number] => {
    const [p, q, r, s] = [1 - a / 2, -b / 2, -c / 2, 1 - d / 2];
    const determinant = p * s - q * r;
    return [(s * x - q * y) / determinant, (p * y - r * x) / determinant];
  };
  const [first, second] = [solve(1 + a / 2, c / 2), solve(b / 2, 1 + d / 2)];
  return [
    [
      [first[0], second[0]],
      [first[1], second[1]],
    ],
    solve(B0, B1),
  ];
}

describe('S4D', () => {
  test('blocks are shorter for faster decays', () => {
    assert.equal(blockLength(discretise(parameters)), 32);
    assert.ok(blockLength(discretise(fast)) < 32);
  });

  test('rejects one block more than the chain is unrolled for', async () => {
    const run = runGraph(
      g => {
        const modes = g.input('modes', 'float32', [width, 2, 8]);
        return { y: s4dGraph(g, g.input('u', 'float32', ['T', width]), parameters, { modes }, 64).output };
      },
      { u: zeros([65, width]), ...initialS4dState(width, stateSize) },
    );
    await assert.rejects(run);
  });

  test('the discretised poles and residues follow the zero-order hold', () => {
    // One channel, one pair, in round numbers: Δ = 0.5, A = −1 + 2i, C = 3 − i.
    const { poles, residues } = discretise({
      logStep: tensor([1], [Math.log(0.5)]),
      logDecay: tensor([1, 1], [0]),
      frequency: tensor([1, 1], [2]),
      output: tensor([1, 2, 1], [3, -1]),
      skip: tensor([1], [0]),
    });
    const λ = [Math.exp(-0.5) * Math.cos(1), Math.exp(-0.5) * Math.sin(1)] as const;
    // (λ − 1)/A = (λ − 1)(−1 − 2i)/5
    const B = [(-(λ[0] - 1) + 2 * λ[1]) / 5, (-λ[1] - 2 * (λ[0] - 1)) / 5] as const;
    const R = [2 * (3 * B[0] + B[1]), 2 * (3 * B[1] - B[0])];
    assertClose(poles, tensor([1, 2, 1], λ), float64Tolerance, 'λ');
    assertClose(residues, tensor([1, 2, 1], R), float64Tolerance, 'R');
  });

  test('the output is the convolution with the impulse response', () => {
    const diagonal = discretise(parameters);
    const impulse = zeros([20, width]);
    impulse.data.fill(1, 0, width);
    const { output } = diagonalSsm(impulse, diagonal, initialDiagonalSsmState(width, 8));
    assertClose(output, impulseResponse(diagonal, 20), float64Tolerance, 'f');
  });

  test('a million steps from a large state stay finite and forget it', () => {
    const diagonal = discretise(parameters);
    let state = { modes: randomNormal([width, 2, 8], 3, 1e4) };
    ({ state } = diagonalSsm(zeros([1_000_000, width]), diagonal, state));
    for (const value of state.modes.data) assert.ok(Math.abs(value) < 1e-9);
  });
});

describe('spans of a diagonal recurrence', () => {
  const diagonal = discretise(parameters);
  const read = (u: Tensor, state = initialS4dState(width, stateSize)) =>
    diagonalSsm(u, diagonal, state).state;
  const spanOf = (u: Tensor): DiagonalSsmSpan => diagonalSsmSpan(diagonal, u.shape[0]!, read(u));
  const span = fc
    .record({ length: fc.integer({ min: 0, max: 30 }), seed: fc.integer({ min: 1, max: 1e6 }) })
    .map(({ length, seed }) => spanOf(randomNormal([length, width], seed)));
  const close = (actual: DiagonalSsmSpan, expected: DiagonalSsmSpan): void => {
    assertClose(actual.decay, expected.decay, float64Tolerance, 'A');
    assertClose(actual.modes, expected.modes, float64Tolerance, 'b');
  };

  test('composition is associative, with the empty span as its unit', () => {
    const empty = emptyDiagonalSsmSpan(width, stateSize / 2);
    fc.assert(
      fc.property(span, span, span, (a, b, c) => {
        close(
          composeDiagonalSsm(composeDiagonalSsm(a, b), c),
          composeDiagonalSsm(a, composeDiagonalSsm(b, c)),
        );
        close(composeDiagonalSsm(empty, a), a);
        close(composeDiagonalSsm(a, empty), a);
      }),
      { numRuns: 30 },
    );
  });

  test('composing the spans of two halves equals running them in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 1e6 }), (cut, seed) => {
        const u = randomNormal([40, width], seed);
        const state = { modes: randomNormal([width, 2, 8], seed + 1) };
        const merged = composeDiagonalSsm(spanOf(rows(u, 0, cut)), spanOf(rows(u, cut, 40)));
        assertClose(applyDiagonalSsm(merged, state).modes, read(u, state).modes, float64Tolerance, 'modes');
      }),
      { numRuns: 30 },
    );
  });

  test('the order matters', () => {
    const [a, b] = [spanOf(randomNormal([8, width], 1)), spanOf(randomNormal([8, width], 2))];
    assert.notDeepEqual(composeDiagonalSsm(a, b).modes.data, composeDiagonalSsm(b, a).modes.data);
  });
});
