/** Reads one file from disk as text, or says why not. */

import { hash } from 'node:crypto';
import type { Verdict } from '../protocol/verdict.ts';
import { verdictOnArmour, verdictOnLines, verdictOnSignature } from './content.ts';
import { verdictOnFailure } from './failure.ts';
import { AdaptiveFiles, type FileAccess } from './file-access.ts';
import { guardedFlags, verdictOnOpened } from './guard.ts';
import { cellsOf } from './notebook.ts';
import type { SourceFile, SourceText } from './source.ts';
import { decode } from './text.ts';

/** The file's bytes, with exactly matching times. */
export interface SourceBytes {
  readonly file: SourceFile;
  readonly bytes: Uint8Array;
}

const retries = 3;

/** Reads files one after another, adapting to the file system's speed. */
export class FileReader {
  readonly #maxFileSize: number;
  readonly #files: FileAccess;

  constructor(maxFileSize: number, files: FileAccess = new AdaptiveFiles()) {
    this.#maxFileSize = maxFileSize;
    this.#files = files;
  }

  /** A consistent snapshot of a file's bytes. Rejects only on errors beyond the file. */
  async read(file: SourceFile): Promise<SourceBytes | Verdict> {
    try {
      for (let attempt = 0; attempt < retries; attempt++) {
        const read = await readOnce(this.#files, file, this.#maxFileSize);
        if (read !== undefined) return read;
      }
      return { reason: 'unreadable', detail: 'It kept changing while it was read.' };
    } catch (error) {
      return verdictOnFailure(error);
    }
  }
}

/** `undefined` if the file changed meanwhile. */
async function readOnce(
  access: FileAccess,
  file: SourceFile,
  maxFileSize: number,
): Promise<SourceBytes | Verdict | undefined> {
  const descriptor = await access.open(file.absolute, guardedFlags);
  try {
    const before = await access.stat(descriptor);
    const verdict = verdictOnOpened(descriptor, before, file.absolute, maxFileSize);
    if (verdict === 'changed') return undefined;
    if (verdict !== undefined) return verdict;
    const bytes = await readFully(access, descriptor, before.size);
    const after = await access.stat(descriptor);
    if (bytes === undefined || after.mtimeMs !== before.mtimeMs || after.size !== before.size)
      return undefined;
    const read = { ...file, bytes: before.size, modified: before.mtimeMs, changed: before.ctimeMs };
    return { file: read, bytes };
  } finally {
    await access.close(descriptor);
  }
}

/** `undefined` if the size differs from the expected one. */
async function readFully(
  access: FileAccess,
  descriptor: number,
  size: number,
): Promise<Uint8Array | undefined> {
  const buffer = Buffer.allocUnsafeSlow(size + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const count = await access.read(descriptor, buffer, filled, buffer.length - filled);
    if (count === 0) break;
    filled += count;
  }
  return filled === size ? buffer.subarray(0, size) : undefined;
}

/** SHA-256 in hex. */
export function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Decodes bytes, unless they are not text or not written by a person. Secrets are checked elsewhere. */
export function textOf(read: SourceBytes, contentHash: string): SourceText | Verdict {
  const decoded = decode(read.bytes);
  if ('reason' in decoded) return decoded;
  const { note } = decoded;
  if (isPointer(decoded.text)) return pointer;
  const isNotebook = /\.ipynb$/i.test(read.file.path);
  const text = (isNotebook ? cellsOf(decoded.text) : undefined) ?? decoded.text;
  if (text.trimStart() === '') return { reason: 'empty', detail: 'It holds white space only.' };
  if (!read.file.wanted) {
    const verdict = verdictOnSignature(read.file.path, text) ?? verdictOnLines(text) ?? verdictOnArmour(text);
    if (verdict !== undefined) return verdict;
  }
  return { path: read.file.path, text, hash: contentHash, ...(note !== undefined && { note }) };
}

const pointer: Verdict = {
  reason: 'binary',
  detail: 'It is a Git LFS pointer; the file itself is not here.',
};

/** Per https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md. */
function isPointer(text: string): boolean {
  return (
    text.length < 1024 &&
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-.*\n){0,9}oid sha256:[0-9a-f]{64}\n/.test(text)
  );
}
