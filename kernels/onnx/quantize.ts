/**
 * Quantises the weights of linear layers, W [K, N] in row-major order (`y = x W`). Weights are quantised once,
 * symmetrically; activations stay float32 here, and some operators quantise them.
 */

/** Eight bits a weight, one scale per column: W[k, n] ≈ scales[n]·(weight[k, n] − 128). */
export interface Uint8Weight {
  readonly kind: 'uint8';
  readonly inputs: number;
  readonly outputs: number;
  /** [K, N] */
  readonly weight: Uint8Array;
  /** [N] */
  readonly scales: Float32Array;
}

/**
 * Eight or four bits a weight, one scale per 32 weights of a column: W[32b + i, n] ≈ scales[n, b]·(q[n, b, i] − 2^(bits
 * − 1)). Two four-bit weights share a byte, the earlier in the lower half.
 */
export interface BlockWeight {
  readonly kind: 'block';
  readonly bits: 4 | 8;
  readonly inputs: number;
  readonly outputs: number;
  /** [N, ⌈K / 32⌉, 4·bits] bytes */
  readonly weight: Uint8Array;
  /** [N, ⌈K / 32⌉] */
  readonly scales: Float32Array;
}

/** Weights per scale in a `BlockWeight`. */
export const blockSize = 32;

/**
 * Zero point of unsigned weights. Signed ones would give the same results, but processors without VNNI add pairs of
 * unsigned-by-signed products in 16 bits, which saturates.
 */
export const uint8ZeroPoint = 128;

export function quantizeUint8(weight: Float32Array, inputs: number, outputs: number): Uint8Weight {
  expectSize('quantizeUint8', weight, inputs, outputs);
  const scales = new Float32Array(outputs);
  for (let k = 0; k < inputs; k++) {
    for (let n = 0; n < outputs; n++) {
      scales[n] = Math.max(scales[n]!, Math.abs(weight[k * outputs + n]!) / 127);
    }
  }
  const quantized = weight.map((value, index) => uint8ZeroPoint + divided(value, scales[index % outputs]!));
  return { kind: 'uint8', inputs, outputs, weight: Uint8Array.from(quantized), scales };
}

export function dequantizeUint8({ weight, scales, outputs }: Uint8Weight): Float32Array {
  return Float32Array.from(weight, (value, index) => (value - uint8ZeroPoint) * scales[index % outputs]!);
}

export function quantizeBlocks(
  weight: Float32Array,
  inputs: number,
  outputs: number,
  bits: 4 | 8,
): BlockWeight {
  expectSize('quantizeBlocks', weight, inputs, outputs);
  const blocks = Math.ceil(inputs / blockSize);
  const bytes = (blockSize * bits) / 8;
  const zeroPoint = 2 ** (bits - 1);
  const scales = new Float32Array(outputs * blocks);
  const quantized = new Uint8Array(outputs * blocks * bytes);
  for (let n = 0; n < outputs; n++) {
    for (let block = 0; block < blocks; block++) {
      const start = block * blockSize;
      const end = Math.min(start + blockSize, inputs);
      let largest = 0;
      for (let k = start; k < end; k++) largest = Math.max(largest, Math.abs(weight[k * outputs + n]!));
      const scale = Math.fround(largest / (zeroPoint - 1));
      scales[n * blocks + block] = scale;
      for (let i = 0; i < blockSize; i++) {
        const k = start + i;
        const level = zeroPoint + (k < end ? divided(weight[k * outputs + n]!, scale) : 0);
        const at = (n * blocks + block) * bytes + (bits === 8 ? i : i >> 1);
        quantized[at]! |= bits === 4 && i % 2 === 1 ? level << 4 : level;
      }
    }
  }
  return { kind: 'block', bits, inputs, outputs, weight: quantized, scales };
}

export function dequantizeBlocks({ weight, scales, inputs, outputs, bits }: BlockWeight): Float32Array {
  const blocks = Math.ceil(inputs / blockSize);
  const bytes = (blockSize * bits) / 8;
  const result = new Float32Array(inputs * outputs);
  for (let k = 0; k < inputs; k++) {
    const block = Math.floor(k / blockSize);
    const i = k % blockSize;
    for (let n = 0; n < outputs; n++) {
      const byte = weight[(n * blocks + block) * bytes + (bits === 8 ? i : i >> 1)]!;
      const level = bits === 8 ? byte : (byte >> (4 * (i % 2))) & 15;
      result[k * outputs + n] = (level - 2 ** (bits - 1)) * scales[n * blocks + block]!;
    }
  }
  return result;
}

/** The nearest multiple of a scale; the scale is zero only if all weights are. */
function divided(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.round(value / scale);
}

function expectSize(operator: string, weight: Float32Array, inputs: number, outputs: number): void {
  if (weight.length !== inputs * outputs) {
    throw new RangeError(`${operator}: [${inputs}, ${outputs}] does not hold ${weight.length} weights`);
  }
}
