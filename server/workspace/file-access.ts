/** Two ways to access the file system, and the choice between them. */
import fs, { type Stats } from 'node:fs';
import { promisify } from 'node:util';

/** Each call is synchronous or not; failures throw. */
export interface FileAccess {
  open(path: string, flags: number): number | Promise<number>;
  stat(descriptor: number): Stats | Promise<Stats>;
  /** `lstat` of a path; `undefined` if it does not exist. */
  statPath(path: string): Stats | undefined | Promise<Stats | undefined>;
  read(descriptor: number, into: Buffer, offset: number, length: number): number | Promise<number>;
  close(descriptor: number): void | Promise<void>;
}

const atOnce: FileAccess = {
  open: fs.openSync,
  stat: descriptor => fs.fstatSync(descriptor),
  statPath: path => fs.lstatSync(path, { throwIfNoEntry: false }),
  read: (descriptor, into, offset, length) => fs.readSync(descriptor, into, offset, length, null),
  close: fs.closeSync,
};

const openLater = promisify(fs.open);
const readLater = promisify(fs.read);
const later: FileAccess = {
  open: (path, flags) => openLater(path, flags),
  stat: promisify(fs.fstat),
  statPath: path => fs.promises.lstat(path).catch(nothing),
  read: (descriptor, into, offset, length) =>
    readLater(descriptor, into, offset, length, null).then(({ bytesRead }) => bytesRead),
  close: promisify(fs.close),
};

/** Window of the average response time. */
const averaged = 64;

/**
 * A local disk responds faster than another thread wakes up, so it is accessed synchronously, at a fifth of the thread
 * pool's cost. A file system that proves slow (a network, another operating system's disk) is accessed through the pool
 * from then on, where several requests wait at once and block nothing else.
 */
export class AdaptiveFiles implements FileAccess {
  #slow = false;
  #milliseconds = 0;
  readonly #slowAnswer: number;

  /** @param slowAnswer milliseconds from which a response counts as slow */
  constructor(slowAnswer = 0.5) {
    this.#slowAnswer = slowAnswer;
  }

  open(path: string, flags: number): number | Promise<number> {
    return this.#ask(access => access.open(path, flags));
  }

  stat(descriptor: number): Stats | Promise<Stats> {
    return this.#ask(access => access.stat(descriptor));
  }

  statPath(path: string): Stats | undefined | Promise<Stats | undefined> {
    return this.#ask(access => access.statPath(path));
  }

  read(descriptor: number, into: Buffer, offset: number, length: number): number | Promise<number> {
    return this.#ask(access => access.read(descriptor, into, offset, length));
  }

  close(descriptor: number): void | Promise<void> {
    return this.#ask(access => access.close(descriptor));
  }

  #ask<Answer>(question: (access: FileAccess) => Answer): Answer {
    if (this.#slow) return question(later);
    const start = performance.now();
    try {
      return question(atOnce);
    } finally {
      this.#milliseconds += (performance.now() - start - this.#milliseconds) / averaged;
      this.#slow = this.#milliseconds > this.#slowAnswer;
    }
  }
}

function nothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
