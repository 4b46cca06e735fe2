/** GGUF tensor types: numbers and bytes per block (ggml's `ggml_type` and its block structures). */

/** The supported types. */
export type TensorType =
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'Q8_0'
  | 'Q4_0'
  | 'Q4_1'
  | 'Q5_0'
  | 'Q5_1'
  | 'Q4_K'
  | 'Q5_K'
  | 'Q6_K';

interface BlockShape {
  /** Numbers in a block. */
  readonly length: number;
  /** Bytes of a block. */
  readonly bytes: number;
}

/** Block shape of each supported type. */
export const blockShapes: Readonly<Record<TensorType, BlockShape>> = {
  F32: { length: 1, bytes: 4 },
  F16: { length: 1, bytes: 2 },
  BF16: { length: 1, bytes: 2 },
  // A float16 scale and 32 signed bytes.
  Q8_0: { length: 32, bytes: 34 },
  // A float16 scale (and a float16 minimum), a fifth bit each, 32 nibbles.
  Q4_0: { length: 32, bytes: 18 },
  Q4_1: { length: 32, bytes: 20 },
  Q5_0: { length: 32, bytes: 22 },
  Q5_1: { length: 32, bytes: 24 },
  // Eight sub-blocks of 32, their scales and minima in six bits.
  Q4_K: { length: 256, bytes: 144 },
  Q5_K: { length: 256, bytes: 176 },
  // Sixteen sub-blocks of 16, their scales in eight bits.
  Q6_K: { length: 256, bytes: 210 },
};

const namesById: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  30: 'BF16',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** @returns a type's name by its id in the file; `type 99` for unknown ones */
export function tensorTypeName(id: number): string {
  return namesById[id] ?? `type ${id}`;
}

export function isReadable(name: string): name is TensorType {
  return Object.hasOwn(blockShapes, name);
}
