/**
 * A chain over pieces whose number is known only when the graph runs, unrolled to the most there can be. Beyond the last
 * piece there stands an empty one, and what is computed from it is empty and costs next to nothing; joined again, the results
 * are as many as there were pieces. More pieces than were unrolled do not fit what they are used with, and fail.
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

/** What the chain has reached, 1 along the axis, while `count` pieces last past `index`; empty after them. */
export function reached(x: Value, axis: number, index: number, count: Length): Value {
  const at = axisOf('Slice', x, axis);
  const { graph } = x;
  // An end below zero counts from the back of the one there is: nothing is left as well.
  const end = index === 0 ? count.value : sub(count.value, index);
  return graph.node({
    type: 'Slice',
    inputs: [x, graph.constant('int64', [0]), end, graph.constant('int64', [at])],
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** Values that WebGPU joins at once; of more it makes groups, and fails at one where all are empty. */
const mostAtOnce = 8;

/** The results of every piece along an axis, empty ones among them: `length` in all. */
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
