import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../../kernels/gated-delta/graph.ts';
import {
  applyGatedDelta,
  composeGatedDelta,
  emptyGatedDeltaSpan,
  type GatedDeltaSpan,
  gatedDeltaSpan,
} from '../../kernels/gated-delta/merge.ts';
import {
  type GatedDeltaInputs,
  gatedDelta,
  initialGatedDeltaState,
} from '../../kernels/gated-delta/reference.ts';
import { solveUnitLower } from '../../kernels/gated-delta/solve.ts';
import { randomNormal, rows, type Tensor, tensor, uniformStream } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float32Tolerance, float64Tolerance } from './harness.ts';
import { runGraph, type Tensors } from './providers.ts';

const [heads, dk, dv] = [2, 8, 6];
const inputs = { q: [heads * dk], k: [heads * dk], v: [heads * dv], logDecay: [heads], beta: [heads] };

/** Gates in their range: decays down to e⁻¹ a token, β in (0, 1). */
function sample(input: string, shape: readonly number[], seed: number): Tensor {
  const values = randomNormal(shape, seed);
  if (input !== 'logDecay' && input !== 'beta') return values;
  const uniform = uniformStream(seed);
  return tensor(
    shape,
    values.data.map(() => (input === 'beta' ? uniform() : -(uniform() ** 4))),
  );
}

function named(values: Tensors): GatedDeltaInputs {
  const { q, k, v, logDecay, beta } = values;
  return { q: q!, k: k!, v: v!, logDecay: logDecay!, beta: beta! };
}

function draw(length: number, seed: number): GatedDeltaInputs {
  const entries = Object.entries(inputs).map(([input, width], index) => [
    input,
    sample(input, [length, ...width], seed * 31 + index),
  ]);
  return named(Object.fromEntries(entries));
}

function part(all: GatedDeltaInputs, start: number, end: number): GatedDeltaInputs {
  return named(
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, rows(value, start, end)])),
  );
}

const forms = { 'fused node': gatedDeltaFusedGraph, 'chunk form': gatedDeltaChunkGraph };
for (const [form, graph] of Object.entries(forms)) {
  checkForms({
    name: `gated delta rule, ${form}`,
    inputs,
    parameters: {},
    initialState: () => initialGatedDeltaState(heads, dk, dv),
    reference: (values, _, state) => gatedDelta(named(values), state),
    graph: (g, { q, k, v, logDecay, beta }, _, state) =>
      graph(g, { q: q!, k: k!, v: v!, logDecay: logDecay!, beta: beta! }, state),
    sample,
    longest: 150,
  });
}

describe('gated delta rule at extremes, in chunk form', () => {
  const width = 32;
  const length = 200;
  const noise = randomNormal([length, width], 2);
  const line = (spread: number) =>
    tensor(
      [length, width],
      noise.data.map((x, i) => Math.cos(i % width) + spread * x),
    );
  const cases: Readonly<Record<string, { k: Tensor; decay: number; beta: number }>> = {
    'all keys equal': { k: line(0), decay: 0, beta: 1 },
    'nearly parallel keys': { k: line(1e-3), decay: 0, beta: 1 },
    'less parallel keys': { k: line(0.3), decay: 0, beta: 0.9 },
    'zero keys': { k: tensor([length, width], new Float64Array(length * width)), decay: 0, beta: 1 },
    'a decay that forgets everything': { k: noise, decay: -60, beta: 1 },
    'a decay that underflows over a chunk': { k: noise, decay: -3, beta: 1 },
    'keys with spikes': {
      k: tensor(
        [length, width],
        noise.data.map((x, i) => (i % 17 === 3 ? 1e4 : x)),
      ),
      decay: 0,
      beta: 1,
    },
  };
  for (const [name, { k, decay, beta }] of Object.entries(cases)) {
    test(name, async () => {
      const given: GatedDeltaInputs = {
        q: randomNormal([length, width], 3),
        k,
        v: randomNormal([length, width], 4),
        logDecay: tensor([length, 1], new Float64Array(length).fill(decay)),
        beta: tensor([length, 1], new Float64Array(length).fill(beta)),
      };
      const state = { memory: randomNormal([1, width, width], 5) };
      const expected = gatedDelta(given, state);
      const { output, next } = await runGraph(
        g => {
          const input = (name: string, lengths: readonly (number | string)[]) =>
            g.input(name, 'float32', lengths);
          const result = gatedDeltaChunkGraph(
            g,
            {
              q: input('q', ['T', width]),
              k: input('k', ['T', width]),
              v: input('v', ['T', width]),
              logDecay: input('logDecay', ['T', 1]),
              beta: input('beta', ['T', 1]),
            },
            { memory: input('memory', [1, width, width]) },
          );
          return { output: result.output, next: result.state.memory };
        },
        { ...given, ...state },
      );
      assertClose(output!, expected.output, float32Tolerance, 'output');
      assertClose(next!, expected.state.memory, float32Tolerance, 'memory');
    });
  }

  test('rejects more tokens than the chain is unrolled for', async () => {
    const { q, k, v, logDecay, beta } = draw(129, 1);
    const run = runGraph(
      g => {
        const input = (name: string, width: number) => g.input(name, 'float32', ['T', width]);
        const given = {
          q: input('q', 16),
          k: input('k', 16),
          v: input('v', 12),
          logDecay: input('logDecay', 2),
          beta: input('beta', 2),
        };
        const memory = g.input('memory', 'float32', [heads, dk, dv]);
        return { y: gatedDeltaChunkGraph(g, given, { memory }, 128).output };
      },
      { q, k, v, logDecay, beta, ...initialGatedDeltaState(heads, dk, dv) },
    );
    await assert.rejects(run);
  });
});

test('solves unit lower triangular systems', async () => {
  const n = 64;
  const full = randomNormal([n, n], 1, 0.2);
  const L = tensor(
    [n, n],
    full.data.map((x, i) => (i % n < Math.floor(i / n) ? x : 0)),
  );
  const X = randomNormal([n, 5], 2);
  const B = tensor(
    [n, 5],
    X.data.map((x, at) => {
      const [i, j] = [Math.floor(at / 5), at % 5];
      let sum = x;
      for (let l = 0; l < i; l++) sum += L.data[i * n + l]! * X.data[l * 5 + j]!;
      return sum;
    }),
  );
  const { x } = await runGraph(
    g => ({ x: solveUnitLower(g, g.input('L', 'float32', [n, n]), g.input('B', 'float32', [n, 5])) }),
    { L, B },
  );
  assertClose(x!, X, float32Tolerance, 'X');
});

describe('spans of the gated delta rule', () => {
  const span = fc
    .record({ length: fc.integer({ min: 0, max: 12 }), seed: fc.integer({ min: 1, max: 1e6 }) })
    .map(({ length, seed }) => gatedDeltaSpan(draw(length, seed), heads));
  const close = (actual: GatedDeltaSpan, expected: GatedDeltaSpan): void => {
    assertClose(actual.transition, expected.transition, float64Tolerance, 'P');
    assertClose(actual.memory, expected.memory, float64Tolerance, 'N');
  };

  test('composition is associative, with the empty span as its unit', () => {
    const empty = emptyGatedDeltaSpan(heads, dk, dv);
    fc.assert(
      fc.property(span, span, span, (a, b, c) => {
        close(composeGatedDelta(composeGatedDelta(a, b), c), composeGatedDelta(a, composeGatedDelta(b, c)));
        close(composeGatedDelta(empty, a), a);
        close(composeGatedDelta(a, empty), a);
      }),
      { numRuns: 30 },
    );
  });

  test('composing the spans of two halves equals running them in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 1e6 }), (cut, seed) => {
        const all = draw(20, seed);
        const state = { memory: randomNormal([heads, dk, dv], seed + 1) };
        const merged = composeGatedDelta(
          gatedDeltaSpan(part(all, 0, cut), heads),
          gatedDeltaSpan(part(all, cut, 20), heads),
        );
        const expected = gatedDelta(all, state).state.memory;
        assertClose(applyGatedDelta(merged, state).memory, expected, float64Tolerance, 'memory');
      }),
      { numRuns: 30 },
    );
  });

  test('the order matters', () => {
    const [a, b] = [gatedDeltaSpan(draw(8, 1), heads), gatedDeltaSpan(draw(8, 2), heads)];
    assert.notDeepEqual(composeGatedDelta(a, b).memory.data, composeGatedDelta(b, a).memory.data);
  });
});
