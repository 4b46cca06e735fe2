import { normGraph } from '../norm/graph.ts';
import { formatShape } from '../onnx/dimension.ts';
import { div, exp, mul, neg, tanh } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { gatherInRows, reshape, slice } from '../onnx/layout.ts';
import { linear } from '../onnx/linear.ts';
import { matmulTransposed } from '../onnx/matmul.ts';
import type { BlockWeight, Uint8Weight } from '../onnx/quantize.ts';
import { logSoftmax, reduceSum, topK } from '../onnx/reduce.ts';

export interface HeadWeights {
  readonly gain: Value;
  readonly epsilon: number;
  /** [V, d] in float32 like the embedding, or its transpose [d, V] quantised as a linear layer. */
  readonly embedding: Value | Uint8Weight | BlockWeight;
  readonly softCap: number;
}

/** Same as `head`: logits [V] of the last position of x [T, d]. */
export function headGraph(
  g: GraphBuilder,
  x: Value,
  { gain, epsilon, embedding, softCap }: HeadWeights,
): Value {
  const last = normGraph(g, slice(x, 0, -1), { gain, epsilon }); // [1, d]
  const scores = 'kind' in embedding ? linear(last, embedding) : matmulTransposed(last, embedding); // [1, V]
  const vocabulary = scores.shape[1];
  if (typeof vocabulary !== 'number') throw new RangeError(`head: logits are ${formatShape(scores.shape)}`);
  const logits = reshape(scores, [vocabulary]);
  return softCap > 0 ? mul(tanh(div(logits, softCap)), softCap) : logits;
}

/** Same as `surprisal`: logits [T, V] and tokens int64 [T, k]. Only a few numbers a token leave the runtime. */
export function surprisalGraph(
  _g: GraphBuilder,
  logits: Value,
  tokens: Value,
): { surprisal: Value; entropy: Value } {
  const log = logSoftmax(logits); // [T, V]
  return {
    surprisal: neg(gatherInRows(log, tokens)),
    entropy: neg(reduceSum(mul(exp(log), log), -1)),
  };
}

/** Same as `topTokens`; tokens are int64 [k]. */
export function topTokensGraph(_g: GraphBuilder, logits: Value, k: number): { logits: Value; tokens: Value } {
  const { values, indices } = topK(logits, k);
  return { logits: values, tokens: indices };
}
