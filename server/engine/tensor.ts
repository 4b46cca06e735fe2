/** Tensors as they pass between the engine process and those who ask it. */

/** A float32 tensor in row-major order. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Token ids, as the graphs of models take them. */
export interface IndexTensor {
  readonly shape: readonly number[];
  readonly data: BigInt64Array;
}
