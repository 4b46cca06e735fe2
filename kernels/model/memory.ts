/** The memory of the rest of the repository, as the cross-decoder's graphs take it, and what a file adds to it. */
import { noScore } from '../flash-attention/partials.ts';
import { type Tensor, tensor, zeros } from '../tensor.ts';
import type { ModelConfig } from './config.ts';

/** What the readers see; every tensor has a fixed size, whatever the repository's. */
export interface RepositoryMemory {
  /** M = Σ β k vᵀ over every token: [Hm, dk, dv]. */
  readonly linear: Tensor;
  /** S of the delta rule after every file: [Hm, dk, dv]. */
  readonly delta: Tensor;
  /** Kept keys and values, [H, K, dh] each, and 0 where there is one, `noScore` where there is none: [1, K]. */
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly hidden: Tensor;
  /** B of the continuous memory: [N, cw]. */
  readonly continuous: Tensor;
  /** 1 where there is anything to read, 0 for a repository of one file: [1]. */
  readonly open: Tensor;
}

/** Keys that all levels of the dilated memory keep together, for a repository of up to `tokens`. */
export function dilatedSlots(
  { dilated_span: span, dilated_ratio: ratio }: ModelConfig,
  tokens: number,
): number {
  let covered = 0;
  let levels = 0;
  while (covered < tokens) covered += span * ratio ** levels++;
  return span * levels;
}

/** The memory of a repository of one file: everything reads as nothing. */
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

/** What the writers carry through a file, Hm heads for each lane. */
export interface WriterState {
  /** The last three projections that keys and values are convolved from: [3, 2 Hm (dk + dv)]. */
  readonly short: Tensor;
  /** M so far: [Hm, dk, dv]. */
  readonly linear: Tensor;
  /** [N | P] of the file's affine map S ↦ P S + N so far: [Hm, dk, dv + dk]. */
  readonly delta: Tensor;
}

export function initialWriterState(
  { memory_heads, memory_key: dk, memory_value: dv }: ModelConfig,
  lanes = 1,
): WriterState {
  const Hm = lanes * memory_heads;
  const delta = zeros([Hm, dk, dv + dk]);
  for (let head = 0; head < Hm; head++) {
    for (let i = 0; i < dk; i++) delta.data[(head * dk + i) * (dv + dk) + dv + i] = 1;
  }
  return { short: zeros([3, 2 * Hm * (dk + dv)]), linear: zeros([Hm, dk, dv]), delta };
}
