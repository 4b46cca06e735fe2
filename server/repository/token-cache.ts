/** The cached tokens of one repository: a list of files with their outcomes, and packs of tokens. */

import { createHash, randomUUID } from 'node:crypto';
import { messageOf } from '../protocol/message-of.ts';
import type { Verdict } from '../protocol/verdict.ts';
import { renderingVersion } from '../sequence/render.ts';
import type { CacheStore } from '../storage/cache-store.ts';
import { filterVersion } from '../workspace/names.ts';
import type { SourceFile } from '../workspace/source.ts';
import { coarsestClock, type FileState } from './coverage.ts';
import type { Tokens } from './encode-file.ts';

export interface CachedTokens {
  /** SHA-256 of the file's bytes. */
  readonly hash: string;
  readonly outcome: Tokens | Verdict;
}

/** Location of a file's tokens. */
interface PackRange {
  readonly pack: string;
  readonly start: number;
  readonly count: number;
  readonly note?: string;
}

/** One version of a file. */
interface Row extends FileState {
  readonly path: string;
  readonly hash: string;
  /** When the content was read and last used, in milliseconds since the epoch. */
  readonly readAt: number;
  readonly usedAt: number;
  readonly outcome: PackRange | Verdict;
}

const format = 1;
const listName = 'list';

/** Tokens per pack: large enough for few packs, small enough to load quickly. */
const packTokens = 1 << 21;

/** Packs kept loaded: files are read in order, which is mostly the packs' order. */
const loadedPacks = 3;

/** After this long without a change, the list is rewritten to mark the repository as in use. */
const useRefreshAfter = 24 * 60 * 60 * 1000;

/**
 * Earlier versions are kept while they take no more space than the current ones: switching branches or undoing a change
 * then needs no encoding.
 */
export class TokenCache {
  readonly #store: CacheStore;
  readonly #repository: string;
  /** By path and hash. */
  readonly #rows = new Map<string, Row>();
  /** By path, the row whose times matched last. */
  readonly #latest = new Map<string, Row>();
  readonly #problems = new Set<string>();
  readonly #loaded = new Map<string, Promise<Uint16Array | undefined>>();
  #filling = newPack();
  #writing: Promise<void> = Promise.resolve();
  readonly #opened = Date.now();
  #changed = false;
  #savedAt = 0;

  private constructor(store: CacheStore, repository: string) {
    this.#store = store;
    this.#repository = repository;
  }

  /**
   * Opens the folders' cache, if any.
   * @param roots absolute paths of the folders, with the names that prefix their files
   * @param tokenizerHash separates caches by tokenizer
   */
  static async open(
    store: CacheStore,
    roots: readonly { readonly name: string; readonly root: string }[],
    tokenizerHash: string,
  ): Promise<TokenCache> {
    const identity = JSON.stringify([
      format,
      tokenizerHash,
      renderingVersion,
      filterVersion,
      roots.length === 1 ? roots[0]!.root : roots.map(({ name, root }) => [name, root]),
    ]);
    const cache = new TokenCache(store, createHash('sha256').update(identity).digest('hex').slice(0, 40));
    await cache.#mergeList();
    return cache;
  }

  /** The outcome of exactly this file, judged by its times; `undefined` if uncertain. */
  async findByState(file: SourceFile): Promise<CachedTokens | undefined> {
    const row = this.#latest.get(file.path);
    if (row === undefined || !isState(row, file) || row.changed + coarsestClock >= row.readAt)
      return undefined;
    return this.#resolve(row, file);
  }

  /** The outcome of a file with this path and content. */
  async findByContent(file: SourceFile, hash: string): Promise<CachedTokens | undefined> {
    const row = this.#rows.get(keyOf(file.path, hash));
    if (row === undefined || row.wanted !== file.wanted) return undefined;
    const found = await this.#resolve(row, file);
    if (found !== undefined) {
      this.#setRow({
        ...this.#rows.get(row.path)!,
        ...row,
        ...stateOf(file),
        readAt: Date.now(),
        usedAt: Date.now(),
      });
      this.#changed = true;
    }
    return found;
  }

  /** Records the outcome of a file. */
  note(file: SourceFile, hash: string, outcome: Tokens | Verdict): void {
    const now = Date.now();
    const kept = 'reason' in outcome ? outcome : this.#pack(outcome);
    this.#setRow({ path: file.path, hash, ...stateOf(file), readAt: now, usedAt: now, outcome: kept });
    this.#changed = true;
  }

  /** Records that a file is gone: what is known of it counts as an earlier version. */
  forget(path: string): void {
    this.#latest.delete(path);
  }

  /**
   * Writes all records. Never fails: errors become problems.
   * @param isComplete whether all files have been looked up or noted, so that the other records are of earlier versions
   */
  async save(isComplete = true): Promise<void> {
    if (!this.#changed && Date.now() - this.#savedAt < useRefreshAfter) return;
    try {
      await this.#mergeList();
      if (isComplete) await this.#tidy();
      this.#closePack();
      await this.#writing;
      await this.#store.put(
        this.#repository,
        listName,
        Buffer.from(JSON.stringify([...this.#rows.values()])),
      );
      this.#changed = false;
      this.#savedAt = Date.now();
      await this.#store.removeOrphans(this.#repository, new Set([listName, ...this.#packsInUse().keys()]));
      await this.#store.prune(undefined, this.#repository);
    } catch (error) {
      this.#problems.add(`Could not write the cache: ${messageOf(error)}.`);
    }
  }

  /** Removes this repository's cache. */
  async clear(): Promise<void> {
    this.#rows.clear();
    this.#latest.clear();
    this.#loaded.clear();
    this.#filling = newPack();
    await this.#store.removeRepository(this.#repository);
  }

  /** Sentences about errors since the last call. */
  takeProblems(): string[] {
    const problems = [...this.#problems];
    this.#problems.clear();
    return problems;
  }

  async #resolve(row: Row, file: SourceFile): Promise<CachedTokens | undefined> {
    const { outcome, hash } = row;
    if (row.usedAt < this.#opened) this.#setRow({ ...row, usedAt: Date.now() }, isState(row, file));
    if ('reason' in outcome) return { hash, outcome };
    const tokens = await this.#tokensAt(outcome);
    if (tokens === undefined) {
      this.#forgetPack(outcome.pack);
      return undefined;
    }
    return { hash, outcome: { tokens, ...(outcome.note !== undefined && { note: outcome.note }) } };
  }

  async #tokensAt({ pack: name, start, count }: PackRange): Promise<Uint16Array | undefined> {
    // Not from a joined copy: a file's tokens would keep all of it.
    if (name === this.#filling.name) return this.#filling.parts.get(start);
    return (await this.#packOf(name))?.subarray(start, start + count);
  }

  #setRow(row: Row, isLatest = true): void {
    this.#rows.set(keyOf(row.path, row.hash), row);
    if (isLatest) this.#latest.set(row.path, row);
  }

  #pack({ tokens, note }: Tokens): PackRange {
    const filling = this.#filling;
    const range = {
      pack: filling.name,
      start: filling.count,
      count: tokens.length,
      ...(note !== undefined && { note }),
    };
    filling.parts.set(filling.count, tokens);
    filling.count += tokens.length;
    if (filling.count >= packTokens) this.#closePack();
    return range;
  }

  #closePack(): void {
    const { name, parts, count } = this.#filling;
    if (count === 0) return;
    this.#filling = newPack();
    const tokens = joined(parts.values(), count);
    // Served from here until it is written.
    this.#keepLoaded(name, Promise.resolve(tokens));
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#store.put(this.#repository, name, new Uint8Array(tokens.buffer));
      } catch (error) {
        this.#forgetPack(name);
        this.#problems.add(`Could not write the cache: ${messageOf(error)}.`);
      }
    });
  }

  /** The tokens of a finished pack, or undefined if it is lost. */
  async #packOf(name: string): Promise<Uint16Array | undefined> {
    const loaded = this.#loaded.get(name) ?? this.#load(name);
    this.#keepLoaded(name, loaded);
    return loaded;
  }

  #keepLoaded(name: string, pack: Promise<Uint16Array | undefined>): void {
    this.#loaded.delete(name);
    this.#loaded.set(name, pack);
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= loadedPacks) break;
      this.#loaded.delete(oldest);
    }
  }

  async #load(name: string): Promise<Uint16Array | undefined> {
    const data = await this.#get(name);
    if (data === undefined) return undefined;
    // Uint16 access needs an even address.
    const even = data.byteOffset % 2 === 0 ? data : new Uint8Array(data);
    return new Uint16Array(even.buffer, even.byteOffset, even.byteLength >> 1);
  }

  async #get(name: string): Promise<Uint8Array | undefined> {
    try {
      const data = await this.#store.get(this.#repository, name);
      if (data !== 'damaged') return data;
      this.#problems.add('Part of the cache was damaged. It was dropped, and its files are read again.');
    } catch (error) {
      this.#problems.add(`Could not read the cache: ${messageOf(error)}.`);
    }
    return undefined;
  }

  #forgetPack(name: string): void {
    this.#loaded.delete(name);
    for (const row of this.#rows.values()) {
      if ('reason' in row.outcome || row.outcome.pack !== name) continue;
      this.#dropRow(row);
      this.#changed = true;
    }
  }

  #dropRow(row: Row): void {
    this.#rows.delete(keyOf(row.path, row.hash));
    if (this.#latest.get(row.path) === row) this.#latest.delete(row.path);
  }

  /** Merges what this or another process has saved. */
  async #mergeList(): Promise<void> {
    const data = await this.#get(listName);
    if (data === undefined) return;
    for (const row of JSON.parse(new TextDecoder().decode(data)) as Row[]) {
      const own = this.#rows.get(keyOf(row.path, row.hash));
      if (own !== undefined && own.usedAt >= row.usedAt) continue;
      const latest = this.#latest.get(row.path);
      this.#setRow(row, latest === undefined || latest.usedAt < row.usedAt);
      this.#savedAt = Math.max(this.#savedAt, row.usedAt);
    }
  }

  /** Drops the least recently used versions, and repacks packs that are mostly dropped. */
  async #tidy(): Promise<void> {
    const isCurrent = (row: Row): boolean => row.usedAt >= this.#opened && this.#latest.get(row.path) === row;
    const rows = [...this.#rows.values()].sort((one, other) => other.usedAt - one.usedAt);
    let room = rows.reduce((sum, row) => sum + (isCurrent(row) ? tokensIn(row) : 0), 0);
    for (const row of rows) {
      if (isCurrent(row)) continue;
      // A verdict takes no tokens, but a row.
      room -= Math.max(1, tokensIn(row));
      if (room < 0) this.#dropRow(row);
    }
    for (const [name, used] of this.#packsInUse()) {
      if (name === this.#filling.name) continue;
      const pack = await this.#packOf(name);
      if (pack === undefined) this.#forgetPack(name);
      else if (used * 2 < pack.length) await this.#packAnew(name, pack);
    }
  }

  async #packAnew(name: string, pack: Uint16Array): Promise<void> {
    for (const row of this.#rows.values()) {
      const { outcome } = row;
      if ('reason' in outcome || outcome.pack !== name) continue;
      const { note, start, count } = outcome;
      const tokens = pack.slice(start, start + count);
      const moved = this.#pack({ tokens, ...(note !== undefined && { note }) });
      this.#setRow({ ...row, outcome: moved }, this.#latest.get(row.path) === row);
    }
  }

  /** Number of tokens in use, by pack. */
  #packsInUse(): Map<string, number> {
    const used = new Map<string, number>();
    for (const { outcome } of this.#rows.values())
      if (!('reason' in outcome)) used.set(outcome.pack, (used.get(outcome.pack) ?? 0) + outcome.count);
    return used;
  }
}

function keyOf(path: string, hash: string): string {
  return `${path}\0${hash}`;
}

function stateOf({ bytes, modified, changed, wanted }: SourceFile): FileState {
  return { bytes, modified, changed, wanted };
}

function isState(row: Row, file: SourceFile): boolean {
  return (
    row.bytes === file.bytes &&
    row.modified === file.modified &&
    row.changed === file.changed &&
    row.wanted === file.wanted
  );
}

function tokensIn(row: Row): number {
  return 'reason' in row.outcome ? 0 : row.outcome.count;
}

/** An unfinished pack: the tokens of each file by where they start. */
interface Filling {
  readonly name: string;
  readonly parts: Map<number, Uint16Array>;
  count: number;
}

function newPack(): Filling {
  return { name: `pack-${randomUUID()}`, parts: new Map(), count: 0 };
}

function joined(parts: Iterable<Uint16Array>, count: number): Uint16Array<ArrayBuffer> {
  const all = new Uint16Array(count);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
