/** Stores a tree's memories: recently used ones in RAM, all leaves and the larger folders on disk. */
import { createHash } from 'node:crypto';
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { FileMemory } from '../engine/file-memory.ts';
import type { RecordStore } from '../storage/record-log.ts';
import { decodeKeys, decodeSums, encodeLeaf, type StoredKeys } from './leaf-codec.ts';
import { Merger, type SpanMemory } from './merge.ts';
import type { RemoteLeaves } from './remote-leaves.ts';
import { decodeSpan, encodeSpan } from './span-codec.ts';
import type { LeafReference, Spans } from './tree.ts';

export interface SpanCacheOptions {
  readonly config: ModelConfig;
  readonly modelId: string;
  readonly store: RecordStore;
  /** RAM limit for recently used memories, in bytes. */
  readonly room?: number;
}

/** A stored leaf has gone and must be prefilled again. */
export class LostLeaf extends Error {
  override readonly name = 'LostLeaf';
  readonly key: string;

  constructor(key: string) {
    super('The model memory of a file was removed or damaged.');
    this.key = key;
  }
}

/** Memories of fewer files are merged on demand, which is cheaper than storing them. */
const minStoredFiles = 16;
const defaultRoom = 48 * 2 ** 20;

export class SpanCache implements Spans {
  readonly #config: ModelConfig;
  readonly #modelId: string;
  readonly #store: RecordStore;
  readonly #merger: Merger;
  readonly #maxHeld: number;
  /** Most recently used last. */
  readonly #held = new Map<string, SpanMemory>();

  constructor({ config, modelId, store, room = defaultRoom }: SpanCacheOptions) {
    this.#config = config;
    this.#modelId = modelId;
    this.#store = store;
    this.#merger = new Merger(config);
    this.#maxHeld = Math.max(8, Math.floor(room / bytesOf(this.#merger.empty)));
  }

  get empty(): SpanMemory {
    return this.#merger.empty;
  }

  /** RAM used, in bytes. */
  get bytes(): number {
    return this.#held.size * bytesOf(this.empty);
  }

  /** Leaf key of these tokens; depends on the model and nothing else. */
  keyOf(tokens: Uint16Array): string {
    const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
    return createHash('sha256').update(this.#modelId).update(bytes).digest('hex');
  }

  has(key: string): boolean {
    return this.#store.has(key) && this.#store.has(keysKey(key));
  }

  keep(key: string, memory: FileMemory): void {
    const { sums, keys } = encodeLeaf(memory, this.#modelId);
    this.#store.put(keysKey(key), keys);
    this.#store.put(key, sums);
  }

  /** Fetches a shared leaf, if it is whole and fits. Returns whether it is now stored here. */
  async fetch(key: string, shared: RemoteLeaves): Promise<boolean> {
    const [sums, keys] = await Promise.all([shared.get(key), shared.get(keysKey(key))]);
    if (sums === undefined || keys === undefined) return false;
    try {
      decodeSums(sums, this.#modelId, this.#config);
      decodeKeys(keys, this.#modelId, this.#config);
    } catch {
      return false;
    }
    this.#store.put(keysKey(key), keys);
    this.#store.put(key, sums);
    return true;
  }

  /** Shares a leaf. */
  async share(key: string, shared: RemoteLeaves): Promise<void> {
    for (const record of [keysKey(key), key]) {
      const bytes = this.#store.get(record);
      if (bytes !== undefined) await shared.put(record, bytes);
    }
  }

  leaf({ key }: LeafReference): SpanMemory {
    const held = this.#held.get(key);
    if (held !== undefined) return this.#hold(key, held);
    return this.#hold(
      key,
      this.#stored(key, key, bytes => decodeSums(bytes, this.#modelId, this.#config)),
    );
  }

  keysOf({ key }: LeafReference): StoredKeys {
    return this.#stored(key, keysKey(key), bytes => decodeKeys(bytes, this.#modelId, this.#config));
  }

  holds(key: string, files: number): boolean {
    return this.#held.has(key) || (files >= minStoredFiles && this.#store.has(key));
  }

  merged(key: string, files: number, parts: () => readonly SpanMemory[]): SpanMemory {
    const held = this.#held.get(key);
    if (held !== undefined) return this.#hold(key, held);
    const bytes = files >= minStoredFiles ? this.#store.get(key) : undefined;
    const kept = bytes && decodeSpan(bytes, this.#config);
    if (kept !== undefined) return this.#hold(key, kept);
    const merged = this.#merger.merge(parts());
    if (files >= minStoredFiles) this.#store.put(key, encodeSpan(merged));
    return this.#hold(key, merged);
  }

  merge(parts: readonly SpanMemory[]): SpanMemory {
    return this.#merger.merge(parts);
  }

  #stored<Result>(leaf: string, key: string, decode: (bytes: Uint8Array) => Result): Result {
    const bytes = this.#store.get(key);
    if (bytes === undefined) throw new LostLeaf(leaf);
    return decode(bytes);
  }

  #hold(key: string, memory: SpanMemory): SpanMemory {
    this.#held.delete(key);
    this.#held.set(key, memory);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= this.#maxHeld) break;
      this.#held.delete(oldest);
    }
    return memory;
  }
}

/** Keys are stored separately: few files are near enough that all of theirs are needed. */
function keysKey(key: string): string {
  return createHash('sha256').update(key).update('keys').digest('hex');
}

function bytesOf({ linear, delta, continuous }: SpanMemory): number {
  return linear.data.byteLength + delta.data.byteLength + continuous.data.byteLength;
}
