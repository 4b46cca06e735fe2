/** Reads a little-endian file front to back, never past its end, and never buffers more than it holds. */
import type { FileHandle } from 'node:fs/promises';
import { GgufError } from './error.ts';

const windowBytes = 1 << 20;

export class ByteReader {
  readonly path: string;
  /** File size in bytes. */
  readonly size: number;
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  /** Offset of the window in the file, and of the next byte in the window. */
  #start = 0;
  #at = 0;

  constructor(file: FileHandle, path: string, size: number) {
    this.#file = file;
    this.path = path;
    this.size = size;
  }

  get position(): number {
    return this.#start + this.#at;
  }

  get remaining(): number {
    return this.size - this.position;
  }

  /**
   * Makes the next bytes available to the synchronous methods.
   * @throws GgufError when the file ends first
   */
  async need(bytes: number, what: string): Promise<void> {
    if (bytes > this.remaining) {
      throw new GgufError(
        `${this.path} is truncated or damaged: ${what} takes ${bytes} bytes at byte ${this.position}, and the file has ${this.size}.`,
      );
    }
    if (this.#window.length - this.#at >= bytes) return;
    const kept = this.#window.subarray(this.#at);
    const length = Math.min(Math.max(bytes, windowBytes), this.remaining);
    const next = Buffer.allocUnsafe(length);
    kept.copy(next);
    const start = this.position;
    let filled = kept.length;
    while (filled < bytes) {
      const { bytesRead } = await this.#file.read(next, filled, length - filled, start + filled);
      if (bytesRead === 0) throw new GgufError(`${this.path} became shorter while it was read.`);
      filled += bytesRead;
    }
    this.#window = next.subarray(0, filled);
    this.#start = start;
    this.#at = 0;
  }

  /** True if that many bytes are buffered. */
  has(bytes: number): boolean {
    return this.#window.length - this.#at >= bytes;
  }

  /** A view of the next bytes, valid until the next `need`. */
  take(bytes: number): Buffer {
    const view = this.#window.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return view;
  }

  /** The next string (a length and UTF-8), if it is fully buffered. */
  wholeString(): string | undefined {
    if (!this.has(8)) return undefined;
    const length = this.#window.readUInt32LE(this.#at);
    if (this.#window.readUInt32LE(this.#at + 4) !== 0 || !this.has(8 + length)) return undefined;
    this.#at += 8 + length;
    return this.#window.toString('utf8', this.#at - length, this.#at);
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** @throws GgufError for a number above 53 bits: no real count, length or offset is that large */
  uint64(what: string): number {
    const value = this.take(8).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new GgufError(`${this.path} is damaged: ${what} is ${value} at byte ${this.position - 8}.`);
    return Number(value);
  }
}
