/** What every layer is built with. */

import { mul, relu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { reshape } from '../onnx/layout.ts';
import { rmsNormalize } from '../onnx/reduce.ts';
import type { RotaryAngles } from '../rotary/graph.ts';
import { type Tensor, tensor } from '../tensor.ts';
import type { ModelConfig } from './config.ts';
import type { Lowering, ModelWeights } from './weights.ts';

/** Under the root of every normalisation; the PyTorch reference's EPSILON. */
export const normEpsilon = 1e-6;

export interface Layer {
  readonly g: GraphBuilder;
  readonly config: ModelConfig;
  readonly weights: ModelWeights;
  readonly lowering: Lowering;
  /** Where its parameters stand in the PyTorch reference's names, such as `self_decoder.3.mixer`. */
  readonly name: string;
  /** The form for one token at a time, T = 1: other nodes are faster there. */
  readonly step: boolean;
  /** The longest chunk that the graph takes, in tokens. */
  readonly longest: number;
  /**
   * Sequences that run side by side, B. Whatever works on tokens alone sees [T·B, w], the tokens of one position next to each other, and what mixes the
   * tokens of a sequence sees [T, B·w]: the channels and heads of B sequences are B times as many channels and heads.
   */
  readonly lanes: number;
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

/** The few numbers of gates are worth their exactness: always float32, with the bias. */
export function parameter({ weights, name }: Layer, field: string, shape: readonly number[]): Tensor {
  return weights.tensor(`${name}.${field}`, shape);
}

/** [T·B, w] → [T, B·w], for what mixes the tokens of a sequence. */
export function sideBySide({ lanes }: Layer, x: Value): Value {
  return lanes === 1 ? x : reshape(x, [-1, lanes * (x.shape[1] as number)]);
}

/** [T, B·w] → [T·B, w], for what works on tokens alone. */
export function tokenByToken({ lanes }: Layer, x: Value): Value {
  return lanes === 1 ? x : reshape(x, [-1, (x.shape[1] as number) / lanes]);
}

/** A parameter of channels or heads, for those of every lane: repeated along an axis. */
export function ofLanes({ lanes }: Pick<Layer, 'lanes'>, { shape, data }: Tensor, axis: number): Tensor {
  const row = shape.slice(axis).reduce((count, length) => count * length, 1);
  const repeated = new Float64Array(data.length * lanes);
  for (let at = 0; at < data.length; at += row)
    for (let lane = 0; lane < lanes; lane++)
      repeated.set(data.subarray(at, at + row), at * lanes + lane * row);
  return tensor(shape.with(axis, shape[axis]! * lanes), repeated);
}

export function place(g: GraphBuilder, { shape, data }: Tensor): Value {
  return g.weight(Float32Array.from(data), shape);
}

/** The same number `count` times, as a vector of the graph. */
export function repeated(g: GraphBuilder, value: number, count: number): Value {
  return g.constant(
    'float32',
    Array.from({ length: count }, () => value),
  );
}

/** x / √(mean x² + ε) over the last axis, without a gain: it would fold into the matrix that follows. */
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
