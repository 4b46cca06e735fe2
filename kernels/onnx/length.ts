/**
 * Lengths that the graph computes at run time: each is an int64 [1] in the graph plus the symbolic dimension it stands
 * for, so that shapes stay known while building.
 */
import type { DataType } from './data-type.ts';
import {
  addDimensions,
  type Dimension,
  divideRoundingUp,
  leastValue,
  multiplyDimensions,
  type Shape,
  subtractDimensions,
} from './dimension.ts';
import { add, cast, div, mul, sub } from './elementwise.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { axisOf, concat } from './layout.ts';

export interface Length {
  readonly dimension: Dimension;
  /** int64 [1]. */
  readonly value: Value;
}

export function lengthOf(x: Value, axis: number): Length {
  const at = axisOf('Shape', x, axis);
  const dimension = x.shape[at]!;
  if (typeof dimension === 'number') return fixedLength(x.graph, dimension);
  const [value] = x.graph.node({
    type: 'Shape',
    inputs: [x],
    attributes: { start: at, end: at + 1 },
    outputs: [{ type: 'int64', shape: [1] }],
  });
  return { dimension, value: value! };
}

export function plus(length: Length, more: number): Length {
  return { dimension: addDimensions(length.dimension, more), value: add(length.value, more) };
}

export function minus(length: Length, other: Length): Length {
  return {
    dimension: subtractDimensions(length.dimension, other.dimension),
    value: sub(length.value, other.value),
  };
}

export function times(length: Length, factor: number): Length {
  return { dimension: multiplyDimensions(length.dimension, factor), value: mul(length.value, factor) };
}

/** ⌈length / divisor⌉ */
export function pieces(length: Length, divisor: number): Length {
  return {
    dimension: divideRoundingUp(length.dimension, divisor),
    value: div(add(length.value, divisor - 1), divisor),
  };
}

/** Pads an axis to the given length with `fill` (0), at its end or start. */
export function padTo(
  x: Value,
  axis: number,
  length: Length,
  fill = 0,
  side: 'end' | 'start' = 'end',
): Value {
  const at = axisOf('Pad', x, axis);
  const missing = minus(length, lengthOf(x, at)).value;
  // One entry per axis, twice: onnxruntime's transpose optimizer mishandles the shorter form that names axes.
  const place = (side === 'start' ? 0 : x.shape.length) + at;
  const zeros = (count: number): Value[] =>
    count > 0
      ? [
          x.graph.constant(
            'int64',
            Array.from({ length: count }, () => 0),
          ),
        ]
      : [];
  const pads = concat([...zeros(place), missing, ...zeros(2 * x.shape.length - 1 - place)], 0);
  const [result] = x.graph.node({
    type: 'Pad',
    inputs: [x, pads, x.graph.scalar(x.type, fill)],
    outputs: [{ type: x.type, shape: x.shape.with(at, length.dimension) }],
  });
  return result!;
}

/** The first `length` elements of an axis: undoes `padTo`. */
export function takeFirst(x: Value, axis: number, length: Length): Value {
  const at = axisOf('Slice', x, axis);
  const { graph } = x;
  const [result] = graph.node({
    type: 'Slice',
    inputs: [x, graph.constant('int64', [0]), length.value, graph.constant('int64', [at])],
    outputs: [{ type: x.type, shape: x.shape.with(at, length.dimension) }],
  });
  return result!;
}

/** `count` elements of an axis from `start`, both known only at run time. */
export function takeFrom(x: Value, axis: number, start: Value, count: Length): Value {
  const at = axisOf('Slice', x, axis);
  const [result] = x.graph.node({
    type: 'Slice',
    inputs: [x, start, add(start, count.value), x.graph.constant('int64', [at])],
    outputs: [{ type: x.type, shape: x.shape.with(at, count.dimension) }],
  });
  return result!;
}

/** 0, 1, 2 … length − 1. */
export function range(length: Length, type: DataType = 'int64'): Value {
  const { graph } = length.value;
  const [counted] = graph.node({
    type: 'Range',
    inputs: [graph.scalar('int64', 0), scalarOf(length), graph.scalar('int64', 1)],
    outputs: [{ type: 'int64', shape: [length.dimension] }],
  });
  return cast(counted!, type);
}

/** Stretches axes of length 1 to the given lengths. */
export function expand(x: Value, lengths: readonly (Length | number)[]): Value {
  const { graph } = x;
  const parts = lengths.map(length =>
    typeof length === 'number' ? graph.constant('int64', [length]) : length.value,
  );
  const shape: Shape = lengths.map(length => (typeof length === 'number' ? length : length.dimension));
  const fits = x.shape.length === shape.length;
  if (!fits || shape.some(length => (leastValue(length) ?? 0) < 0)) {
    throw new RangeError(`Expand: rank ${x.shape.length} to rank ${shape.length}`);
  }
  const [result] = graph.node({
    type: 'Expand',
    inputs: [x, concat(parts, 0)],
    outputs: [{ type: x.type, shape }],
  });
  return result!;
}

/** A tensor filled with one value; lengths may be known only at run time. */
export function filled(
  lengths: readonly (Length | number)[],
  type: DataType,
  value: number,
  graph: GraphBuilder,
): Value {
  const ones = lengths.map(() => 1);
  return expand(graph.constant(type, [value], ones), lengths);
}

/** A known length, where a `Length` is expected. */
export function fixedLength(graph: GraphBuilder, length: number): Length {
  return { dimension: length, value: graph.constant('int64', [length]) };
}

function scalarOf(length: Length): Value {
  const { graph } = length.value;
  return graph.node({
    type: 'Squeeze',
    inputs: [length.value, graph.constant('int64', [0])],
    outputs: [{ type: 'int64', shape: [] }],
  })[0]!;
}
