/**
 * Converts GGUF tensors to float32. Layouts follow ggml's block structures (ggml-common.h); every intermediate result
 * is rounded to float32 as in the Python package `gguf`, so that results match it bit for bit.
 */
import { blockShapes, type TensorType } from './tensor-types.ts';

/**
 * @param bytes whole blocks
 * @param result as many numbers as the blocks hold
 * @throws RangeError when the sizes disagree
 */
export function dequantize(type: TensorType, bytes: Uint8Array, result: Float32Array): void {
  const shape = blockShapes[type];
  const blocks = result.length / shape.length;
  if (!Number.isInteger(blocks) || bytes.length !== blocks * shape.bytes)
    throw new RangeError(`${bytes.length} bytes of ${type} are not ${result.length} numbers.`);
  dequantizers[type](bytes, result, blocks);
}

type Dequantizer = (bytes: Uint8Array, result: Float32Array, blocks: number) => void;

const { fround } = Math;

/** All float16 values by their bits. */
const float16 = Float32Array.from({ length: 1 << 16 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

function halfAt(bytes: Uint8Array, at: number): number {
  return float16[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

function bitsAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Four bits, in two halves of a block: a scale and a minimum if `minimum`, else a scale around 8. */
const fourBits =
  (minimum: boolean): Dequantizer =>
  (bytes, result, blocks) => {
    let at = 0;
    for (let block = 0; block < blocks; block++) {
      const scale = halfAt(bytes, at);
      // Negative zero: adding it changes nothing.
      const least = minimum ? halfAt(bytes, at + 2) : -0;
      const middle = minimum ? 0 : 8;
      at += minimum ? 4 : 2;
      const out = block * 32;
      for (let i = 0; i < 16; i++) {
        const byte = bytes[at + i]!;
        result[out + i] = fround(scale * ((byte & 15) - middle)) + least;
        result[out + 16 + i] = fround(scale * ((byte >> 4) - middle)) + least;
      }
      at += 16;
    }
  };

/** Same as four bits, with every number's fifth bit in a preceding word. */
const fiveBits =
  (minimum: boolean): Dequantizer =>
  (bytes, result, blocks) => {
    let at = 0;
    for (let block = 0; block < blocks; block++) {
      const scale = halfAt(bytes, at);
      // Negative zero: adding it changes nothing.
      const least = minimum ? halfAt(bytes, at + 2) : -0;
      const middle = minimum ? 0 : 16;
      at += minimum ? 4 : 2;
      const fifth = bitsAt(bytes, at);
      at += 4;
      const out = block * 32;
      for (let i = 0; i < 16; i++) {
        const byte = bytes[at + i]!;
        const low = (byte & 15) | (((fifth >>> i) & 1) << 4);
        const high = (byte >> 4) | (((fifth >>> (i + 16)) & 1) << 4);
        result[out + i] = fround(scale * (low - middle)) + least;
        result[out + 16 + i] = fround(scale * (high - middle)) + least;
      }
      at += 16;
    }
  };

/**
 * Blocks of 256 in eight sub-blocks: a float16 scale of scales and one of minima, twelve bytes with six bits of each,
 * then (for five bits) the fifth bits, then nibbles, sub-blocks in pairs.
 */
const superBlocks =
  (five: boolean): Dequantizer =>
  (bytes, result, blocks) => {
    const size = five ? blockShapes.Q5_K.bytes : blockShapes.Q4_K.bytes;
    for (let block = 0; block < blocks; block++) {
      const start = block * size;
      const scale = halfAt(bytes, start);
      const minimum = halfAt(bytes, start + 2);
      const scales = start + 4;
      const fifths = start + 16;
      const nibbles = five ? fifths + 32 : fifths;
      for (let sub = 0; sub < 8; sub++) {
        let six: number;
        let least: number;
        if (sub < 4) {
          six = bytes[scales + sub]! & 63;
          least = bytes[scales + sub + 4]! & 63;
        } else {
          // The low four bits are adjacent; the high two are above those of the first four sub-blocks.
          const low = bytes[scales + sub + 4]!;
          six = (low & 15) | ((bytes[scales + sub - 4]! >> 6) << 4);
          least = (low >> 4) | ((bytes[scales + sub]! >> 6) << 4);
        }
        const step = fround(scale * six);
        const offset = fround(minimum * least);
        const from = nibbles + (sub >> 1) * 32;
        const shift = (sub & 1) * 4;
        const out = block * 256 + sub * 32;
        for (let i = 0; i < 32; i++) {
          let value = (bytes[from + i]! >> shift) & 15;
          if (five) value |= ((bytes[fifths + i]! >> sub) & 1) << 4;
          result[out + i] = fround(step * value) - offset;
        }
      }
    }
  };

/** Blocks of 256: 128 bytes of low nibbles, 64 of high pairs of bits, 16 signed scales, a float16 scale of scales. */
const sixBits: Dequantizer = (bytes, result, blocks) => {
  for (let block = 0; block < blocks; block++) {
    const start = block * blockShapes.Q6_K.bytes;
    const scale = halfAt(bytes, start + 208);
    for (let half = 0; half < 2; half++) {
      const low = start + half * 64;
      const high = start + 128 + half * 32;
      for (let quarter = 0; quarter < 4; quarter++) {
        const nibbles = low + (quarter & 1) * 32;
        const nibbleShift = quarter < 2 ? 0 : 4;
        const out = block * 256 + half * 128 + quarter * 32;
        for (let part = 0; part < 2; part++) {
          const step = fround(scale * signed(bytes[start + 192 + half * 8 + quarter * 2 + part]!));
          for (let i = part * 16; i < part * 16 + 16; i++) {
            const four = (bytes[nibbles + i]! >> nibbleShift) & 15;
            const two = (bytes[high + i]! >> (quarter * 2)) & 3;
            result[out + i] = step * ((four | (two << 4)) - 32);
          }
        }
      }
    }
  }
};

const dequantizers: Readonly<Record<TensorType, Dequantizer>> = {
  F32: (bytes, result) => {
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(bytes);
  },
  F16: (bytes, result) => {
    for (let i = 0; i < result.length; i++) result[i] = halfAt(bytes, i * 2);
  },
  BF16: (bytes, result) => {
    const bits = new Uint32Array(result.buffer, result.byteOffset, result.length);
    for (let i = 0; i < bits.length; i++) bits[i] = (bytes[i * 2]! << 16) | (bytes[i * 2 + 1]! << 24);
  },
  Q8_0: (bytes, result, blocks) => {
    for (let block = 0; block < blocks; block++) {
      const at = block * 34;
      const scale = halfAt(bytes, at);
      for (let i = 0; i < 32; i++) result[block * 32 + i] = scale * signed(bytes[at + 2 + i]!);
    }
  },
  Q4_0: fourBits(false),
  Q4_1: fourBits(true),
  Q5_0: fiveBits(false),
  Q5_1: fiveBits(true),
  Q4_K: superBlocks(false),
  Q5_K: superBlocks(true),
  Q6_K: sixBits,
};
