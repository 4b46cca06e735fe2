import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeDiagonalSsm, diagonalSsmSpan } from '../../kernels/diagonal-ssm/merge.ts';
import { diagonalSsm, initialDiagonalSsmState } from '../../kernels/diagonal-ssm/reference.ts';
import { h3Graph, h3StepGraph } from '../../kernels/h3/graph.ts';
import { type H3Parameters, h3, initialH3State } from '../../kernels/h3/reference.ts';
import { discretise, initialS4dParameters } from '../../kernels/s4d/reference.ts';
import { randomNormal, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float64Tolerance } from './harness.ts';

const [heads, dh, stateSize] = [2, 3, 16];
const width = heads * dh;
const parameters: H3Parameters = {
  shift: randomNormal([4, width], 1),
  ssm: discretise(initialS4dParameters(heads, stateSize, 2)),
};

checkForms({
  name: 'H3',
  inputs: { q: [width], k: [width], v: [width] },
  parameters: {},
  initialState: () => initialH3State(parameters),
  reference: ({ q, k, v }, _, state) => h3({ q: q!, k: k!, v: v! }, parameters, state),
  graph: (g, { q, k, v }, _, state) => h3Graph(g, { q: q!, k: k!, v: v! }, parameters, state),
  step: (g, { q, k, v }, _, state) => h3StepGraph(g, { q: q!, k: k!, v: v! }, parameters, state),
  longest: 200,
});

describe('H3', () => {
  test('with heads of width 1 it is q ⊙ SSM(shift(k) ⊙ v)', () => {
    const ssm = discretise(initialS4dParameters(1, stateSize, 3));
    const [q, k, v] = [randomNormal([20, 1], 4), randomNormal([20, 1], 5), randomNormal([20, 1], 6)];
    const one = { shift: tensor([2, 1], [1, 0]), ssm }; // k̄_t = k_{t−1}
    const { output } = h3({ q, k, v }, one, initialH3State(one));
    const products = v.data.map((value, t) => value * (k.data[t - 1] ?? 0));
    const filtered = diagonalSsm(
      tensor([20, 1], products),
      ssm,
      initialDiagonalSsmState(1, stateSize / 2),
    ).output;
    const expected = tensor(
      [20, 1],
      filtered.data.map((value, t) => value * q.data[t]!),
    );
    assertClose(output, expected, float64Tolerance, 'output');
  });

  test('recalls what followed a key, with a shift of one and a filter without decay', () => {
    const integrator = {
      poles: tensor([1, 2, 1], [1, 0]),
      residues: tensor([1, 2, 1], [1, 0]),
      skip: zeros([1]),
    };
    const recall = { shift: tensor([2, 4], [1, 1, 1, 1, 0, 0, 0, 0]), ssm: integrator };
    const symbol = (i: number): number[] => [0, 1, 2, 3].map(j => (i === j ? 1 : 0));
    const sequence = tensor([6, 4], [2, 0, 1, 3, 2, 0].flatMap(symbol)); // after 2 stood 0; after 1 stood 3
    const { output } = h3({ q: sequence, k: sequence, v: sequence }, recall, initialH3State(recall));
    // At the second 2 (place 4) the memory holds 2→0, 0→1, 1→3, 3→2.
    assert.deepEqual([...output.data.subarray(4 * 4, 5 * 4)], symbol(0));
  });

  test('composing the memories of two files equals running one after the other', () => {
    const draw = (length: number, seed: number) => ({
      q: randomNormal([length, width], seed),
      k: randomNormal([length, width], seed + 1),
      v: randomNormal([length, width], seed + 2),
    });
    const empty = initialH3State(parameters);
    const first = h3(draw(13, 7), parameters, empty).state;
    const second = h3(draw(21, 8), parameters, empty).state;
    const spans = [
      diagonalSsmSpan(parameters.ssm, 13, first),
      diagonalSsmSpan(parameters.ssm, 21, second),
    ] as const;
    const expected = h3(draw(21, 8), parameters, { shift: empty.shift, modes: first.modes }).state;
    assertClose(composeDiagonalSsm(...spans).modes, expected.modes, float64Tolerance, 'modes');
  });

  test('rejects a width that heads do not divide', () => {
    const wrong = { shift: randomNormal([4, 5], 1), ssm: parameters.ssm };
    const x = zeros([1, 5]);
    assert.throws(
      () => h3({ q: x, k: x, v: x }, wrong, initialH3State(wrong)),
      /2 heads do not divide a width of 5/,
    );
  });
});
