import { mul, relu, silu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { type LinearWeight, linear } from '../onnx/linear.ts';

/** The weights of `GatedMlpParameters`, each in the device's lowering. */
export interface GatedMlpWeights {
  readonly gate: LinearWeight;
  readonly up: LinearWeight;
  readonly down: LinearWeight;
}

export interface SquaredMlpWeights {
  readonly up: LinearWeight;
  readonly down: LinearWeight;
}

/** Same as `gatedMlp`, for x [..., d]. Two products rather than one of twice the width, to avoid a split. */
export function gatedMlpGraph(_g: GraphBuilder, x: Value, { gate, up, down }: GatedMlpWeights): Value {
  return linear(mul(silu(linear(x, gate)), linear(x, up)), down);
}

/** Same as `squaredMlp`, for x [..., d]. */
export function squaredMlpGraph(_g: GraphBuilder, x: Value, { up, down }: SquaredMlpWeights): Value {
  const rectified = relu(linear(x, up));
  return linear(mul(rectified, rectified), down);
}
