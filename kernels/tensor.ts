/** A dense float64 array in row-major order, used by the references. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

export function full(shape: readonly number[], value: number): Tensor {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value) };
}

/** A tensor over `data`, copied unless it is a Float64Array. Throws when its length does not match the shape. */
export function tensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`tensor: [${shape.join(', ')}] does not hold ${data.length} numbers`);
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** Uniform numbers in (0, 1), reproducible from the seed (mulberry32). */
export function uniformStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Independent samples of N(0, scale²), reproducible from the seed (Box–Muller). */
export function randomNormal(shape: readonly number[], seed: number, scale = 1): Tensor {
  const result = zeros(shape);
  const uniform = uniformStream(seed);
  for (let index = 0; index < result.data.length; index++) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    result.data[index] = scale * radius * Math.cos(2 * Math.PI * uniform());
  }
  return result;
}

/**
 * Checks an operand against the expected shape, and returns its lengths. `expected` gives each axis's length, or
 * `undefined` for any. The message names the operator, the operand and both shapes.
 */
export function expectShape(
  operator: string,
  operand: string,
  { shape }: Tensor,
  expected: readonly (number | undefined)[],
): readonly number[] {
  const fits =
    shape.length === expected.length &&
    shape.every((length, axis) => expected[axis] === undefined || expected[axis] === length);
  if (!fits) {
    const wanted = expected.map(length => length ?? '·').join(', ');
    throw new RangeError(`${operator}: ${operand} is [${shape.join(', ')}] and should be [${wanted}]`);
  }
  return shape;
}

/** The rows `start` (inclusive) to `end` (exclusive) along the first axis, copied. */
export function rows({ shape, data }: Tensor, start: number, end: number): Tensor {
  const [length = 0, ...rest] = shape;
  if (start < 0 || end < start || end > length) {
    throw new RangeError(`rows: ${start} to ${end} are not inside [${shape.join(', ')}]`);
  }
  const width = sizeOf(rest);
  return { shape: [end - start, ...rest], data: data.slice(start * width, end * width) };
}

/** Concatenates tensors along the first axis; the other axes must agree. */
export function concatenateRows(parts: readonly Tensor[]): Tensor {
  const first = parts[0];
  if (first === undefined) throw new RangeError('concatenateRows: nothing to join');
  const rest = first.shape.slice(1);
  for (const part of parts) expectShape('concatenateRows', 'a part', part, [undefined, ...rest]);
  const result = zeros([parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...rest]);
  let offset = 0;
  for (const part of parts) {
    result.data.set(part.data, offset);
    offset += part.data.length;
  }
  return result;
}
