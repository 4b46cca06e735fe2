/**
 * A chain over a number of pieces known only at run time, unrolled to the maximum. Beyond the last piece tensors are
 * empty and cost next to nothing; joined, there are as many results as pieces. More pieces than were unrolled cause a
 * shape mismatch and fail.
 */
import { sub } from './elementwise.ts';
import type { Value } from './graph-builder.ts';
import { axisOf, concat } from './layout.ts';
import type { Length } from './length.ts';

/** Piece `index` of an axis: 1 along it, or 0 when there are fewer. */
export function piece(x: Value, axis: number, index: number): Value {
  const at = axisOf('Slice', x, axis);
  const int64 = (value: number): Value => x.graph.constant('int64', [value]);
  return x.graph.node({
    type: 'Slice',
    inputs: [x, int64(index), int64(index + 1), int64(at)],
    outputs: [{ type: x.type, shape: x.shape.with(at, 1) }],
  })[0]!;
}

/** The chain's state, 1 along the axis, while index < `count`; empty after. */
export function reached(x: Value, axis: number, index: number, count: Length): Value {
  const at = axisOf('Slice', x, axis);
  const { graph } = x;
  // A negative end counts from the back: this leaves nothing as well.
  const end = index === 0 ? count.value : sub(count.value, index);
  return graph.node({
    type: 'Slice',
    inputs: [x, graph.constant('int64', [0]), end, graph.constant('int64', [at])],
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** Values that WebGPU concatenates at once; beyond it makes groups, and fails on one that is all empty. */
const mostAtOnce = 8;

/** Concatenates the results along an axis, empty ones included: `length` in all. */
export function joined(results: readonly Value[], axis: number, length: Length): Value {
  let parts = results;
  while (parts.length > mostAtOnce) {
    const groups = Math.ceil(parts.length / mostAtOnce);
    const level = parts;
    parts = Array.from({ length: groups }, (_, i) =>
      concat(level.slice(i * mostAtOnce, (i + 1) * mostAtOnce), axis),
    );
  }
  const all = concat(parts, axis);
  return { ...all, shape: all.shape.with(axisOf('Concat', all, axis), length.dimension) };
}
