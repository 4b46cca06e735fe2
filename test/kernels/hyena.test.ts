import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { product } from '../../kernels/continuous-memory/plan.ts';
import { implicitFilter, initialImplicitFilter } from '../../kernels/hyena/filter.ts';
import { hyenaGraph, hyenaStepGraph } from '../../kernels/hyena/graph.ts';
import { type HyenaFilter, hyena, hyenaOrder, initialHyenaState } from '../../kernels/hyena/reference.ts';
import { discretise, initialS4dParameters } from '../../kernels/s4d/reference.ts';
import { randomNormal, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float64Tolerance } from './harness.ts';

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
  const parameters = { short: randomNormal([3, 3 * width], 6), filters: [filter] };
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

const explicit = (length: number, seed: number): HyenaFilter => ({
  kind: 'taps',
  taps: randomNormal([length, width], seed),
});
const modalFilter = filters['modal filter']!;
for (const [order, several] of [
  [1, [explicit(9, 11)]],
  [2, [explicit(5, 12), modalFilter]],
  [3, [explicit(40, 13), explicit(7, 14)]],
  [4, [explicit(3, 15), modalFilter, explicit(12, 16), explicit(6, 17)]],
] as const) {
  const parameters = { short: randomNormal([3, (order + 1) * width], 6), filters: several };
  checkForms({
    name: `Hyena of order ${order} with ${several.length} filters`,
    inputs: { projections: [(order + 1) * width] },
    parameters: {},
    initialState: () => initialHyenaState(parameters),
    reference: ({ projections }, _, state) => hyena(projections!, parameters, state),
    graph: (g, { projections }, _, state) => hyenaGraph(g, projections!, parameters, state),
    step: (g, { projections }, _, state) => hyenaStepGraph(g, projections!, parameters, state),
    longest: 80,
  });
}

describe('Hyena', () => {
  test('equals the paper’s product of diagonal and Toeplitz matrices, at orders 1 to 4', () => {
    const T = 24;
    for (const order of [1, 2, 3, 4]) {
      for (const count of [order, order - 1].filter(n => n > 0)) {
        const taps = Array.from({ length: count }, (_, n) => randomNormal([T, 1], 40 + n));
        const through = zeros([3, order + 1]);
        through.data.fill(1, 2 * (order + 1));
        const parameters = {
          short: through,
          filters: taps.map(one => ({ kind: 'taps', taps: one }) as const),
        };
        const p = randomNormal([T, order + 1], 50);
        // H = D_1 S_1 ⋯ D_N S_N as one matrix, then y = H v (section 3.2).
        const multiply = product;
        let H = matrixOf(T, (t, s) => (t === s ? 1 : 0));
        for (let n = 0; n < order; n++) {
          H = multiply(
            H,
            matrixOf(T, (t, s) => (t === s ? p.data[t * (order + 1) + n]! : 0)),
          );
          if (n < count)
            H = multiply(
              H,
              matrixOf(T, (t, s) => (t >= s ? taps[n]!.data[t - s]! : 0)),
            );
        }
        const v = tensor(
          [T, 1],
          Array.from({ length: T }, (_, t) => p.data[t * (order + 1) + order]!),
        );
        const { output } = hyena(p, parameters, initialHyenaState(parameters));
        assertClose(output, multiply(H, v), float64Tolerance, `order ${order}, ${count} filters`);
      }
    }
  });

  test('rejects projections that do not fit the filters', () => {
    const parameters = { short: zeros([3, 5 * width]), filters: [explicit(3, 1)] };
    assert.throws(() => hyenaOrder(parameters), /20 channels of projections do not fit 1 filters of 4/);
  });

  test('equals its definition, term by term', () => {
    // One channel, filter h = (2, −1), short kernel that passes the current token through.
    const parameters = {
      short: tensor([3, 3], [0, 0, 0, 0, 0, 0, 1, 1, 1]),
      filters: [{ kind: 'taps', taps: tensor([2, 1], [2, -1]) }],
    } as const;
    const projections = tensor([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]); // x2 ⊙ v: 6, 30, 72
    const { output } = hyena(projections, parameters, initialHyenaState(parameters));
    assert.deepEqual([...output.data], [1 * 12, 4 * (60 - 6), 7 * (144 - 30)]);
  });

  test('the state has a fixed size: 2 projections, and W − 1 gated values or the modes', () => {
    const sizes = Object.values(filters).map(filter => {
      const { short, filters: carried } = initialHyenaState({
        short: zeros([3, 3 * width]),
        filters: [filter],
      });
      return [short.data.length, carried[0]!.data.length];
    });
    const expected = [6, 127, 99, 1024].map(length => [2 * 3 * width, length * width]);
    assert.deepEqual(sizes, [[24, 24], ...expected.slice(1), [24, width * 2 * 16]]);
  });
});

describe('the implicit filter', () => {
  test('has its own sine frequency at every hidden unit', () => {
    const [hidden, bands, length] = [5, 2, 9];
    const parameters = {
      ...initialImplicitFilter(3, 21, { hidden, bands, shift: 0.05 }),
      frequency: tensor([hidden], [3, 7, 10, 14, 20]),
    };
    const layer = (x: readonly number[], i: 0 | 1 | 2): number[] =>
      Array.from({ length: hidden }, (_, unit) => {
        const sum = x.reduce(
          (all, value, from) => all + value * parameters.weights[i].data[from * hidden + unit]!,
          0,
        );
        return Math.sin(parameters.frequency.data[unit]! * (sum + parameters.biases[i].data[unit]!));
      });
    const taps = implicitFilter(parameters, length);
    for (let i = 0; i < length; i++) {
      const [t, w] = [i / (length - 1), (2 * Math.PI * i) / length];
      // e^{−ifw} by its parts, at f = 1e-4 and 1.
      const waves = [1e-4, 1].map(f => [Math.cos(f * w), -Math.sin(f * w)] as const);
      const z = layer(layer(layer([t, ...waves.map(([re]) => re), ...waves.map(([, im]) => im)], 0), 1), 2);
      for (let c = 0; c < 3; c++) {
        const h = z.reduce((sum, value, unit) => sum + value * parameters.weights[3].data[unit * 3 + c]!, 0);
        const expected =
          h * (Math.exp(-parameters.decay.data[c]! * t) + 0.05) + (i === 0 ? parameters.skip.data[c]! : 0);
        assert.ok(Math.abs(taps.data[i * 3 + c]! - expected) < 1e-9);
      }
    }
  });

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

  test('is the same function at every length: doubling it adds taps in between', () => {
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

function matrixOf(size: number, entry: (row: number, column: number) => number): Tensor {
  return tensor(
    [size, size],
    Array.from({ length: size * size }, (_, i) => entry(Math.floor(i / size), i % size)),
  );
}
