/** Which files are indexed, which were left out and why, and which have changed since. */
import type { Coverage } from '../protocol/requests.ts';
import type { Skipped, SourceFile } from '../workspace/source.ts';

/** A file's metadata from the file system. */
export type FileState = Pick<SourceFile, 'bytes' | 'modified' | 'changed' | 'wanted'>;

export interface ReadEntry {
  readonly path: string;
  readonly tokens: number;
  readonly bytes: number;
  /** SHA-256 of the indexed bytes, in hex. */
  readonly hash: string;
  readonly note?: string;
  /** When the file was first known to differ from the index, in milliseconds since the epoch. */
  readonly staleSince?: number;
}

interface Known<Entry> {
  readonly entry: Entry;
  /** Absent if the entry comes from a name or a list rather than from content. */
  readonly state: FileState | undefined;
  readonly at: number;
}

/**
 * A file changed this shortly before it was read may change again with equal times: the coarsest file system in use
 * (FAT) counts in two seconds.
 */
export const coarsestClock = 2000;

export class CoverageLedger {
  readonly #read = new Map<string, Known<ReadEntry>>();
  readonly #skipped = new Map<string, Known<Skipped>>();
  #tokens = 0;
  #bytes = 0;
  #stale = 0;

  /** Number of indexed files. */
  get files(): number {
    return this.#read.size;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Size on disk of the indexed files, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get skippedFiles(): number {
    return this.#skipped.size;
  }

  get staleFiles(): number {
    return this.#stale;
  }

  entryOf(path: string): ReadEntry | undefined {
    return this.#read.get(path)?.entry;
  }

  /** Modification time on disk, in milliseconds since the epoch, if known. */
  modifiedOf(path: string): number | undefined {
    return this.#read.get(path)?.state?.modified;
  }

  /** In no particular order. */
  *read(): IterableIterator<ReadEntry> {
    for (const { entry } of this.#read.values()) yield entry;
  }

  *skipped(): IterableIterator<Skipped> {
    for (const { entry } of this.#skipped.values()) yield entry;
  }

  skippedAt(path: string): Skipped | undefined {
    return this.#skipped.get(path)?.entry;
  }

  /** Whether the file on disk is still the one that was indexed or refused. */
  isCurrent(file: SourceFile): boolean {
    const known = this.#read.get(file.path) ?? this.#skipped.get(file.path);
    return (
      known?.state !== undefined &&
      known.state.bytes === file.bytes &&
      known.state.modified === file.modified &&
      known.state.changed === file.changed &&
      known.state.wanted === file.wanted &&
      file.changed + coarsestClock < known.at &&
      !('staleSince' in known.entry)
    );
  }

  noteRead(entry: ReadEntry, state: FileState): void {
    this.forget(entry.path);
    this.#read.set(entry.path, { entry, state, at: Date.now() });
    this.#tokens += entry.tokens;
    this.#bytes += entry.bytes;
  }

  /** @param state of the refused bytes; omitted if the content did not matter */
  noteSkipped(entry: Skipped, state?: FileState): void {
    this.forget(entry.path);
    this.#skipped.set(entry.path, { entry, state, at: Date.now() });
  }

  /** Marks an indexed file as changed on disk or in the editor. */
  noteStale(path: string): void {
    const known = this.#read.get(path);
    if (known === undefined || known.entry.staleSince !== undefined) return;
    this.#read.set(path, { ...known, entry: { ...known.entry, staleSince: Date.now() } });
    this.#stale++;
  }

  forget(path: string): void {
    this.#skipped.delete(path);
    const known = this.#read.get(path);
    if (known === undefined) return;
    this.#read.delete(path);
    this.#tokens -= known.entry.tokens;
    this.#bytes -= known.entry.bytes;
    if (known.entry.staleSince !== undefined) this.#stale--;
  }

  clear(): void {
    for (const path of [...this.#read.keys(), ...this.#skipped.keys()]) this.forget(path);
  }

  coverage(): Coverage {
    return {
      files: [...this.read()].map(({ path, tokens, staleSince }) => ({
        path,
        tokens,
        stale: staleSince !== undefined,
      })),
      skipped: [...this.skipped()],
    };
  }
}
