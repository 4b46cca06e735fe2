import { mul, relu, silu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { type LinearWeight, linear } from '../onnx/linear.ts';

/** The weights of `GatedMlpParameters`, each in the lowering that suits the device. */
export interface GatedMlpWeights {
  readonly gate: LinearWeight;
  readonly up: LinearWeight;
  readonly down: LinearWeight;
}

export interface SquaredMlpWeights {
  readonly up: LinearWeight;
  readonly down: LinearWeight;
}

/** The same as `gatedMlp`, for x [..., d]. Two products instead of one of twice the width: nothing has to be split. */
export function gatedMlpGraph(_g: GraphBuilder, x: Value, { gate, up, down }: GatedMlpWeights): Value {
  return linear(mul(silu(linear(x, gate)), linear(x, up)), down);
}

/** The same as `squaredMlp`, for x [..., d]. */
export function squaredMlpGraph(_g: GraphBuilder, x: Value, { up, down }: SquaredMlpWeights): Value {
  const rectified = relu(linear(x, up));
  return linear(mul(rectified, rectified), down);
}
