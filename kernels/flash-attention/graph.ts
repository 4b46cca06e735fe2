import { formatShape } from '../onnx/dimension.ts';
import { add, cast, greaterOrEqual, minimum, mul, sub, where } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, reshape, slice, transpose } from '../onnx/layout.ts';
import { lengthOf, padTo, pieces, plus, range, takeFirst, times } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { rmsNormalize, softmax } from '../onnx/reduce.ts';
import { noScore } from './partials.ts';
import { queryKeyEpsilon, type WindowAttentionParameters, type WindowAttentionState } from './reference.ts';

type Result = { output: Value; state: Placed<WindowAttentionState> };

/**
 * The same as `windowAttention`, by products of blocks. The queries are cut into blocks of B; each block multiplies the
 * window + B keys that any of its queries can see, and a mask takes the corners off. Smaller blocks waste less on the
 * corners and more on copying keys: the default is what was fastest.
 */
export function windowAttentionGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  parameters: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
  block = defaultBlock(parameters.window),
): Result {
  const { window } = parameters;
  if (window % block !== 0)
    throw new RangeError(`window attention: blocks of ${block} in a window of ${window}`);
  const { queries, keys, values } = operands(g, q, k, v, parameters, state);
  const length = lengthOf(q, 0);
  const blocks = pieces(length, block);
  const padded = times(blocks, block);
  const [heads, , width] = queries.shape as [number, never, number];
  const queryBlocks = reshape(padTo(queries, 1, padded), [heads, blocks.dimension, block, width]);
  const seen = plus(padded, window);
  // [H, window / B + n, B, d], of which block i of the queries sees the pieces i to i + window / B.
  const pieceCount = plus(blocks, window / block).dimension;
  const piecesOf = (x: Value) => reshape(padTo(x, 1, seen), [heads, pieceCount, block, x.shape[2]!]);
  const around = (x: Value) => {
    const before = window / block;
    const shifted = Array.from({ length: before + 1 }, (_, j) =>
      slice(x, 1, j, j < before ? j - before : undefined),
    );
    return concat(shifted, 2); // [H, n, window + B, d]
  };
  const keyBlocks = around(piecesOf(keys));
  const scores = matmul(queryBlocks, transpose(keyBlocks, [0, 1, 3, 2])); // [H, n, B, window + B]
  const first = sub(window, cast(state.count, 'int64')); // [1]: where the kept keys begin
  const starts = reshape(mul(range(blocks), block), [blocks.dimension, 1, 1]);
  const column = reshape(g.constant('int64', counting(window + block)), [1, 1, window + block]);
  const bias = add(
    bandBias(g, window, block),
    where(greaterOrEqual(add(starts, column), first), 0, g.scalar('float32', noScore)),
  ); // [n, B, window + B]
  const weights = softmax(add(scores, bias));
  const mixed = matmul(weights, around(piecesOf(values))); // [H, n, B, dv]
  const rows = reshape(mixed, [heads, padded.dimension, v.shape[2]!]);
  const output = transpose(takeFirst(rows, 1, length), [1, 0, 2]); // [T, H, dv]
  const count = minimum(add(state.count, cast(length.value, 'float32')), window);
  return { output, state: { keys: slice(keys, 1, -window), values: slice(values, 1, -window), count } };
}

/** The same for one token: q, k [1, H, dh], v [1, H, dv]. */
export function windowAttentionStepGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  parameters: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
): Result {
  const { window } = parameters;
  const { queries, keys, values } = operands(g, q, k, v, parameters, state);
  const [kept, keptValues] = [slice(keys, 1, 1), slice(values, 1, 1)]; // [H, window, d]
  const count = minimum(add(state.count, 1), window);
  const scores = matmul(queries, transpose(kept, [0, 2, 1])); // [H, 1, window]
  const there = greaterOrEqual(g.constant('float32', counting(window)), sub(window, count));
  const weights = softmax(where(there, scores, noScore));
  const output = transpose(matmul(weights, keptValues), [1, 0, 2]); // [1, H, dv]
  return { output, state: { keys: kept, values: keptValues, count } };
}

/** Blocks of a quarter of the window, within what a matrix product runs well at. */
export function defaultBlock(window: number): number {
  const wanted = Math.max(64, window / 4);
  return wanted < window && window % wanted === 0 ? wanted : window;
}

/** Heads first, scaled, and the keys and values after those that were kept. */
function operands(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  { scale, normalize }: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
): { queries: Value; keys: Value; values: Value } {
  const [heads, width] = headShape(q);
  const ones = g.constant('float32', new Array<number>(width).fill(1));
  const prepare = (x: Value) => (normalize ? rmsNormalize(x, ones, queryKeyEpsilon) : x);
  const scaled = mul(prepare(q), reshape(scale, [heads, 1])); // [T, H, dh]
  return {
    queries: transpose(scaled, [1, 0, 2]),
    keys: concat([state.keys, transpose(prepare(k), [1, 0, 2])], 1), // [H, window + T, dh]
    values: concat([state.values, transpose(v, [1, 0, 2])], 1),
  };
}

/** 0 where a query of a block sees a key of its window + B, `noScore` elsewhere: [1, B, window + B]. */
function bandBias(g: GraphBuilder, window: number, block: number): Value {
  const columns = window + block;
  const bias = Float32Array.from({ length: block * columns }, (_, index) => {
    const query = Math.floor(index / columns);
    const key = index % columns;
    return key > query && key <= query + window ? 0 : noScore;
  });
  return g.weight(bias, [1, block, columns]);
}

function headShape({ shape }: Value): [heads: number, width: number] {
  const [, heads, width] = shape;
  if (typeof heads !== 'number' || typeof width !== 'number' || shape.length !== 3) {
    throw new RangeError(`attention: queries are ${formatShape(shape)} and should be [T, H, dh]`);
  }
  return [heads, width];
}

function counting(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
