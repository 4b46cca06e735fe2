/** The neural memory of a repository: its tree, and what each edited file sees of it, ready for the engine. */
import { randomUUID } from 'node:crypto';
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { FileMemory } from '../engine/file-memory.ts';
import type { ModelFacts } from '../engine/messages.ts';
import { Merger, type SpanMemory } from './merge.ts';
import type { KeyedMemory } from './neural.ts';
import { seenMemory } from './seen.ts';
import { MemoryTree } from './tree.ts';

/** Files that are edited by turns; what one sees is about a megabyte. */
const heldViews = 4;

export class NeuralMemory {
  readonly #config: ModelConfig;
  readonly #slots: number;
  readonly #tree: MemoryTree;
  /** Keys of this memory are no other's, also in an engine that several share. */
  readonly #name = randomUUID();
  /** By the path that they are seen from, the most recently used last. */
  readonly #views = new Map<string, KeyedMemory>();
  #made = 0;

  constructor({ config, slots }: Pick<ModelFacts, 'config' | 'slots'>) {
    this.#config = config;
    this.#slots = slots;
    this.#tree = new MemoryTree(new Merger(config));
  }

  /** Adds or replaces a file. */
  set(path: string, memory: FileMemory): void {
    this.#tree.set(path, memory);
    this.#forgetViewsOf(path);
  }

  delete(path: string): void {
    if (this.#tree.get(path) === undefined) return;
    this.#tree.delete(path);
    this.#forgetViewsOf(path);
  }

  has(path: string): boolean {
    return this.#tree.get(path) !== undefined;
  }

  /** Of everything in a folder, or in the repository. */
  folder(path = ''): SpanMemory {
    return this.#tree.folder(path);
  }

  /** Everything but the file at a path. Editing that file itself leaves it as it is, key and all. */
  seenFrom(path: string): KeyedMemory {
    const view = this.#views.get(path) ?? {
      key: `${this.#name}/${this.#made++}`,
      memory: seenMemory(this.#tree.seenFrom(path), this.#slots, this.#config),
    };
    this.#views.delete(path);
    this.#views.set(path, view);
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= heldViews) break;
      this.#views.delete(oldest);
    }
    return view;
  }

  #forgetViewsOf(changed: string): void {
    for (const path of this.#views.keys()) if (path !== changed) this.#views.delete(path);
  }
}
