import { scaledQueries, windowAttentionGraph, windowAttentionStepGraph } from '../flash-attention/graph.ts';
import { type AttentionPartials, noScore } from '../flash-attention/partials.ts';
import type { WindowAttentionParameters, WindowAttentionState } from '../flash-attention/reference.ts';
import { finishAttentionGraph } from '../flash-attention/tiles.ts';
import { formatShape } from '../onnx/dimension.ts';
import { add, exp, mul, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { reshape, transpose } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { reduceMax, reduceSum } from '../onnx/reduce.ts';
import type { BesideWindow, StridedMemory, StridedReadParameters } from './strided-read.ts';

/** Same as `stridedRead`, for q [T, H, dh]. */
export function stridedReadGraph(
  g: GraphBuilder,
  q: Value,
  { scale }: Placed<StridedReadParameters>,
  { keys, values, valid }: Placed<StridedMemory>,
): { output: Value; partials: Placed<AttentionPartials> } {
  const [length, heads, width] = q.shape;
  const slots = keys.shape[1];
  if (q.shape.length !== 3 || slots === undefined || keys.shape[2] !== width) {
    throw new RangeError(`strided read: ${formatShape(q.shape)} of ${formatShape(keys.shape)}`);
  }
  const queries = transpose(mul(q, reshape(scale, [heads!, 1])), [1, 0, 2]); // [H, T, dh]
  const products = matmul(queries, transpose(keys, [0, 2, 1])); // [H, T, M]
  const missing = reshape(mul(sub(1, valid), noScore), [heads!, 1, slots]);
  const scores = add(products, missing);
  const maximum = reduceMax(scores, -1, true); // [H, T, 1]
  // If every key is masked, the maximum is `noScore` too and exp would give 1.
  const weights = mul(exp(sub(scores, maximum)), reshape(valid, [heads!, 1, slots]));
  const partials = {
    maximum: reshape(maximum, [heads!, length!]),
    denominator: reduceSum(weights, -1),
    weighted: matmul(weights, values),
  };
  return { output: finishAttentionGraph(g, partials), partials };
}

/** A strided memory in the form that the graph beside a window takes. */
export interface HiddenKeys {
  /** [H, M, dh] and [H, M, dv] */
  readonly keys: Value;
  readonly values: Value;
  /** [H, M] or [1, M]: 0 where there is a key, `noScore` where there is none. */
  readonly hidden: Value;
}

/** Same as `stridedReadBesideWindow`; `step` is the one-token form. */
export function stridedReadBesideWindowGraph(
  g: GraphBuilder,
  { q, plain, k, v }: Placed<BesideWindow>,
  parameters: Placed<WindowAttentionParameters>,
  state: Placed<WindowAttentionState>,
  { keys, values, hidden }: HiddenKeys,
  step = false,
): { output: Value; state: Placed<WindowAttentionState> } {
  const further = { queries: scaledQueries(g, plain, parameters), keys, values, bias: hidden };
  return step
    ? windowAttentionStepGraph(g, q, k, v, parameters, state, further)
    : windowAttentionGraph(g, q, k, v, parameters, state, undefined, further);
}
