/** Packs matrices into a graph's form row by row: [N, K] in, as in y = W x; only a few rows are ever in float32. */
import type { DataType, ElementArray } from './data-type.ts';
import { blockSize, uint8ZeroPoint } from './quantize.ts';

/** One tensor of a packed matrix. */
export interface Part {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly number[];
}

/** Takes a matrix's rows in order, any number at a time, and returns its parts in declaration order. */
export interface Packer {
  add(rows: Float32Array): void;
  finish(): readonly ElementArray[];
}

/** How a matrix is held. */
export interface Packing {
  readonly parts: readonly Part[];
  pack(): Packer;
}

/** Transposed: [K, N] in float32. */
export function floatPacking(outputs: number, inputs: number): Packing {
  return {
    parts: [{ name: 'weight', type: 'float32', shape: [inputs, outputs] }],
    pack: () => {
      const turned = new Float32Array(inputs * outputs);
      const add = eachRow(inputs, (row, n) => {
        for (let k = 0; k < inputs; k++) turned[k * outputs + n] = row[k]!;
      });
      return { add, finish: () => [turned] };
    },
  };
}

/** Unchanged: [N, K] in float32. */
export function rowPacking(outputs: number, inputs: number): Packing {
  return {
    parts: [{ name: 'weight', type: 'float32', shape: [outputs, inputs] }],
    pack: () => {
      const whole = new Float32Array(outputs * inputs);
      const add = eachRow(inputs, (row, n) => whole.set(row, n * inputs));
      return { add, finish: () => [whole] };
    },
  };
}

/** A `TokenWeight`: [K, N] as integers of −127 to 127 (int8), or 1 to 255 (uint8), and a scale per column. */
export function tokenPacking(outputs: number, inputs: number, type: 'int8' | 'uint8'): Packing {
  const centre = type === 'int8' ? 0 : uint8ZeroPoint;
  return {
    parts: [
      { name: 'weight', type, shape: [inputs, outputs] },
      { name: 'scales', type: 'float32', shape: [outputs] },
    ],
    pack: () => {
      const Bytes = type === 'int8' ? Int8Array : Uint8Array;
      const levels = new Bytes(outputs * inputs);
      const scales = new Float32Array(outputs);
      const add = eachRow(inputs, (row, n) => {
        const scale = largestOf(row, 0, inputs) / 127;
        scales[n] = scale;
        const inverse = scale === 0 ? 0 : 1 / scale;
        for (let k = 0; k < inputs; k++) levels[n * inputs + k] = centre + Math.round(row[k]! * inverse);
      });
      return { add, finish: () => [transposedInTiles(levels, outputs, inputs), scales] };
    },
  };
}

/** A `BlockWeight` of 4 or 8 bits: [N, ⌈K / 32⌉, 4·bits] bytes, and a scale per block. */
export function blockPacking(outputs: number, inputs: number, bits: 4 | 8): Packing {
  const blocks = Math.ceil(inputs / blockSize);
  const bytes = (blockSize * bits) / 8;
  const centre = 2 ** (bits - 1);
  return {
    parts: [
      { name: 'weight', type: 'uint8', shape: [outputs, blocks, bytes] },
      { name: 'scales', type: 'float32', shape: [outputs * blocks] },
    ],
    pack: () => {
      const levels = new Uint8Array(outputs * blocks * bytes);
      const scales = new Float32Array(outputs * blocks);
      const add = eachRow(inputs, (row, n) => {
        for (let block = 0; block < blocks; block++) {
          const start = block * blockSize;
          const scale = signedScale(row, start, Math.min(start + blockSize, inputs), bits);
          scales[n * blocks + block] = scale;
          const inverse = scale === 0 ? 0 : 1 / scale;
          for (let i = 0; i < blockSize; i++) {
            const value = start + i < inputs ? row[start + i]! * inverse : 0;
            const level = Math.min(2 * centre - 1, centre + Math.round(value));
            const at = (n * blocks + block) * bytes + (bits === 8 ? i : i >> 1);
            levels[at]! |= bits === 4 && i % 2 === 1 ? level << 4 : level;
          }
        }
      });
      return { add, finish: () => [levels, scales] };
    },
  };
}

/** Lookup rows: [N, K] in int8 with a scale per 32 of a row, as exact as eight-bit model files. */
export function lookupPacking(outputs: number, inputs: number): Packing {
  const blocks = Math.ceil(inputs / blockSize);
  return {
    parts: [
      { name: 'weight', type: 'int8', shape: [outputs, inputs] },
      { name: 'scales', type: 'float32', shape: [outputs, blocks] },
    ],
    pack: () => {
      const levels = new Int8Array(outputs * inputs);
      const scales = new Float32Array(outputs * blocks);
      const add = eachRow(inputs, (row, n) => {
        for (let start = 0; start < inputs; start += blockSize) {
          const end = Math.min(start + blockSize, inputs);
          const scale = largestOf(row, start, end) / 127;
          scales[n * blocks + start / blockSize] = scale;
          const inverse = scale === 0 ? 0 : 1 / scale;
          for (let k = start; k < end; k++) levels[n * inputs + k] = Math.round(row[k]! * inverse);
        }
      });
      return { add, finish: () => [levels, scales] };
    },
  };
}

/** Calls back with each row and its index. @throws RangeError for a partial row */
function eachRow(
  width: number,
  take: (row: Float32Array, index: number) => void,
): (rows: Float32Array) => void {
  let index = 0;
  return rows => {
    if (rows.length % width !== 0) throw new RangeError(`${rows.length} numbers are no rows of ${width}`);
    for (let start = 0; start < rows.length; start += width)
      take(rows.subarray(start, start + width), index++);
  };
}

function largestOf(row: Float32Array, start: number, end: number): number {
  let largest = 0;
  for (let k = start; k < end; k++) largest = Math.max(largest, Math.abs(row[k]!));
  return largest;
}

/**
 * The scale of a block. In four bits the levels are −8 to 7, and the sign of the scale puts the largest number at −8: a
 * sixteenth more resolution than −7 to 7.
 */
function signedScale(row: Float32Array, start: number, end: number, bits: 4 | 8): number {
  if (bits === 8) return largestOf(row, start, end) / 127;
  let extreme = 0;
  for (let k = start; k < end; k++) if (Math.abs(row[k]!) > Math.abs(extreme)) extreme = row[k]!;
  return extreme / -8;
}

/** Transposes [N, K] to [K, N], in squares that fit the processor's cache. */
function transposedInTiles<Bytes extends Int8Array | Uint8Array>(
  levels: Bytes,
  outputs: number,
  inputs: number,
): Bytes {
  const turned = levels.slice() as Bytes;
  const side = 64;
  for (let n0 = 0; n0 < outputs; n0 += side) {
    for (let k0 = 0; k0 < inputs; k0 += side) {
      for (let k = k0; k < Math.min(k0 + side, inputs); k++) {
        for (let n = n0; n < Math.min(n0 + side, outputs); n++)
          turned[k * outputs + n] = levels[n * inputs + k]!;
      }
    }
  }
  return turned;
}
