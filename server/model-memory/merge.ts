/** Merges memories of token spans in order: a folder's from its children's, a repository's from its folders'. */

import { addRows } from '../../kernels/continuous-memory/plan.ts';
import type { ModelConfig } from '../../kernels/model/config.ts';
import { initialWriterState } from '../../kernels/model/memory.ts';
import { ContinuousFit } from '../engine/continuous-fit.ts';
import type { FileMemory } from '../engine/file-memory.ts';

/** A file's or folder's memory, of constant size. Shapes as in `FileMemory`. */
export type SpanMemory = Pick<FileMemory, 'length' | 'linear' | 'delta' | 'continuous'>;

export class Merger {
  readonly #fit: ContinuousFit;
  /** The memory of no tokens. */
  readonly empty: SpanMemory;

  constructor(config: ModelConfig) {
    this.#fit = new ContinuousFit(config);
    const { linear, delta } = initialWriterState(config);
    const shape = [config.continuous_bases, config.continuous_width];
    this.empty = {
      length: 0,
      linear: { shape: linear.shape, data: Float32Array.from(linear.data) },
      delta: { shape: delta.shape, data: Float32Array.from(delta.data) },
      continuous: { shape, data: new Float32Array(shape[0]! * shape[1]!) },
    };
  }

  /**
   * Merges consecutive spans. Linear and delta memories are associative; the continuous one is refitted, which is
   * associative only within its resolution: for identical results, merge in one fixed order, as `MemoryTree` does.
   */
  merge(spans: readonly SpanMemory[]): SpanMemory {
    const filled = spans.filter(({ length }) => length > 0);
    const [first, ...rest] = filled;
    if (first === undefined) return this.empty;
    if (rest.length === 0) return first;
    return {
      length: filled.reduce((sum, { length }) => sum + length, 0),
      linear: sum(filled.map(({ linear }) => linear)),
      delta: filled.map(({ delta }) => delta).reduce(compose),
      continuous: this.#fit.merge(filled),
    };
  }
}

type Tensor = SpanMemory['linear'];

function sum(tensors: readonly Tensor[]): Tensor {
  const { shape, data } = tensors[0]!;
  const total = Float64Array.from(data);
  for (const tensor of tensors.slice(1)) for (let i = 0; i < total.length; i++) total[i]! += tensor.data[i]!;
  return { shape, data: Float32Array.from(total) };
}

/**
 * S ↦ P₁ S + N₁, then S ↦ P₂ S + N₂, each as [N | P]: [P₂ N₁ + N₂ | P₂ P₁], which is P₂ [N₁ | P₁] + [N₂ | 0]. Same as
 * `composeGatedDelta` of kernels/gated-delta/merge.ts, in the writers' layout.
 */
function compose(first: Tensor, second: Tensor): Tensor {
  const [heads, dk, columns] = first.shape as [number, number, number];
  const dv = columns - dk;
  const data = new Float32Array(first.data.length);
  const row = new Float64Array(columns);
  for (let start = 0; start < heads * dk * columns; start += dk * columns) {
    for (let i = 0; i < dk; i++) {
      const own = start + i * columns;
      for (let j = 0; j < columns; j++) row[j] = j < dv ? second.data[own + j]! : 0;
      const factors = second.data.subarray(own + dv, own + columns);
      addRows(row, 0, columns, factors, first.data, start, columns);
      data.set(row, own);
    }
  }
  return { shape: first.shape, data };
}
