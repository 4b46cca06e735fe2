/** Constant matrices of a blocked diagonal recurrence, computed in float64 from its poles. */
import { type Tensor, zeros } from '../tensor.ts';
import { type DiagonalSsmParameters, diagonalSsmShape, impulseResponse } from './reference.ts';

export interface DiagonalSsmTables {
  /** C, tokens in a block. */
  readonly block: number;
  /** [d, C, 2m]: row j is token j's contribution to the modes at the block's end, λ^{C−1−j}. */
  readonly write: Tensor;
  /** [d, C + 2m, C]: maps a block's tokens (Toeplitz) and the modes before it (Vandermonde) to the output. */
  readonly read: Tensor;
  /** λ^C: [d, 1, 2m]. */
  readonly decay: Tensor;
  /** λ^{−p} for p = 0 … C − 1: [C, d, 1, 2m]. */
  readonly rewind: Tensor;
}

/**
 * A block begins with p < C tokens of padding, for which the state is rewound by λ^{−p}. Each mode is exact to
 * rounding, but a fast-decaying mode would overflow, so blocks are shorter where |λ| is small.
 */
export function blockLength({ poles }: DiagonalSsmParameters, longest = 32): number {
  const [d = 0, , m = 0] = poles.shape;
  let smallest = 1;
  for (let c = 0; c < d; c++) {
    for (let n = 0; n < m; n++) {
      smallest = Math.min(smallest, Math.hypot(poles.data[2 * c * m + n]!, poles.data[(2 * c + 1) * m + n]!));
    }
  }
  let block = longest;
  while (block > 1 && smallest ** (block - 1) < 1e-30) block >>= 1;
  return block;
}

export function diagonalSsmTables(
  parameters: DiagonalSsmParameters,
  block = blockLength(parameters),
): DiagonalSsmTables {
  const [d, m] = diagonalSsmShape(parameters);
  const { poles, residues } = parameters;
  const taps = impulseResponse(parameters, block); // [C, d]
  const write = zeros([d, block, 2 * m]);
  const read = zeros([d, block + 2 * m, block]);
  const decay = zeros([d, 1, 2 * m]);
  const rewind = zeros([block, d, 1, 2 * m]);
  for (let c = 0; c < d; c++) {
    for (let j = 0; j < block; j++) {
      for (let t = j; t < block; t++) {
        read.data[(c * (block + 2 * m) + j) * block + t] = taps.data[(t - j) * d + c]!;
      }
    }
    for (let n = 0; n < m; n++) {
      const [re, im] = [2 * c * m + n, (2 * c + 1) * m + n];
      const magnitude = Math.hypot(poles.data[re]!, poles.data[im]!);
      const angle = Math.atan2(poles.data[im]!, poles.data[re]!);
      const power = (k: number): [number, number] => [
        magnitude ** k * Math.cos(angle * k),
        magnitude ** k * Math.sin(angle * k),
      ];
      for (let t = 0; t < block; t++) {
        const row = (c * block + (block - 1 - t)) * 2 * m + n;
        [write.data[row], write.data[row + m]] = power(t);
        const [λre, λim] = power(t + 1);
        const [Rre, Rim] = [residues.data[re]!, residues.data[im]!];
        const at = (c * (block + 2 * m) + block + n) * block + t;
        read.data[at] = Rre * λre - Rim * λim;
        read.data[at + m * block] = -(Rre * λim + Rim * λre);
        const back = (t * d + c) * 2 * m + n;
        [rewind.data[back], rewind.data[back + m]] = power(-t);
      }
      [decay.data[re], decay.data[im]] = power(block);
    }
  }
  return { block, write, read, decay, rewind };
}
