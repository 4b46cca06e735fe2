/**
 * Immutable records under the hash of what they were made from, in append-only files that each belong to one process: the shape of a
 * log-structured store (Sheehy and Smith, "Bitcask", 2010) without its deletes. A record is there as soon as it is appended, so a
 * process that is killed loses at most the one that it was writing; that one fails its checksum and is not there. Processes share the folder
 * without locks: no process writes to another's file, and two who write the same record write the same bytes.
 *
 * Not through cacache, which keeps a file or two for every entry and lists them by reading all: a repository has tens of thousands of
 * these records.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
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

/** What keeps records; any store of bytes by name can. */
export interface RecordStore {
  /** @param key 64 hexadecimal digits */
  has(key: string): boolean;
  /** What was put under the key, whole and unchanged; nothing when it is lost or damaged. */
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
  /** Up to here its records are known. */
  scanned: number;
  touched: boolean;
}

interface Place {
  readonly segment: Segment;
  /** Of the bytes after the header. */
  readonly offset: number;
  readonly length: number;
}

interface OwnSegment {
  readonly segment: Segment;
  size: number;
}

const extension = '.seg';
/** Before every record: this mark, the length, the key, and the beginning of the SHA-256 of key and bytes. */
const mark = 0x3147534c;
const [keyBytes, digestBytes] = [32, 16];
const headerBytes = 8 + keyBytes + digestBytes;
/** A file this large is closed: what is removed to make room is removed by files. */
const segmentBytes = 32 * 2 ** 20;
/** Milliseconds between two looks for what other processes have written. */
const lookAgain = 1000;
/** Files that small, and this old (in milliseconds), are put together when there are this many. */
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
    if (!this.#places.has(key) && performance.now() - this.#looked > lookAgain) this.#look();
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
      // After half a record nothing more can be found in this file.
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

  /** Removes the files used longest ago until the rest fits. @returns bytes removed */
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

  /** Puts small old files together, which many short sessions leave. */
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

  /** Reads every record; what is damaged is not there any more. */
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

  /** Removes everything, also what other processes have written. */
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

  /** The own file, with room for a record. */
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

  /** Takes note of what was written by others since. */
  #look(): void {
    this.#looked = performance.now();
    const names = readdirSync(this.folder).filter(name => name.endsWith(extension));
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
      // Another process has just removed it.
      return undefined;
    }
  }

  /** A record that is not whole yet, or never will be, ends the file. */
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

/** The time of a file says when it was last of use. Once a session is enough. */
function touch(folder: string, segment: Segment): void {
  if (segment.touched) return;
  segment.touched = true;
  const now = new Date();
  try {
    utimesSync(path.join(folder, segment.name), now, now);
  } catch {
    // Removed by another process, or not ours to touch: it is as good as it is.
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
