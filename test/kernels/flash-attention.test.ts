import { describe, test } from 'node:test';
import fc from 'fast-check';
import { windowAttentionGraph, windowAttentionStepGraph } from '../../kernels/flash-attention/graph.ts';
import {
  type AttentionPartials,
  attend,
  emptyPartials,
  finishAttention,
  mergePartials,
} from '../../kernels/flash-attention/partials.ts';
import { initialWindowAttentionState, windowAttention } from '../../kernels/flash-attention/reference.ts';
import {
  attendGraph,
  finishAttentionGraph,
  mergePartialsGraph,
} from '../../kernels/flash-attention/tiles.ts';
import { tensorsOf, valuesOf } from '../../kernels/onnx/parameters.ts';
import { full, randomNormal, type Tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, assertStatesClose, checkForms, float64Tolerance } from './harness.ts';
import { load, program } from './providers.ts';

const heads = 2;
const width = 8;

for (const { window, block, normalize } of [
  { window: 8, block: 4, normalize: false },
  { window: 8, block: 8, normalize: true },
  { window: 12, block: 2, normalize: true },
  { window: 256, block: 64, normalize: false },
]) {
  checkForms({
    name: `window attention over ${window} in blocks of ${block}${normalize ? ', QK-norm' : ''}`,
    inputs: { q: [heads, width], k: [heads, width], v: [heads, width] },
    parameters: { window, scale: full([heads], 1 / Math.sqrt(width)), normalize },
    initialState: () => initialWindowAttentionState(window, heads, width),
    reference: ({ q, k, v }, parameters, state) => windowAttention(q!, k!, v!, parameters, state),
    graph: (g, { q, k, v }, parameters, state) =>
      windowAttentionGraph(g, q!, k!, v!, parameters, state, block),
    step: (g, { q, k, v }, parameters, state) => windowAttentionStepGraph(g, q!, k!, v!, parameters, state),
  });
}

describe('attention in tiles', () => {
  const causal = (t: number, s: number): boolean => s <= t;
  const partialsOf = (keys: number, seed: number, queries = 5): AttentionPartials =>
    attend(
      randomNormal([heads, queries, width], 1),
      randomNormal([heads, keys, width], seed),
      randomNormal([heads, keys, width], seed + 1),
      () => true,
    );

  test('merging partials is associative and commutative, with the empty one as identity', () => {
    const lengths = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(lengths, lengths, lengths, (x, y, z) => {
        const [a, b, c] = [partialsOf(x, 10), partialsOf(y, 20), partialsOf(z, 30)];
        const left = mergePartials(mergePartials(a, b), c);
        assertStatesClose(left, mergePartials(a, mergePartials(b, c)), float64Tolerance);
        assertStatesClose(mergePartials(a, b), mergePartials(b, a), float64Tolerance);
        assertStatesClose(mergePartials(a, emptyPartials(heads, 5, width)), a, float64Tolerance);
      }),
    );
  });

  test('attention without keys is zero', () => {
    assertClose(finishAttention(partialsOf(0, 1)), zeros([5, heads, width]), 0, 'output');
  });

  for (const provider of ['cpu', 'webgpu'] as const) {
    for (const { length, tile } of [
      { length: 33, tile: 8 },
      { length: 16, tile: 16 },
    ]) {
      test(`graph on ${provider}: ${length} tokens in tiles of ${tile} = exact attention`, async t => {
        const q = randomNormal([heads, length, width], 1);
        const k = randomNormal([heads, length, width], 2);
        const v = randomNormal([heads, length, width], 3);
        const tiles = program(g => {
          const [queries, keys, values] = (['q', 'k', 'v'] as const).map(name =>
            g.input(name, 'float32', [heads, name === 'q' ? 'T' : 'S', width]),
          );
          const before = {
            maximum: g.input('maximum', 'float32', [heads, 'T']),
            denominator: g.input('denominator', 'float32', [heads, 'T']),
            weighted: g.input('weighted', 'float32', [heads, 'T', width]),
          };
          const positions = {
            queries: g.input('at', 'int64', [1]),
            keys: g.input('from', 'int64', [1]),
          };
          const merged = mergePartialsGraph(g, before, attendGraph(g, queries!, keys!, values!, positions));
          const next = [...valuesOf(merged)].map(([path, value]) => [`next.${path}`, value] as const);
          return { output: finishAttentionGraph(g, merged), ...Object.fromEntries(next) };
        });
        const session = await load(tiles, provider).catch((error: unknown) => String(error));
        if (typeof session === 'string') {
          t.diagnostic(`SKIPPED: ${session}`);
          return;
        }
        const expected = finishAttention(attend(q, k, v, causal));
        for (let at = 0; at < length; at += tile) {
          const end = Math.min(at + tile, length);
          let partials: Record<string, Tensor> = Object.fromEntries(
            tensorsOf(emptyPartials(heads, end - at, width)),
          );
          let output = zeros([0, heads, width]);
          // Backwards, because the order must not matter.
          for (let from = at; from >= 0; from -= tile) {
            const result = await session.run({
              q: middle(q, at, end),
              k: middle(k, from, Math.min(from + tile, length)),
              v: middle(v, from, Math.min(from + tile, length)),
              at: { shape: [1], data: Float64Array.of(at) },
              from: { shape: [1], data: Float64Array.of(from) },
              ...partials,
            });
            output = result.output!;
            partials = Object.fromEntries(
              Object.keys(partials).map(name => [name, result[`next.${name}`]!] as const),
            );
          }
          const rows = {
            shape: output.shape,
            data: expected.data.slice(at * heads * width, end * heads * width),
          };
          assertClose(output, rows, 1e-5, `tile at ${at}`);
        }
      });
    }
  }
});

/** Rows `start` to `end` of the second axis. */
function middle({ shape, data }: Tensor, start: number, end: number): Tensor {
  const [outer = 0, length = 0, inner = 0] = shape;
  const parts = Array.from({ length: outer }, (_, o) => [
    ...data.subarray((o * length + start) * inner, (o * length + end) * inner),
  ]);
  return { shape: [outer, end - start, inner], data: Float64Array.from(parts.flat()) };
}
