/** The model memory of a repository: its tree, and each edited file's view of it, ready for the engine. */
import { randomUUID } from 'node:crypto';
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { FileMemory } from '../engine/file-memory.ts';
import type { ModelFacts } from '../engine/messages.ts';
import type { RecordStore } from '../storage/record-log.ts';
import { crossDecoderMemory } from './cross-decoder-memory.ts';
import type { SpanMemory } from './merge.ts';
import type { KeyedMemory } from './model-predictor.ts';
import type { RemoteLeaves } from './remote-leaves.ts';
import { LostLeaf, SpanCache } from './span-cache.ts';
import { MemoryTree } from './tree.ts';

/** Views kept for files edited alternately; each is about a megabyte. */
const heldViews = 4;

export interface ModelMemoryOptions extends Pick<ModelFacts, 'config' | 'slots' | 'modelId'> {
  readonly store: RecordStore;
  /** RAM limit for merged memories in bytes; views are extra. */
  readonly room?: number;
  /** Called with files whose leaves were lost: they are no longer in memory and must be prefilled again. */
  readonly onLost?: (paths: readonly string[]) => void;
}

export class ModelMemory {
  readonly #config: ModelConfig;
  readonly #slots: number;
  readonly #spans: SpanCache;
  readonly #tree: MemoryTree;
  readonly #onLost: (paths: readonly string[]) => void;
  /** Keys are unique to this memory, even in a shared engine. */
  readonly #name = randomUUID();
  /** By the path they are seen from, most recently used last. */
  readonly #views = new Map<string, KeyedMemory>();
  #made = 0;

  constructor({ config, slots, modelId, store, room, onLost = () => {} }: ModelMemoryOptions) {
    this.#config = config;
    this.#slots = slots;
    this.#spans = new SpanCache({ config, modelId, store, ...(room !== undefined && { room }) });
    this.#tree = new MemoryTree(this.#spans);
    this.#onLost = onLost;
  }

  get files(): number {
    return this.#tree.files;
  }

  /** RAM used by merged memories, in bytes. */
  get bytes(): number {
    return this.#spans.bytes;
  }

  keyOf(tokens: Uint16Array): string {
    return this.#spans.keyOf(tokens);
  }

  /** Adds a file whose leaf is stored already. Returns whether it is. */
  recall(path: string, key: string, length: number): boolean {
    if (!this.#spans.has(key)) return false;
    this.#set(path, key, length);
    return true;
  }

  /** Same as `recall`, from a shared store. */
  async recallFrom(shared: RemoteLeaves, path: string, key: string, length: number): Promise<boolean> {
    return (await this.#spans.fetch(key, shared)) && this.recall(path, key, length);
  }

  share(key: string, shared: RemoteLeaves): Promise<void> {
    return this.#spans.share(key, shared);
  }

  /** Adds or replaces a file. */
  set(path: string, key: string, memory: FileMemory): void {
    this.#spans.keep(key, memory);
    this.#set(path, key, memory.length);
  }

  delete(path: string): void {
    if (!this.has(path)) return;
    this.#tree.delete(path);
    this.#forgetViewsOf(path);
  }

  has(path: string): boolean {
    return this.#tree.get(path) !== undefined;
  }

  /** The leaf key of a file in memory. */
  keyAt(path: string): string | undefined {
    return this.#tree.get(path)?.key;
  }

  /** The memory of a folder, or of the repository. */
  folder(path = ''): SpanMemory {
    return this.#whole(() => this.#tree.folder(path));
  }

  /** Merges pending changes, a few milliseconds per step. */
  *settle(): IterableIterator<void> {
    try {
      yield* this.#tree.settle();
    } catch (error) {
      if (!(error instanceof LostLeaf)) throw error;
      this.#lost(error.key);
    }
  }

  /** Everything except one file. Unaffected by edits to that file, including its key. */
  seenFrom(path: string): KeyedMemory {
    const view = this.#views.get(path) ?? {
      key: `${this.#name}/${this.#made++}`,
      memory: this.#whole(() =>
        crossDecoderMemory(this.#tree.seenFrom(path), this.#slots, this.#config, file =>
          this.#spans.keysOf(file),
        ),
      ),
    };
    this.#views.delete(path);
    this.#views.set(path, view);
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= heldViews) break;
      this.#views.delete(oldest);
    }
    return view;
  }

  #set(path: string, key: string, length: number): void {
    if (this.#tree.get(path)?.key === key) return;
    this.#tree.set(path, { key, length });
    this.#forgetViewsOf(path);
  }

  /** Retries without leaves that turn out to be lost. */
  #whole<Result>(make: () => Result): Result {
    for (;;) {
      try {
        return make();
      } catch (error) {
        if (!(error instanceof LostLeaf)) throw error;
        this.#lost(error.key);
      }
    }
  }

  #lost(key: string): void {
    const paths = [...this.#tree.all()].filter(file => file.key === key).map(({ path }) => path);
    for (const path of paths) this.delete(path);
    this.#onLost(paths);
  }

  #forgetViewsOf(changed: string): void {
    for (const path of this.#views.keys()) if (path !== changed) this.#views.delete(path);
  }
}
