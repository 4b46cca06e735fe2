/** Checksums of large files, and free disk space. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/**
 * An unfinished SHA-256 of a file, which can be updated further. @throws file system errors, and the signal's reason
 */
export async function hashOfFile(
  file: string,
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<Hash> {
  const hash = createHash('sha256');
  const stream = createReadStream(file, { highWaterMark: 1 << 20 });
  await pipeline(
    stream,
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        onBytes?.(chunk.length);
      }
    },
    signal === undefined ? {} : { signal },
  );
  return hash;
}

/** @returns bytes the user may still write in a folder; undefined if the system does not say */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
