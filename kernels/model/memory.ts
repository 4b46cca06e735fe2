/**
 * The memory of the rest of the repository, as input to the cross-decoder's graphs, and a file's contribution to it.
 */
import { noScore } from '../flash-attention/partials.ts';
import { type Tensor, tensor, zeros } from '../tensor.ts';
import type { ModelConfig } from './config.ts';

/** The readers' view; every tensor has a fixed size, whatever the repository's. */
export interface RepositoryMemory {
  /** M = Σ β k vᵀ over every token: [Hm, dk, dv]. */
  readonly linear: Tensor;
  /** S of the delta rule after every file: [Hm, dk, dv]. */
  readonly delta: Tensor;
  /** Keys and values, [H, K, dh] each, and a mask, 0 or `noScore` for an empty slot: [1, K]. */
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly hidden: Tensor;
  /** B of the continuous memory: [N, cw]. */
  readonly continuous: Tensor;
  /** 1 if there is anything to read, 0 for a repository of one file: [1]. */
  readonly open: Tensor;
}

/** Keys in all levels of the dilated memory together, for a repository of up to `tokens`. */
export function dilatedSlots(
  { dilated_span: span, dilated_ratio: ratio }: ModelConfig,
  tokens: number,
): number {
  let covered = 0;
  let levels = 0;
  while (covered < tokens) covered += span * ratio ** levels++;
  return span * levels;
}

/** The memory of a repository of one file: every read is zero. */
export function emptyRepositoryMemory(config: ModelConfig, slots: number): RepositoryMemory {
  const { heads, width, memory_heads: Hm, memory_key: dk, memory_value: dv } = config;
  return {
    linear: zeros([Hm, dk, dv]),
    delta: zeros([Hm, dk, dv]),
    keys: zeros([heads, slots, width / heads]),
    values: zeros([heads, slots, width / heads]),
    hidden: tensor([1, slots], new Float64Array(slots).fill(noScore)),
    continuous: zeros([config.continuous_bases, config.continuous_width]),
    open: zeros([1]),
  };
}

/** The writers' state within a file, Hm heads for each sequence of the batch. */
export interface WriterState {
  /** The last three projections, inputs of the convolution of keys and values: [3, 2 Hm (dk + dv)]. */
  readonly short: Tensor;
  /** M so far: [Hm, dk, dv]. */
  readonly linear: Tensor;
  /** [N | P] of the file's affine map S ↦ P S + N so far: [Hm, dk, dv + dk]. */
  readonly delta: Tensor;
}

export function initialWriterState(
  { memory_heads, memory_key: dk, memory_value: dv }: ModelConfig,
  batch = 1,
): WriterState {
  const Hm = batch * memory_heads;
  const delta = zeros([Hm, dk, dv + dk]);
  for (let head = 0; head < Hm; head++) {
    for (let i = 0; i < dk; i++) delta.data[(head * dk + i) * (dv + dk) + dv + i] = 1;
  }
  return { short: zeros([3, 2 * Hm * (dk + dv)]), linear: zeros([Hm, dk, dv]), delta };
}
