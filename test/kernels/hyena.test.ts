import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { implicitFilter, initialImplicitFilter } from '../../kernels/hyena/filter.ts';
import { hyenaGraph, hyenaStepGraph } from '../../kernels/hyena/graph.ts';
import { type HyenaFilter, hyena, initialHyenaState } from '../../kernels/hyena/reference.ts';
import { discretise, initialS4dParameters } from '../../kernels/s4d/reference.ts';
import { randomNormal, tensor, zeros } from '../../kernels/tensor.ts';
import { checkForms } from './harness.ts';

const width = 4;
const filters: Readonly<Record<string, HyenaFilter>> = {
  'short explicit filter (7)': { kind: 'taps', taps: randomNormal([7, width], 1) },
  'medium explicit filter (128)': { kind: 'taps', taps: randomNormal([128, width], 2) },
  'medium implicit filter (100)': {
    kind: 'taps',
    taps: implicitFilter(initialImplicitFilter(width, 3), 100),
  },
  'long implicit filter (1,025)': {
    kind: 'taps',
    taps: implicitFilter(initialImplicitFilter(width, 4), 1025),
  },
  'modal filter': { kind: 'modal', modal: discretise(initialS4dParameters(width, 32, 5)) },
};

for (const [name, filter] of Object.entries(filters)) {
  const parameters = { short: randomNormal([3, 3 * width], 6), filter };
  checkForms({
    name: `Hyena, ${name}`,
    inputs: { projections: [3 * width] },
    parameters: {},
    initialState: () => initialHyenaState(parameters),
    reference: ({ projections }, _, state) => hyena(projections!, parameters, state),
    graph: (g, { projections }, _, state) => hyenaGraph(g, projections!, parameters, state),
    step: (g, { projections }, _, state) => hyenaStepGraph(g, projections!, parameters, state),
    longest: name.startsWith('short') ? 40 : 300,
  });
}

describe('Hyena', () => {
  test('equals its definition, term by term', () => {
    // One channel, filter h = (2, −1), short kernel that hands the present token through.
    const parameters = {
      short: tensor([3, 3], [0, 0, 0, 0, 0, 0, 1, 1, 1]),
      filter: { kind: 'taps', taps: tensor([2, 1], [2, -1]) },
    } as const;
    const projections = tensor([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]); // x2 ⊙ v: 6, 30, 72
    const { output } = hyena(projections, parameters, initialHyenaState(parameters));
    assert.deepEqual([...output.data], [1 * 12, 4 * (60 - 6), 7 * (144 - 30)]);
  });

  test('the state has a fixed size: 2 projections, and W − 1 gated values or the modes', () => {
    const sizes = Object.values(filters).map(filter => {
      const { short, filter: carried } = initialHyenaState({ short: zeros([3, 3 * width]), filter });
      return [short.data.length, carried.data.length];
    });
    const expected = [6, 127, 99, 1024].map(length => [2 * 3 * width, length * width]);
    assert.deepEqual(sizes, [[24, 24], ...expected.slice(1), [24, width * 2 * 16]]);
  });
});

describe('the implicit filter', () => {
  test('decays over its length: slowest in the first channel, fastest in the last', () => {
    const parameters = { ...initialImplicitFilter(width, 7), skip: zeros([width]) };
    const { data } = implicitFilter(parameters, 512);
    const energy = (from: number, to: number, c: number): number => {
      let sum = 0;
      for (let t = from; t < to; t++) sum += data[t * width + c]! ** 2;
      return sum;
    };
    const late = Array.from({ length: width }, (_, c) => energy(256, 512, c) / energy(0, 256, c));
    assert.ok(late[width - 1]! < 1e-5 && late[width - 1]! < late[0]!, late.join(' '));
  });

  test('is the same function at every length: twice as many taps fall between', () => {
    const parameters = { ...initialImplicitFilter(width, 8), skip: zeros([width]) };
    const [coarse, fine] = [implicitFilter(parameters, 257), implicitFilter(parameters, 513)];
    for (let i = 0; i < 257; i++) {
      for (let c = 0; c < width; c++) {
        assert.ok(Math.abs(coarse.data[i * width + c]! - fine.data[2 * i * width + c]!) < 2e-3);
      }
    }
  });

  test('the skip term is added to tap 0 alone', () => {
    const parameters = initialImplicitFilter(width, 9);
    const [with_, without] = [
      implicitFilter(parameters, 16),
      implicitFilter({ ...parameters, skip: zeros([width]) }, 16),
    ];
    const difference = with_.data.map((value, i) => value - without.data[i]!);
    for (let i = 0; i < difference.length; i++) {
      assert.ok(Math.abs(difference[i]! - (i < width ? parameters.skip.data[i]! : 0)) < 1e-12);
    }
  });
});
