/**
 * A decoder's keys and values in growing buffers: rows are appended or cut off at the end, and otherwise never move.
 */
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import { stateNames } from '../../kernels/decoder/graph.ts';
import type { FloatTensor } from '../engine/tensor.ts';

/** Rows of every layer, copied out of a state. */
export interface StoredRows {
  readonly count: number;
  /** By layer: keys, then values, each [K, count, dh]. */
  readonly tensors: readonly Float32Array[];
}

/** Rows allocated at once. */
const piece = 256;

export class DecoderState {
  readonly #config: DecoderConfig;
  /** By layer: keys, then values, each [1, K, capacity, dh]. */
  #tensors: readonly Float32Array[];
  #capacity = 0;
  #length = 0;

  constructor(config: DecoderConfig) {
    this.#config = config;
    this.#tensors = Array.from({ length: 2 * config.layers }, () => new Float32Array(0));
  }

  /** Number of rows. */
  get length(): number {
    return this.#length;
  }

  /** Buffer size in bytes. */
  get bytes(): number {
    const { layers, keyHeads, headWidth } = this.#config;
    return 4 * 2 * layers * keyHeads * headWidth * this.#capacity;
  }

  /** The buffers as the graph's inputs `keys.N` and `values.N`, with space for `more` rows. */
  feeds(more: number): Readonly<Record<string, FloatTensor>> {
    this.#reserve(this.#length + more);
    const { keyHeads, headWidth } = this.#config;
    const shape = [1, keyHeads, this.#capacity, headWidth];
    return Object.fromEntries(
      this.#tensors.map((data, index) => {
        const { keys, values } = stateNames(index >> 1);
        return [index % 2 === 0 ? keys : values, { shape, data }];
      }),
    );
  }

  /** Counts rows that a run has written after the existing ones. */
  grow(rows: number): void {
    if (this.#length + rows > this.#capacity)
      throw new RangeError(`There is no room for ${rows} more rows than ${this.#length}.`);
    this.#length += rows;
  }

  /** Keeps the first `length` rows. */
  truncate(length: number): void {
    if (!Number.isInteger(length) || length < 0 || length > this.#length)
      throw new RangeError(`A state of ${this.#length} rows cannot be cut to ${length}.`);
    this.#length = length;
  }

  /** A copy of rows `start` (inclusive) to `end` (exclusive). */
  rows(start: number, end: number): StoredRows {
    if (start < 0 || end < start || end > this.#length)
      throw new RangeError(`Rows ${start} to ${end} are not inside of ${this.#length}.`);
    const { keyHeads, headWidth } = this.#config;
    const count = end - start;
    const tensors = this.#tensors.map(data => {
      const copy = new Float32Array(keyHeads * count * headWidth);
      for (let head = 0; head < keyHeads; head++) {
        const from = (head * this.#capacity + start) * headWidth;
        copy.set(data.subarray(from, from + count * headWidth), head * count * headWidth);
      }
      return copy;
    });
    return { count, tensors };
  }

  /** Appends rows of a state of the same model. */
  append({ count, tensors }: StoredRows): void {
    const { layers, keyHeads, headWidth } = this.#config;
    const size = keyHeads * count * headWidth;
    if (tensors.length !== 2 * layers || tensors.some(({ length }) => length !== size))
      throw new RangeError(`${count} rows of another model do not fit this one.`);
    this.#reserve(this.#length + count);
    for (const [index, data] of this.#tensors.entries()) {
      for (let head = 0; head < keyHeads; head++) {
        const rows = tensors[index]!.subarray(head * count * headWidth, (head + 1) * count * headWidth);
        data.set(rows, (head * this.#capacity + this.#length) * headWidth);
      }
    }
    this.#length += count;
  }

  /**
   * Of rows `start` to `end`, keeps those in `kept` for each key head, the same number for every head, in order; later
   * rows move up.
   */
  select(start: number, end: number, kept: readonly Int32Array[]): void {
    const { headWidth } = this.#config;
    const count = kept[0]?.length ?? 0;
    for (const data of this.#tensors) {
      for (const [head, rows] of kept.entries()) {
        const first = head * this.#capacity;
        for (const [at, row] of rows.entries()) {
          const from = (first + row) * headWidth;
          data.copyWithin((first + start + at) * headWidth, from, from + headWidth);
        }
        data.copyWithin(
          (first + start + count) * headWidth,
          (first + end) * headWidth,
          (first + this.#length) * headWidth,
        );
      }
    }
    this.#length -= end - start - count;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const { keyHeads, headWidth } = this.#config;
    // Grows by a quarter, so that total copying stays a small multiple of the size.
    const wanted = Math.max(rows, Math.ceil(1.25 * this.#capacity));
    const capacity = Math.ceil(wanted / piece) * piece;
    this.#tensors = this.#tensors.map(data => {
      const larger = new Float32Array(keyHeads * capacity * headWidth);
      for (let head = 0; head < keyHeads; head++) {
        const from = head * this.#capacity * headWidth;
        larger.set(data.subarray(from, from + this.#length * headWidth), head * capacity * headWidth);
      }
      return larger;
    });
    this.#capacity = capacity;
  }
}
