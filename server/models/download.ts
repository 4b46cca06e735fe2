/**
 * Downloads one file over HTTP: resumes an earlier attempt, and keeps the result only if its size and SHA-256 match.
 * Partial downloads are kept beside the target, as `<target>.part`.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { freeBytes, hashOfFile } from './checksum.ts';
import { openResponse } from './http.ts';

export interface Expected {
  readonly bytes: number;
  readonly sha256: string;
}

export type OnProgress = (bytes: number, total: number) => void;

/** A failure that a retry or another source may avoid, described for the user. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Retries after a lost connection. */
  readonly retries?: number;
  /** Environment variables for proxies and certificates; defaults to the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Path of the partial download. */
export function partOf(target: string): string {
  return `${target}.part`;
}

/**
 * @param target file to write, in an existing folder
 * @throws FetchError when the download fails or the file is wrong; the signal's reason; file system errors
 */
export async function download(
  url: string,
  target: string,
  expected: Expected,
  options: DownloadOptions = {},
): Promise<void> {
  const part = partOf(target);
  await expectDiskSpace(path.dirname(target), expected.bytes - (await sizeOf(part)));
  const { retries = 4, signal } = options;
  for (let tries = 0; ; tries++) {
    const before = await sizeOf(part);
    try {
      if (before < expected.bytes) await fetchRest(url, part, before, expected, options);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      // An attempt that made progress resets the count.
      if ((await sizeOf(part)) > before) tries = 0;
      if (!(error instanceof FetchError) || !isTemporary(error) || tries >= retries) throw error;
      await pause(250 * 2 ** tries, signal);
    }
  }
  await verifyDownload(target, expected, options.signal);
}

/**
 * Renames `<target>.part` to the target if it is the expected file, and removes it otherwise.
 * @throws FetchError if it is not
 */
export async function verifyDownload(
  target: string,
  expected: Expected,
  signal?: AbortSignal,
): Promise<void> {
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
      ? `The download has ${bytes} bytes instead of ${expected.bytes} and was deleted.`
      : `The download has the SHA-256 ${sha256} instead of ${expected.sha256} and was deleted.`,
  );
}

/** @throws Error when the disk certainly lacks the space */
export async function expectDiskSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free !== undefined && free < bytes)
    throw new Error(
      `Not enough disk space in ${folder}: ${megabytes(bytes)} needed, ${megabytes(free)} free.`,
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
  let body: Readable | undefined;
  try {
    const response = await openResponse(url, { headers, signal, environment });
    body = response.body;
    // Errors of an abandoned body do not matter.
    body.on('error', () => undefined);
    if (response.status !== 200 && response.status !== 206) throw statusError(url, response.status);
    if (response.status === 206 && response.rangeStart !== before)
      throw new FetchError(`${url} sent a different range than requested.`);
    if (response.total !== undefined && response.total !== expected.bytes)
      throw new FetchError(
        `${url} has ${response.total} bytes instead of ${expected.bytes}: it is a different file.`,
      );
    // A server without range support sends the whole file again.
    await appendTo(part, response.status === 206 ? before : 0, body, expected, url, onProgress);
  } catch (error) {
    body?.destroy();
    signal?.throwIfAborted();
    throw asFetchError(error, url);
  }
}

async function appendTo(
  part: string,
  start: number,
  body: AsyncIterable<Buffer>,
  expected: Expected,
  url: string,
  onProgress: OnProgress | undefined,
): Promise<void> {
  let at = start;
  onProgress?.(at, expected.bytes);
  const file = await open(part, start > 0 ? 'a' : 'w');
  try {
    for await (const chunk of body) {
      if (at + chunk.length > expected.bytes)
        throw new FetchError(`${url} sent more than ${expected.bytes} bytes: it is a different file.`);
      await file.writeFile(chunk);
      at += chunk.length;
      onProgress?.(at, expected.bytes);
    }
  } finally {
    await file.close();
  }
  if (at < expected.bytes)
    throw new FetchError(`The connection to ${new URL(url).host} ended after ${at} bytes.`, temporary);
}

/** Marks failures that a retry may avoid. */
const temporary = { cause: 'temporary' } as const;

function isTemporary(error: FetchError): boolean {
  return error.cause === temporary.cause;
}

function statusError(url: string, status: number): FetchError {
  const again = status === 408 || status === 429 || status >= 500;
  return new FetchError(`${url} answered with status ${status}.`, again ? temporary : {});
}

/** Network errors become a `FetchError`; disk errors and cancellation pass through. */
function asFetchError(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || error instanceof FetchError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Error('The disk is full. The partial download is kept, and the next attempt resumes it.');
  if (code !== undefined && /^E(ACCES|PERM|ROFS|IO|ISDIR|FBIG|MFILE|NFILE|NOENT)$/.test(code)) return error;
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
