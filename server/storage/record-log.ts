/**
 * Immutable records keyed by the hash of their inputs, in append-only files that each belong to one process: a
 * log-structured store (Sheehy and Smith, "Bitcask", 2010) without deletes. A record is available once appended, so a
 * killed process loses at most the one it was writing, which fails its checksum. Processes share the folder without
 * locks: none writes to another's file, and two who write the same record write the same bytes.
 *
 * cacache does not fit: it keeps a file or two per entry and lists them by reading all, and a repository has tens of
 * thousands of records.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** A store of records; any byte store with names will do. */
export interface RecordStore {
  /** @param key 64 hexadecimal digits */
  has(key: string): boolean;
  /** The bytes put under the key; undefined when lost or damaged. */
  get(key: string): Uint8Array | undefined;
  put(key: string, bytes: Uint8Array): void;
}

export interface RecordLogVerification {
  readonly intact: number;
  readonly damaged: number;
}

interface Segment {
  readonly name: string;
  readonly file: number;
  /** Its records are known up to this offset. */
  scanned: number;
  touched: boolean;
}

interface Place {
  readonly segment: Segment;
  /** Offset of the data after the header. */
  readonly offset: number;
  readonly length: number;
}

interface OwnSegment {
  readonly segment: Segment;
  size: number;
}

const extension = '.seg';
/** Precedes every record: this mark, the length, the key, and a prefix of the SHA-256 of key and bytes. */
const mark = 0x3147534c;
const [keyBytes, digestBytes] = [32, 16];
const headerBytes = 8 + keyBytes + digestBytes;
/** A file of this size is closed: space is freed by whole files. */
const segmentBytes = 32 * 2 ** 20;
/** Milliseconds between checks for other processes' records. */
const rescanInterval = 1000;
/** Files this small and old (in milliseconds) are compacted once there are this many. */
const small = { bytes: 2 ** 22, age: 24 * 60 * 60 * 1000, count: 16 };

export class RecordLog implements RecordStore {
  readonly folder: string;
  readonly #maxBytes: number;
  readonly #segments = new Map<string, Segment>();
  readonly #places = new Map<string, Place>();
  #own: OwnSegment | undefined;
  #looked = 0;

  /** @throws Error of the file system when the folder cannot be made or read */
  constructor(folder: string, maxBytes: number) {
    this.folder = folder;
    this.#maxBytes = maxBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#look();
  }

  get records(): number {
    return this.#places.size;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#sizes().reduce((sum, { size }) => sum + size, 0);
  }

  has(key: string): boolean {
    if (!this.#places.has(key) && performance.now() - this.#looked > rescanInterval) this.#look();
    const place = this.#places.get(key);
    if (place !== undefined) touch(this.folder, place.segment);
    return place !== undefined;
  }

  get(key: string): Uint8Array | undefined {
    if (!this.has(key)) return undefined;
    const place = this.#places.get(key)!;
    const bytes = this.#read(key, place);
    if (bytes === undefined) this.#places.delete(key);
    return bytes;
  }

  put(key: string, bytes: Uint8Array): void {
    if (this.#places.has(key)) return;
    const own = this.#writable(headerBytes + bytes.length);
    const record = new Uint8Array(headerBytes + bytes.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, mark, true);
    view.setUint32(4, bytes.length, true);
    record.set(Buffer.from(key, 'hex'), 8);
    record.set(digestOf(key, bytes), 8 + keyBytes);
    record.set(bytes, headerBytes);
    try {
      for (let at = 0; at < record.length; ) at += writeSync(own.segment.file, record, at);
    } catch (error) {
      // Nothing after a partial record in this file can be found.
      this.#own = undefined;
      throw error;
    }
    this.#places.set(key, {
      segment: own.segment,
      offset: own.size + headerBytes,
      length: bytes.length,
    });
    own.size += record.length;
    own.segment.scanned = own.size;
  }

  /** Removes the least recently used files until the rest fits. @returns bytes removed */
  prune(maxBytes = this.#maxBytes): number {
    const files = this.#sizes().sort((one, other) => one.used - other.used);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let removed = 0;
    for (const { name, size } of files) {
      if (total - removed <= maxBytes) break;
      if (name === this.#own?.segment.name) continue;
      this.#remove(name);
      removed += size;
    }
    return removed;
  }

  /** Merges the small old files that many short sessions leave. */
  compact(): void {
    const now = Date.now();
    const old = this.#sizes().filter(({ size, used }) => size < small.bytes && used + small.age < now);
    if (old.length < small.count) return;
    const names = new Set(old.map(({ name }) => name));
    for (const [key, place] of Array.from(this.#places)) {
      if (!names.has(place.segment.name)) continue;
      const bytes = this.#read(key, place);
      this.#places.delete(key);
      if (bytes !== undefined) this.put(key, bytes);
    }
    for (const name of names) this.#remove(name);
  }

  /** Reads every record; drops damaged ones. */
  verify(): RecordLogVerification {
    this.#look();
    let damaged = 0;
    for (const [key, place] of Array.from(this.#places)) {
      if (this.#read(key, place) !== undefined) continue;
      this.#places.delete(key);
      damaged++;
    }
    return { intact: this.#places.size, damaged };
  }

  /** Removes everything, including other processes' records. */
  clear(): void {
    this.#look();
    for (const name of Array.from(this.#segments.keys())) this.#remove(name);
    this.#own = undefined;
  }

  close(): void {
    for (const { file } of this.#segments.values()) closeSync(file);
    this.#segments.clear();
    this.#places.clear();
    this.#own = undefined;
  }

  #read(key: string, { segment, offset, length }: Place): Uint8Array | undefined {
    const record = Buffer.allocUnsafeSlow(headerBytes + length);
    if (readFully(segment.file, record, offset - headerBytes) < record.length) return undefined;
    const bytes = record.subarray(headerBytes);
    return digestOf(key, bytes).equals(record.subarray(8 + keyBytes, headerBytes)) ? bytes : undefined;
  }

  /** This process's file, with room for a record. */
  #writable(bytes: number): OwnSegment {
    if (this.#own !== undefined && this.#own.size > 0 && this.#own.size + bytes > segmentBytes) {
      this.#own = undefined;
      this.prune(Math.max(0, this.#maxBytes - segmentBytes));
    }
    if (this.#own === undefined) {
      const name = randomUUID() + extension;
      const file = openSync(path.join(this.folder, name), 'ax+', 0o600);
      const segment = { name, file, scanned: 0, touched: true };
      this.#segments.set(name, segment);
      this.#own = { segment, size: 0 };
    }
    return this.#own;
  }

  /** Indexes what other processes have written since. */
  #look(): void {
    this.#looked = performance.now();
    // The folder may have been removed.
    const names = existsSync(this.folder)
      ? readdirSync(this.folder).filter(name => name.endsWith(extension))
      : [];
    for (const name of names) {
      const segment = this.#segments.get(name) ?? this.#open(name);
      if (segment !== undefined && segment !== this.#own?.segment) this.#scan(segment);
    }
    const present = new Set(names);
    for (const name of Array.from(this.#segments.keys())) if (!present.has(name)) this.#forget(name);
  }

  #open(name: string): Segment | undefined {
    try {
      const file = openSync(path.join(this.folder, name), 'r');
      const segment = { name, file, scanned: 0, touched: false };
      this.#segments.set(name, segment);
      return segment;
    } catch {
      // Just removed by another process.
      return undefined;
    }
  }

  /** A record that is incomplete, perhaps for good, ends the file. */
  #scan(segment: Segment): void {
    const { size } = fstatSync(segment.file);
    const header = Buffer.alloc(headerBytes);
    while (segment.scanned + headerBytes <= size) {
      readFully(segment.file, header, segment.scanned);
      const length = header.readUInt32LE(4);
      const end = segment.scanned + headerBytes + length;
      if (header.readUInt32LE(0) !== mark || end > size) return;
      const key = header.toString('hex', 8, 8 + keyBytes);
      if (!this.#places.has(key))
        this.#places.set(key, { segment, offset: segment.scanned + headerBytes, length });
      segment.scanned = end;
    }
  }

  #sizes(): { readonly name: string; readonly size: number; readonly used: number }[] {
    return [...this.#segments.values()].map(({ name, file }) => {
      const { size, mtimeMs } = fstatSync(file);
      return { name, size, used: mtimeMs };
    });
  }

  #remove(name: string): void {
    try {
      unlinkSync(path.join(this.folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    }
    this.#forget(name);
  }

  #forget(name: string): void {
    const segment = this.#segments.get(name);
    if (segment === undefined) return;
    for (const [key, place] of this.#places) if (place.segment === segment) this.#places.delete(key);
    this.#segments.delete(name);
    closeSync(segment.file);
    if (this.#own?.segment === segment) this.#own = undefined;
  }
}

/** A file's modification time records its last use. Once per session is enough. */
function touch(folder: string, segment: Segment): void {
  if (segment.touched) return;
  segment.touched = true;
  const now = new Date();
  try {
    utimesSync(path.join(folder, segment.name), now, now);
  } catch {
    // Removed by another process, or not writable by us: ignore.
  }
}

function readFully(file: number, into: Buffer, position: number): number {
  let read = 0;
  while (read < into.length) {
    const count = readSync(file, into, read, into.length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return read;
}

function digestOf(key: string, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(key, 'hex').update(bytes).digest().subarray(0, digestBytes);
}
