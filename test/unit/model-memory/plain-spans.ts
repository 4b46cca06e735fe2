/** Memories in a map, exactly as prefilled: for tests that do not involve storage. */
import type { ModelConfig } from '../../../kernels/model/config.ts';
import type { FileMemory } from '../../../server/engine/file-memory.ts';
import type { StoredKeys } from '../../../server/model-memory/leaf-codec.ts';
import { Merger, type SpanMemory } from '../../../server/model-memory/merge.ts';
import type { LeafReference, Spans } from '../../../server/model-memory/tree.ts';
import { tinyConfig } from '../engine/tiny-model.ts';

export class PlainSpans implements Spans {
  readonly #merger: Merger;
  readonly #leaves = new Map<string, FileMemory>();
  readonly #merged = new Map<string, SpanMemory>();
  merges = 0;

  constructor(config: ModelConfig = tinyConfig) {
    this.#merger = new Merger(config);
  }

  get empty(): SpanMemory {
    return this.#merger.empty;
  }

  /** @param key equal for equal memories */
  add(key: string, memory: FileMemory): LeafReference {
    this.#leaves.set(key, memory);
    return { key, length: memory.length };
  }

  leaf({ key }: LeafReference): FileMemory {
    return this.#leaves.get(key)!;
  }

  readonly keysOf = (file: LeafReference): StoredKeys => {
    const { stride, ...parts } = this.leaf(file).strided;
    const [, count, width] = parts.keys.shape as [number, number, number];
    return {
      stride,
      count,
      copy(part, head, i, into, at) {
        const row = (head * count + i) * width;
        into.set(parts[part].data.subarray(row, row + width), at);
      },
    };
  };

  merged(key: string, _files: number, parts: () => readonly SpanMemory[]): SpanMemory {
    const known = this.#merged.get(key) ?? this.merge(parts());
    this.#merged.set(key, known);
    return known;
  }

  holds(key: string): boolean {
    return this.#merged.has(key);
  }

  merge(parts: readonly SpanMemory[]): SpanMemory {
    this.merges++;
    return this.#merger.merge(parts);
  }
}
