import { formatShape } from '../onnx/dimension.ts';
import { add, cast, greaterOrEqual, minimum, mul, sub, where } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, reshape, slice, split, transpose } from '../onnx/layout.ts';
import { lengthOf, range } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { rmsNormalize, softmax } from '../onnx/reduce.ts';
import { counting, cutIntoBlocks } from './blocks.ts';
import { noScore } from './partials.ts';
import { queryKeyEpsilon, type WindowAttentionParameters, type WindowAttentionState } from './reference.ts';

type Result = { output: Value; state: Placed<WindowAttentionState> };

/** Keys and values that every query sees in addition to its window, in the same softmax, with queries of their own. */
export interface FurtherKeys {
  /** [T, H, dh], already scaled. */
  readonly queries: Value;
  /** [H, M, dh] */
  readonly keys: Value;
  /** [H, M, dv] */
  readonly values: Value;
  /** [H, M] or [1, M], added to the scores: `noScore` hides a key. */
  readonly bias: Value;
}

/**
 * Same as `windowAttention`, as products of blocks. Queries are cut into blocks of B; each block multiplies the window
 * + B keys that any of its queries can see, and a mask removes the corners. Smaller blocks waste less on corners and
 * more on copying keys; the default was fastest.
 */
export function windowAttentionGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  parameters: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
  block = defaultBlock(parameters.window),
  further?: FurtherKeys,
): Result {
  const { window } = parameters;
  const length = lengthOf(q, 0);
  const blocks = cutIntoBlocks(g, length, window, block);
  const { queries, keys, values } = operands(g, q, k, v, parameters);
  const around = { keys: blocks.around(state.keys, keys), values: blocks.around(state.values, values) };
  const scores = matmul(blocks.cut(queries), transpose(around.keys.seen, [0, 1, 3, 2])); // [H, n, B, window + B]
  const first = sub(window, cast(state.count, 'int64')); // [1]: index of the first stored key
  const starts = reshape(mul(range(blocks.count), block), [blocks.count.dimension, 1, 1]);
  const there = greaterOrEqual(add(starts, counting(g, [1, 1, window + block])), first);
  const bias = add(bandBias(g, window, block), where(there, 0, g.scalar('float32', noScore))); // [n, B, window + B]
  const masked = add(scores, bias); // [H, n, B, window + B]
  const mixed =
    further === undefined
      ? matmul(softmax(masked), around.values.seen) // [H, n, B, dv]
      : mixWith(further, masked, around.values.seen, rows => blocks.cut(transpose(rows, [1, 0, 2])));
  return {
    output: transpose(blocks.join(mixed), [1, 0, 2]), // [T, H, dv]
    state: {
      keys: around.keys.kept,
      values: around.values.kept,
      count: minimum(add(state.count, cast(length.value, 'float32')), window),
    },
  };
}

/** The one-token form: q, k [1, H, dh], v [1, H, dv]. */
export function windowAttentionStepGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  parameters: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
  further?: FurtherKeys,
): Result {
  const { window } = parameters;
  const { queries, keys, values } = operands(g, q, k, v, parameters);
  const kept = concat([slice(state.keys, 1, 1), keys], 1); // [H, window, dh]
  const keptValues = concat([slice(state.values, 1, 1), values], 1);
  const count = minimum(add(state.count, 1), window);
  const scores = matmul(queries, transpose(kept, [0, 2, 1])); // [H, 1, window]
  const there = greaterOrEqual(cast(counting(g, [window]), 'float32'), sub(window, count));
  const masked = where(there, scores, noScore);
  const mixed =
    further === undefined
      ? matmul(softmax(masked), keptValues)
      : mixWith(further, masked, keptValues, rows => transpose(rows, [1, 0, 2]));
  const output = transpose(mixed, [1, 0, 2]); // [1, H, dv]
  return { output, state: { keys: kept, values: keptValues, count } };
}

/**
 * One softmax over the window's scores [H, …, W] and the further keys'. `arrange` reorders queries to match the scores.
 */
function mixWith(
  { queries, keys, values, bias }: FurtherKeys,
  scores: Value,
  windowValues: Value,
  arrange: (queries: Value) => Value,
): Value {
  const arranged = arrange(queries); // [H, …, dh]
  const between = arranged.shape.slice(3).map(() => 1);
  const [heads, count] = [keys.shape[0]!, keys.shape[1] as number];
  const spread = (x: Value): Value => reshape(x, [heads, ...between, ...x.shape.slice(1)]);
  const product = matmul(arranged, spread(transpose(keys, [0, 2, 1]))); // [H, …, M]
  const hidden = reshape(bias, [bias.shape[0]!, ...between, 1, count]);
  const all = softmax(concat([scores, add(product, hidden)], -1));
  const [near, far] = split(all, [scores.shape.at(-1) as number, count], -1) as [Value, Value];
  return add(matmul(near, windowValues), matmul(far, spread(values)));
}

/** A quarter of the window, within the sizes that matrix products run well at. */
export function defaultBlock(window: number): number {
  const wanted = Math.max(64, window / 4);
  return wanted < window && window % wanted === 0 ? wanted : window;
}

/** Heads first, the queries scaled: [H, T, d] each. */
function operands(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  parameters: Placed<WindowAttentionParameters>,
): { queries: Value; keys: Value; values: Value } {
  return {
    queries: transpose(scaledQueries(g, q, parameters), [1, 0, 2]),
    keys: transpose(prepared(g, k, parameters), [1, 0, 2]),
    values: transpose(v, [1, 0, 2]),
  };
}

/** Queries scaled and, if configured, normalised: [T, H, dh]. */
export function scaledQueries(
  g: GraphBuilder,
  q: Value,
  parameters: Placed<WindowAttentionParameters>,
): Value {
  const [heads] = headShape(q);
  return mul(prepared(g, q, parameters), reshape(parameters.scale, [heads, 1]));
}

function prepared(g: GraphBuilder, x: Value, { normalize }: Placed<WindowAttentionParameters>): Value {
  if (!normalize) return x;
  const [, width] = headShape(x);
  const ones = g.constant(
    'float32',
    Array.from({ length: width }, () => 1),
  );
  return rmsNormalize(x, ones, queryKeyEpsilon);
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
