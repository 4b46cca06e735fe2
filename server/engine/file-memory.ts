/** The result of prefilling a file: a leaf of the model memory. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { FloatTensor } from './tensor.ts';

export interface FileMemory {
  /** Length in tokens. */
  readonly length: number;
  /** M = Σ β k vᵀ: [Hm, dk, dv]. */
  readonly linear: FloatTensor;
  /** [N | P] of the affine map S ↦ P S + N: [Hm, dk, dv + dk]. */
  readonly delta: FloatTensor;
  /** B: [N, cw]. */
  readonly continuous: FloatTensor;
  readonly strided: StridedKeys;
}

/** Keys and values for the dilated memory, at the densest stride that may be needed. */
export interface StridedKeys {
  /** A power of the ratio; every larger stride selects a subset. */
  readonly stride: number;
  /** [H, K, dh] each: head h has the positions h mod stride + i·stride, as many as the last head has. */
  readonly keys: FloatTensor;
  readonly values: FloatTensor;
}

/** Positions that every head has in a file of `length` tokens at a stride; head h starts at h mod stride. */
export function stridedCount(length: number, stride: number, heads: number): number {
  const latest = Math.min(heads, stride) - 1;
  return Math.max(0, Math.ceil((length - latest) / stride));
}

/** The smallest power of the ratio at which a file keeps at most `most` keys per head. */
export function leastStride(
  length: number,
  most: number,
  { dilated_ratio: ratio, heads }: ModelConfig,
): number {
  let stride = 1;
  while (stridedCount(length, stride, heads) > most) stride *= ratio;
  return stride;
}

/** Collects strided keys from the chunks of a file. */
export class StridedCollector {
  readonly #stride: number;
  readonly #heads: number;
  readonly #width: number;
  readonly #count: number;
  readonly #keys: Float32Array;
  readonly #values: Float32Array;

  /** @param most keys per head */
  constructor(length: number, most: number, config: ModelConfig) {
    this.#stride = leastStride(length, most, config);
    this.#heads = config.heads;
    this.#width = config.width / config.heads;
    this.#count = stridedCount(length, this.#stride, config.heads);
    this.#keys = new Float32Array(this.#heads * this.#count * this.#width);
    this.#values = new Float32Array(this.#keys.length);
  }

  /** Appends keys and values [T, H, dh] of the tokens from `start` on. */
  add(start: number, keys: FloatTensor, values: FloatTensor): void {
    const [stride, heads, width] = [this.#stride, this.#heads, this.#width];
    const end = start + keys.shape[0]!;
    for (let head = 0; head < heads; head++) {
      const offset = head % stride;
      for (let at = Math.max(0, Math.ceil((start - offset) / stride)); at < this.#count; at++) {
        const position = offset + at * stride;
        if (position >= end) break;
        const from = ((position - start) * heads + head) * width;
        const to = (head * this.#count + at) * width;
        this.#keys.set(keys.data.subarray(from, from + width), to);
        this.#values.set(values.data.subarray(from, from + width), to);
      }
    }
  }

  finish(): StridedKeys {
    const shape = [this.#heads, this.#count, this.#width];
    return {
      stride: this.#stride,
      keys: { shape, data: this.#keys },
      values: { shape, data: this.#values },
    };
  }
}
