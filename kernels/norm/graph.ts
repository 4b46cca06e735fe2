import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { Placed } from '../onnx/parameters.ts';
import { rmsNormalize } from '../onnx/reduce.ts';
import type { NormParameters } from './reference.ts';

/** Same as `norm`, over the last axis of x [..., d]. */
export function normGraph(_g: GraphBuilder, x: Value, { gain, epsilon }: Placed<NormParameters>): Value {
  return rmsNormalize(x, gain, epsilon);
}
