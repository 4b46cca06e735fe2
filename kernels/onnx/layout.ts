/** Operators that move elements without computing. Negative axes count from the end, as in ONNX. */
import {
  addDimensions,
  type Dimension,
  divideDimensions,
  elementCount,
  formatShape,
  leastValue,
  type Shape,
  sameDimension,
  subtractDimensions,
} from './dimension.ts';
import type { Value } from './graph-builder.ts';

/** End of a slice that runs to the end of its axis. */
const untilEnd = Number.MAX_SAFE_INTEGER;

/**
 * The same elements in another shape; one length may be −1 (inferred). Symbolic lengths may stay in place, and one more
 * may appear.
 */
export function reshape(x: Value, shape: Shape): Value {
  const fail = (why: string): never => {
    throw new RangeError(`Reshape: ${formatShape(x.shape)} to ${formatShape(shape)}: ${why}`);
  };
  const total = elementCount(x.shape);
  const known = shape.filter(length => length !== -1);
  if (shape.length - known.length > 1) fail('only one length can be inferred');
  const rest = divideDimensions(total, elementCount(known)) ?? inOrder(total, known);
  if (rest === undefined || (known.length === shape.length && rest !== 1)) fail('the sizes differ');
  const result = shape.map(length => (length === -1 ? rest! : length));
  let free = result.findIndex((length, axis) => typeof length !== 'number' && !stays(x.shape, result, axis));
  if (free < 0) free = shape.indexOf(-1);
  const target = result.map((length, axis) => {
    if (axis === free) return -1;
    if (typeof length === 'number') return length;
    // 0 copies the length of the same axis.
    return stays(x.shape, result, axis) ? 0 : fail('two lengths are known only when it runs');
  });
  const [value] = x.graph.node({
    type: 'Reshape',
    inputs: [x, x.graph.constant('int64', target)],
    outputs: [{ type: x.type, shape: result }],
  });
  return value!;
}

export function transpose(x: Value, order: readonly number[]): Value {
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new RangeError(`Transpose: ${formatShape(x.shape)} by [${order.join(', ')}]`);
  }
  const shape = order.map(axis => x.shape[axis]!);
  return x.graph.node({
    type: 'Transpose',
    inputs: [x],
    attributes: { perm: order },
    outputs: [{ type: x.type, shape }],
  })[0]!;
}

/** Elements `start` (inclusive) to `end` (exclusive; default: all) of an axis; negative values count from the end. */
export function slice(x: Value, axis: number, start: number, end?: number): Value {
  const at = axisOf('Slice', x, axis);
  const length = x.shape[at]!;
  const bound = (index: number): Dimension => (index < 0 ? addDimensions(length, index) : index);
  const kept = subtractDimensions(end === undefined ? length : bound(end), bound(start));
  const furthest = Math.max(start < 0 ? -start : start, end === undefined ? 0 : end < 0 ? -end : end);
  if ((leastValue(length) ?? 0) < furthest || (leastValue(kept) ?? 0) < 0) {
    throw new RangeError(`Slice: ${start} to ${end ?? 'the end'} of axis ${at} of ${formatShape(x.shape)}`);
  }
  const int64 = (value: number) => x.graph.constant('int64', [value]);
  const [result] = x.graph.node({
    type: 'Slice',
    inputs: [x, int64(start), int64(end ?? untilEnd), int64(at)],
    outputs: [{ type: x.type, shape: x.shape.with(at, kept) }],
  });
  return result!;
}

export function concat(parts: readonly Value[], axis: number): Value {
  const first = parts[0];
  if (first === undefined) throw new RangeError('Concat: nothing to join');
  const at = axisOf('Concat', first, axis);
  let length: Dimension = 0;
  for (const part of parts) {
    const fits =
      part.type === first.type &&
      part.shape.length === first.shape.length &&
      part.shape.every((size, index) => index === at || sameDimension(size, first.shape[index]!));
    if (!fits) {
      const shapes = parts.map(({ type, shape }) => `${type} ${formatShape(shape)}`).join(', ');
      throw new RangeError(`Concat: ${shapes} along axis ${at}`);
    }
    length = addDimensions(length, part.shape[at]!);
  }
  const [result] = first.graph.node({
    type: 'Concat',
    inputs: parts,
    attributes: { axis: at },
    outputs: [{ type: first.type, shape: first.shape.with(at, length) }],
  });
  return result!;
}

/** Cuts an axis of fixed length into parts of the given lengths. */
export function split(x: Value, lengths: readonly number[], axis: number): readonly Value[] {
  const at = axisOf('Split', x, axis);
  const sum = lengths.reduce((total, length) => total + length, 0);
  if (x.shape[at] !== sum) {
    throw new RangeError(`Split: axis ${at} of ${formatShape(x.shape)} into [${lengths.join(', ')}]`);
  }
  return x.graph.node({
    type: 'Split',
    inputs: [x, x.graph.constant('int64', lengths)],
    attributes: { axis: at },
    outputs: lengths.map(length => ({ type: x.type, shape: x.shape.with(at, length) })),
  });
}

/** Adds `before` and `after` elements of value `fill` (0) to an axis. */
export function pad(x: Value, axis: number, before: number, after: number, fill = 0): Value {
  const at = axisOf('Pad', x, axis);
  // One entry per axis, twice: onnxruntime's transpose optimizer mishandles the shorter form that names axes.
  const pads = [
    ...x.shape.map((_, i) => (i === at ? before : 0)),
    ...x.shape.map((_, i) => (i === at ? after : 0)),
  ];
  const [result] = x.graph.node({
    type: 'Pad',
    inputs: [x, x.graph.constant('int64', pads), x.graph.scalar(x.type, fill)],
    outputs: [{ type: x.type, shape: x.shape.with(at, addDimensions(x.shape[at]!, before + after)) }],
  });
  return result!;
}

/** Entries of `x` along an axis at `indices` (int64), whose shape replaces that axis. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const at = axisOf('Gather', x, axis);
  if (indices.type !== 'int64' && indices.type !== 'int32') {
    throw new TypeError(`Gather: indices are ${indices.type}`);
  }
  const [result] = x.graph.node({
    type: 'Gather',
    inputs: [x, indices],
    attributes: { axis: at },
    outputs: [{ type: x.type, shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)] }],
  });
  return result!;
}

/** Entries of each row of `x` [..., n] at `indices` (int64) [..., k]: [..., k]. */
export function gatherInRows(x: Value, indices: Value): Value {
  const rows = formatShape(x.shape.slice(0, -1));
  if (indices.type !== 'int64' || formatShape(indices.shape.slice(0, -1)) !== rows) {
    throw new RangeError(
      `GatherElements: ${indices.type} ${formatShape(indices.shape)} in ${formatShape(x.shape)}`,
    );
  }
  return x.graph.node({
    type: 'GatherElements',
    inputs: [x, indices],
    attributes: { axis: -1 },
    outputs: [{ type: x.type, shape: indices.shape }],
  })[0]!;
}

/** Rows of x [N, ...] combined with updates [S, ...]: row `rows[i]` with update i; several updates may share a row. */
export function scatterRows(x: Value, rows: Value, updates: Value, reduction: 'add' | 'max'): Value {
  const fits =
    rows.type === 'int64' &&
    rows.shape.length === 1 &&
    formatShape(updates.shape) === formatShape([rows.shape[0]!, ...x.shape.slice(1)]);
  if (!fits) {
    const shapes = `${formatShape(updates.shape)} at ${formatShape(rows.shape)}`;
    throw new RangeError(`ScatterND: ${shapes} into ${formatShape(x.shape)}`);
  }
  return x.graph.node({
    type: 'ScatterND',
    inputs: [x, reshape(rows, [rows.shape[0]!, 1]), updates],
    attributes: { reduction },
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** The lower triangle of the last two axes, including diagonal `offset` (0: the main one); zero above it. */
export function lowerTriangle(x: Value, offset = 0): Value {
  return x.graph.node({
    type: 'Trilu',
    inputs: [x, x.graph.scalar('int64', offset)],
    attributes: { upper: 0 },
    outputs: [{ type: x.type, shape: x.shape }],
  })[0]!;
}

/** The axis counted from the start. Throws if it does not exist. */
export function axisOf(operator: string, x: Value, axis: number): number {
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (x.shape[at] === undefined)
    throw new RangeError(`${operator}: ${formatShape(x.shape)} has no axis ${axis}`);
  return at;
}

function stays(before: Shape, after: Shape, axis: number): boolean {
  const length = before[axis];
  return length !== undefined && sameDimension(length, after[axis]!);
}

/** A product divided by its factors one by one, which works where their product has many terms. */
function inOrder(total: Dimension, factors: Shape): Dimension | undefined {
  return factors.reduce<Dimension | undefined>(
    (rest, factor) => (rest === undefined ? undefined : divideDimensions(rest, factor)),
    total,
  );
}
