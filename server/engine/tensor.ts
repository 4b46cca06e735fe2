/** Tensors exchanged with the engine process. */

/** A float32 tensor in row-major order. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Token ids, as models' graphs take them. */
export interface IndexTensor {
  readonly shape: readonly number[];
  readonly data: BigInt64Array;
}
