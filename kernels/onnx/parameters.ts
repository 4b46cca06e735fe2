/**
 * Converts a reference's tensors to a graph's values, so that one description of an operator's parameters serves both.
 */
import type { Tensor } from '../tensor.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';

/** The same record with a graph value for every tensor; numbers and choices are unchanged. */
export type Placed<P> = {
  readonly [K in keyof P]: PlacedField<P[K]>;
};

type PlacedField<F> = F extends Tensor
  ? Value
  : F extends readonly Tensor[]
    ? readonly Value[]
    : F extends readonly (infer E)[]
      ? E extends object
        ? readonly Placed<E>[]
        : F
      : F extends object
        ? Placed<F>
        : F;

/** Places every tensor of a record as a float32 weight. */
export function placeParameters<P extends object>(g: GraphBuilder, parameters: P): Placed<P> {
  return mapTensors(parameters, tensor => placeTensor(g, tensor)) as Placed<P>;
}

/** Places one tensor, such as a table computed from parameters, as a float32 weight. */
export function placeTensor(g: GraphBuilder, { shape, data }: Tensor): Value {
  return g.weight(Float32Array.from(data), shape);
}

/** Declares a graph input for every tensor of a state, named `<prefix><field>`, and returns them as a record. */
export function placeState<S extends object>(g: GraphBuilder, state: S, prefix = ''): Placed<S> {
  return mapTensors(state, ({ shape }, path) => g.input(`${prefix}${path}`, 'float32', shape)) as Placed<S>;
}

/** Every tensor of a record by its path (`memory`, `levels.0.keys`), in order. */
export function tensorsOf(record: object): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  mapTensors(record, (tensor, path) => found.set(path, tensor));
  return found;
}

/** Every value of a placed record by its path, in order: the counterpart of `tensorsOf`. */
export function valuesOf(record: object): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  mapRecord(record, isValue, (value, path) => found.set(path, value));
  return found;
}

/** A copy of a record with every tensor replaced; `path` is its path. */
export function mapTensors(record: object, replace: (tensor: Tensor, path: string) => unknown): object {
  return mapRecord(record, isTensor, replace);
}

function mapRecord<Leaf extends object>(
  record: object,
  isLeaf: (entry: object) => entry is Leaf,
  replace: (leaf: Leaf, path: string) => unknown,
  prefix = '',
): object {
  const visit = (entry: unknown, path: string): unknown => {
    if (typeof entry !== 'object' || entry === null) return entry;
    if (isLeaf(entry)) return replace(entry, path);
    return mapRecord(entry, isLeaf, replace, `${path}.`);
  };
  if (Array.isArray(record)) return record.map((entry, index) => visit(entry, `${prefix}${index}`));
  return Object.fromEntries(
    Object.entries(record).map(([name, entry]) => [name, visit(entry, `${prefix}${name}`)]),
  );
}

function isTensor(entry: object): entry is Tensor {
  return 'data' in entry && entry.data instanceof Float64Array && 'shape' in entry;
}

function isValue(entry: object): entry is Value {
  return 'graph' in entry && 'name' in entry && 'shape' in entry;
}
