/** Exact attention in three ways, at the width of the benchmark: onnxruntime's own, unfused, and in tiles. */
import '../../../server/engine/worker/no-telemetry.ts';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { noScore } from '../../../kernels/flash-attention/partials.ts';
import {
  attendGraph,
  finishAttentionGraph,
  mergePartialsGraph,
} from '../../../kernels/flash-attention/tiles.ts';
import { greaterOrEqual, where } from '../../../kernels/onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../../../kernels/onnx/graph-builder.ts';
import { reshape, transpose } from '../../../kernels/onnx/layout.ts';
import { lengthOf, range } from '../../../kernels/onnx/length.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { valuesOf } from '../../../kernels/onnx/parameters.ts';
import { softmax } from '../../../kernels/onnx/reduce.ts';
import { heads, headWidth, width } from './case.ts';
import { type Feeds, integers, noise, openGraph, type Timed } from './timing.ts';

const operands = ['q', 'k', 'v'] as const;

/** com.microsoft.GroupQueryAttention over one whole sequence, causal, without a cache. */
export async function groupQueryAttention(length: number): Promise<Timed> {
  const session = await openGraph(g => {
    const [q, k, v] = operands.map(name => g.input(name, 'float32', [1, length, width]));
    const past = ['pastKeys', 'pastValues'].map(name => g.input(name, 'float32', [1, heads, 0, headWidth]));
    const present = { type: 'float32', shape: [1, heads, length, headWidth] } as const;
    const [output] = g.node({
      type: 'GroupQueryAttention',
      domain: 'com.microsoft',
      inputs: [q, k, v, ...past, g.constant('int32', [length - 1]), g.constant('int32', [length])],
      attributes: { num_heads: heads, kv_num_heads: heads },
      outputs: [{ type: 'float32', shape: [1, length, width] }, present, present],
    });
    return { output: output! };
  });
  const none = new Tensor('float32', new Float32Array(0), [1, heads, 0, headWidth]);
  const feeds: Feeds = { pastKeys: none, pastValues: none };
  for (const [index, name] of operands.entries()) feeds[name] = noise([1, length, width], index);
  return { name: `GroupQueryAttention of ${length}`, run: () => session.run(feeds) };
}

/** The whole score matrix at once: attention by definition. */
export async function unfusedAttention(length: number): Promise<Timed> {
  const session = await openGraph(g => {
    const [q, k, v] = operands.map(name => g.input(name, 'float32', [heads, 'T', headWidth]));
    const position = range(lengthOf(q!, 1));
    const T = position.shape[0]!;
    const sees = greaterOrEqual(reshape(position, [T, 1]), reshape(position, [1, T]));
    const scores = where(sees, matmul(q!, transpose(k!, [0, 2, 1])), noScore); // [H, T, T]
    return { output: matmul(softmax(scores), v!) };
  });
  const feeds: Feeds = {};
  for (const [index, name] of operands.entries()) feeds[name] = noise([heads, length, headWidth], index);
  return { name: `unfused attention of ${length}`, run: () => session.run(feeds) };
}

/** The same in tiles of 512 queries by 512 keys: only one tile of scores exists at a time. */
export async function tiledAttention(length: number): Promise<Timed> {
  const tile = 512;
  const below = await openGraph(g => tileGraph(g, false));
  const diagonal = await openGraph(g => tileGraph(g, true));
  const whole = Object.fromEntries(
    operands.map((name, index) => [name, noise([heads, tile, headWidth], index)] as const),
  );
  const nothing: Feeds = {
    maximum: new Tensor('float32', new Float32Array(heads * tile).fill(noScore), [heads, tile]),
    denominator: new Tensor('float32', new Float32Array(heads * tile), [heads, tile]),
    weighted: new Tensor('float32', new Float32Array(heads * tile * headWidth), [heads, tile, headWidth]),
  };
  // One tile stands for all: real ones would be views of longer arrays, and their contents do not matter.
  const readRow = async (tiles: number, output: Float32Array): Promise<void> => {
    let partials = nothing;
    for (let index = 0; index < tiles; index++) {
      const session: InferenceSession = index < tiles - 1 ? below : diagonal;
      const results = await session.run({
        ...whole,
        ...partials,
        ...positions(session, index * tile, (tiles - 1) * tile),
      });
      if (index === tiles - 1) output.set(results.output!.data as Float32Array, index * tile * width);
      partials = {
        maximum: results.maximum_!,
        denominator: results.denominator_!,
        weighted: results.weighted_!,
      };
    }
  };
  return {
    name: `tiled attention of ${length}`,
    run: async () => {
      const output = new Float32Array(length * width);
      for (let tiles = 1; tiles <= length / tile; tiles++) await readRow(tiles, output);
    },
  };
}

function tileGraph(g: GraphBuilder, causal: boolean): Record<string, Value> {
  const [q, k, v] = operands.map(name =>
    g.input(name, 'float32', [heads, name === 'q' ? 'T' : 'S', headWidth]),
  );
  const before = {
    maximum: g.input('maximum', 'float32', [heads, 'T']),
    denominator: g.input('denominator', 'float32', [heads, 'T']),
    weighted: g.input('weighted', 'float32', [heads, 'T', headWidth]),
  };
  const at = causal
    ? { queries: g.input('queries', 'int64', [1]), keys: g.input('keys', 'int64', [1]) }
    : undefined;
  const merged = mergePartialsGraph(g, before, attendGraph(g, q!, k!, v!, at));
  const next = [...valuesOf(merged)].map(([path, value]) => [`${path}_`, value] as const);
  return { output: finishAttentionGraph(g, merged), ...Object.fromEntries(next) };
}

function positions(session: InferenceSession, keys: number, queries: number): Feeds {
  if (!session.inputNames.includes('queries')) return {};
  return { queries: integers([1], () => queries), keys: integers([1], () => keys) };
}
