/** The parts that every layer is built from. */

import { mul, relu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { reshape } from '../onnx/layout.ts';
import { rmsNormalize } from '../onnx/reduce.ts';
import type { RotaryAngles } from '../rotary/graph.ts';
import { type Tensor, tensor } from '../tensor.ts';
import type { ModelConfig } from './config.ts';
import type { Lowering, ModelWeights } from './weights.ts';

/** ε under the root of every norm; the PyTorch reference's EPSILON. */
export const normEpsilon = 1e-6;

export interface Layer {
  readonly g: GraphBuilder;
  readonly config: ModelConfig;
  readonly weights: ModelWeights;
  readonly lowering: Lowering;
  /** Prefix of its parameters in the PyTorch reference, such as `self_decoder.3.mixer`. */
  readonly name: string;
  /** The one-token form, T = 1, for which other nodes are faster. */
  readonly step: boolean;
  /** Longest chunk the graph takes, in tokens. */
  readonly longest: number;
  /**
   * Batch size B. Token-wise operators see [T·B, w], the tokens of one position next to each other; operators that mix
   * the tokens of a sequence see [T, B·w]: channels and heads of B sequences as B times as many channels and heads.
   */
  readonly batch: number;
  /** Angles of the chunk's positions, for every layer that rotates. */
  readonly angles: RotaryAngles;
}

/** x [T, inputs] → [T, outputs] by the layer's matrix `<name>.<matrix>.weight`. */
export function project(
  { weights, name, lowering }: Layer,
  x: Value,
  matrix: string,
  outputs: number,
): Value {
  return weights.linear(x, `${name}.${matrix}.weight`, outputs, lowering);
}

/** Gates are few and sensitive: always float32, with the bias. */
export function parameter({ weights, name }: Layer, field: string, shape: readonly number[]): Tensor {
  return weights.tensor(`${name}.${field}`, shape);
}

/** [T·B, w] → [T, B·w], for operators that mix tokens. */
export function sideBySide({ batch }: Layer, x: Value): Value {
  return batch === 1 ? x : reshape(x, [-1, batch * (x.shape[1] as number)]);
}

/** [T, B·w] → [T·B, w], for token-wise operators. */
export function tokenByToken({ batch }: Layer, x: Value): Value {
  return batch === 1 ? x : reshape(x, [-1, (x.shape[1] as number) / batch]);
}

/** A per-channel or per-head parameter, repeated along an axis for every sequence of the batch. */
export function tiled({ batch }: Pick<Layer, 'batch'>, { shape, data }: Tensor, axis: number): Tensor {
  const row = shape.slice(axis).reduce((count, length) => count * length, 1);
  const repeated = new Float64Array(data.length * batch);
  for (let at = 0; at < data.length; at += row)
    for (let copy = 0; copy < batch; copy++)
      repeated.set(data.subarray(at, at + row), at * batch + copy * row);
  return tensor(shape.with(axis, shape[axis]! * batch), repeated);
}

export function place(g: GraphBuilder, { shape, data }: Tensor): Value {
  return g.weight(Float32Array.from(data), shape);
}

/** The same number `count` times, as a vector. */
export function repeated(g: GraphBuilder, value: number, count: number): Value {
  return g.constant(
    'float32',
    Array.from({ length: count }, () => value),
  );
}

/** x / √(mean x² + ε) over the last axis; the gain is folded into the next matrix. */
export function normalize(x: Value, epsilon = normEpsilon): Value {
  const width = x.shape.at(-1);
  if (typeof width !== 'number') throw new RangeError('normalisation over an axis of unknown length');
  return rmsNormalize(x, repeated(x.graph, 1, width), epsilon);
}

/** W₂ relu(W₁ x)² */
export function squaredMlp({ weights, name, lowering, config }: Layer, x: Value): Value {
  const rectified = relu(weights.linear(x, `${name}.up.weight`, config.mlp, lowering));
  return weights.linear(mul(rectified, rectified), `${name}.down.weight`, config.width, lowering);
}
