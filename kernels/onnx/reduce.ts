/** Reductions along an axis: sums, maxima, softmax, running sums, top k. */
import { formatShape } from './dimension.ts';
import type { Value } from './graph-builder.ts';
import { axisOf } from './layout.ts';

export const reduceSum = reduction('ReduceSum');
export const reduceMax = reduction('ReduceMax');

export function softmax(x: Value, axis = -1): Value {
  return x.graph.node({
    type: 'Softmax',
    inputs: [x],
    attributes: { axis: axisOf('Softmax', x, axis) },
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** log softmax(x), without underflow where a probability rounds to 0. */
export function logSoftmax(x: Value, axis = -1): Value {
  return x.graph.node({
    type: 'LogSoftmax',
    inputs: [x],
    attributes: { axis: axisOf('LogSoftmax', x, axis) },
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** Inclusive running sums along an axis. */
export function cumulativeSum(x: Value, axis: number): Value {
  return x.graph.node({
    type: 'CumSum',
    inputs: [x, x.graph.scalar('int64', axisOf('CumSum', x, axis))],
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** The k largest along the last axis, in descending order, and their indices. */
export function topK(x: Value, k: number): { readonly values: Value; readonly indices: Value } {
  const length = x.shape.at(-1);
  if (typeof length === 'number' && length < k) {
    throw new RangeError(`TopK: ${k} of ${formatShape(x.shape)}`);
  }
  const shape = x.shape.with(-1, k);
  const [values, indices] = x.graph.node({
    type: 'TopK',
    inputs: [x, x.graph.constant('int64', [k])],
    attributes: { axis: -1 },
    outputs: [
      { type: x.type, shape },
      { type: 'int64', shape },
    ],
  });
  return { values: values!, indices: indices! };
}

/** x / √(mean x² + ε) ⊙ gain over the last axis, as one node: onnxruntime's SimplifiedLayerNormalization. */
export function rmsNormalize(x: Value, gain: Value, epsilon: number): Value {
  if (gain.shape.length !== 1 || gain.shape[0] !== x.shape.at(-1)) {
    throw new RangeError(
      `SimplifiedLayerNormalization: ${formatShape(x.shape)} by ${formatShape(gain.shape)}`,
    );
  }
  return x.graph.node({
    type: 'SimplifiedLayerNormalization',
    inputs: [x, gain],
    attributes: { axis: -1, epsilon: { float: epsilon } },
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/**
 * `rmsNormalize` of x + y, and that sum for the next residual, as one node: onnxruntime's
 * SkipSimplifiedLayerNormalization.
 */
export function rmsNormalizeSum(
  x: Value,
  y: Value,
  gain: Value,
  epsilon: number,
): { readonly normalized: Value; readonly sum: Value } {
  if (gain.shape[0] !== x.shape.at(-1) || formatShape(x.shape) !== formatShape(y.shape)) {
    const shapes = [x, y, gain].map(({ shape }) => formatShape(shape)).join(', ');
    throw new RangeError(`SkipSimplifiedLayerNormalization: ${shapes}`);
  }
  const like = { type: x.type, shape: x.shape };
  const none = { ...like, unused: true };
  const [normalized, , , sum] = x.graph.node({
    type: 'SkipSimplifiedLayerNormalization',
    domain: 'com.microsoft',
    inputs: [x, y, gain],
    attributes: { epsilon: { float: epsilon } },
    outputs: [like, none, none, like],
  });
  return { normalized: normalized!, sum: sum! };
}

function reduction(type: string): (x: Value, axis: number, keepAxis?: boolean) => Value {
  return (x, axis, keepAxis = false) => {
    const at = axisOf(type, x, axis);
    const shape = keepAxis ? x.shape.with(at, 1) : x.shape.toSpliced(at, 1);
    return x.graph.node({
      type,
      inputs: [x, x.graph.constant('int64', [at])],
      attributes: { keepdims: keepAxis ? 1 : 0 },
      outputs: [{ type: x.type, shape }],
    })[0]!;
  };
}
