/**
 * Fetches one file over HTTP: continues where an earlier try ended, and keeps the result only where its size and SHA-256 are right.
 * What was fetched so far lies beside the target, as `<target>.part`.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { freeBytes, hashOfFile } from './checksum.ts';
import { openResponse } from './http.ts';

export interface Expected {
  readonly bytes: number;
  readonly sha256: string;
}

export type OnProgress = (bytes: number, total: number) => void;

/** A failure that another try, or another source, may not have. The sentence says what happened. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Tries after the first, when the connection is lost. */
  readonly retries?: number;
  /** Proxies and certificates, by the names that programs use; those of the process by default. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** What has been fetched of a file so far. */
export function partOf(target: string): string {
  return `${target}.part`;
}

/**
 * @param target where the file is to lie; its folder is there
 * @throws FetchError where it cannot be had from there, or is another file; the signal's reason; what the file system throws
 */
export async function download(
  url: string,
  target: string,
  expected: Expected,
  options: DownloadOptions = {},
): Promise<void> {
  const part = partOf(target);
  await expectRoom(path.dirname(target), expected.bytes - (await sizeOf(part)));
  const { retries = 4, signal } = options;
  for (let tries = 0; ; tries++) {
    const before = await sizeOf(part);
    try {
      if (before < expected.bytes) await fetchRest(url, part, before, expected, options);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      // A try that brought something is not counted against the next.
      if ((await sizeOf(part)) > before) tries = 0;
      if (!(error instanceof FetchError) || !isTemporary(error) || tries >= retries) throw error;
      await pause(250 * 2 ** tries, signal);
    }
  }
  await keepIfRight(target, expected, options.signal);
}

/**
 * Makes `<target>.part` the target if it is what was expected, and removes it otherwise.
 * @throws FetchError where it is not
 */
export async function keepIfRight(target: string, expected: Expected, signal?: AbortSignal): Promise<void> {
  const part = partOf(target);
  const bytes = await sizeOf(part);
  const sha256 = bytes === expected.bytes ? (await hashOfFile(part, signal)).digest('hex') : undefined;
  if (sha256 === expected.sha256) {
    await rename(part, target);
    return;
  }
  await rm(part, { force: true });
  throw new FetchError(
    sha256 === undefined
      ? `What was fetched has ${bytes} bytes and not ${expected.bytes}. It was removed.`
      : `What was fetched has the SHA-256 ${sha256} and not ${expected.sha256}. It was removed.`,
  );
}

/** @throws Error with a sentence where a disk certainly lacks the room */
export async function expectRoom(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free !== undefined && free < bytes)
    throw new Error(
      `There is not enough room in ${folder}: ${megabytes(bytes)} are needed and ${megabytes(free)} are free.`,
    );
}

async function fetchRest(
  url: string,
  part: string,
  before: number,
  expected: Expected,
  { signal, onProgress, environment }: DownloadOptions,
): Promise<void> {
  const headers = before > 0 ? { range: `bytes=${before}-` } : {};
  const response = await openResponse(url, { headers, signal, environment });
  const { status, body } = response;
  try {
    if (status !== 200 && status !== 206) throw statusError(url, status);
    // A server that does not know ranges sends all of it again.
    let at = status === 206 ? before : 0;
    if (status === 206 && response.rangeStart !== before)
      throw new FetchError(`${url} sent another range than was asked for.`);
    if (response.total !== undefined && response.total !== expected.bytes)
      throw new FetchError(
        `${url} has ${response.total} bytes and not ${expected.bytes}: it is another file.`,
      );
    onProgress?.(at, expected.bytes);
    const file = createWriteStream(part, { flags: at > 0 ? 'a' : 'w' });
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          at += chunk.length;
          if (at > expected.bytes)
            throw new FetchError(`${url} sent more than ${expected.bytes} bytes: it is another file.`);
          onProgress?.(at, expected.bytes);
          yield chunk;
        }
      },
      file,
      signal === undefined ? {} : { signal },
    );
    if (at < expected.bytes)
      throw new FetchError(`The connection to ${new URL(url).host} ended after ${at} bytes.`, temporary);
  } catch (error) {
    body.destroy();
    throw asFetchError(error, url);
  }
}

/** Marks failures that another try may not have. */
const temporary = { cause: 'temporary' } as const;

function isTemporary(error: FetchError): boolean {
  return error.cause === temporary.cause;
}

function statusError(url: string, status: number): FetchError {
  const again = status === 408 || status === 429 || status >= 500;
  return new FetchError(`${url} answered with status ${status}.`, again ? temporary : {});
}

/** Of the network's errors a `FetchError`; those of the disk and of a user's interruption stay what they are. */
function asFetchError(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || error instanceof FetchError || error.name === 'AbortError') return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Error('The disk is full. What was fetched is kept, and the next try goes on from there.');
  if (syscall === 'write' && code === 'EFBIG') return error;
  if (code !== undefined && /^(E(ACCES|PERM|ROFS|IO|ISDIR|MFILE|NFILE|NOENT))$/.test(code)) return error;
  return new FetchError(
    `The connection to ${new URL(url).host} failed (${code ?? error.message}).`,
    temporary,
  );
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
