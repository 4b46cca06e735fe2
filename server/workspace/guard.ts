/**
 * The only way to open files in a repository, whose author may be hostile: never follows a symbolic link, never waits
 * for a pipe or device, and verifies that the opened file is at its path, whatever happened to its parent folders.
 */

import fs, { constants, type Stats } from 'node:fs';
import path from 'node:path';
import type { Verdict } from '../protocol/verdict.ts';
import { isAbsence, verdictOnFailure } from './failure.ts';

/** Between listing and opening, a file may have become a link or a pipe: neither is followed or waited for. */
export const guardedFlags =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Larger ignore files are machine-made or a trap; git's own are some kilobytes. */
const largestRules = 1 << 20;

/**
 * Reasons not to read a file opened with `guardedFlags`; `changed` if another file is now at its path.
 * @param absolute where it was opened, under a root without symbolic links
 * @param limit in bytes
 */
export function verdictOnOpened(
  descriptor: number,
  stat: Stats,
  absolute: string,
  limit: number,
): Verdict | 'changed' | undefined {
  if (!stat.isFile()) return { reason: 'unreadable', detail: 'It is not a regular file.' };
  if (stat.size > limit)
    return { reason: 'oversized', detail: `It has ${stat.size} bytes, more than ${limit}.` };
  const folder = path.dirname(absolute);
  const symlink: Verdict = { reason: 'symlink', detail: 'A folder above it is a symbolic link.' };
  try {
    const opened = process.platform === 'linux' ? pathOfDescriptor(descriptor) : undefined;
    if (opened !== undefined) {
      if (isSamePath(opened, absolute)) return undefined;
      return fs.realpathSync.native(folder) === folder ? 'changed' : symlink;
    }
    // Links may come and go between two looks, so one look is no proof.
    for (let look = 0; look < looks; look++) {
      if (fs.realpathSync.native(folder) !== folder) return symlink;
      const { ino, dev } = fs.lstatSync(absolute);
      if (ino !== stat.ino || dev !== stat.dev) return 'changed';
    }
    return undefined;
  } catch (error) {
    if (isAbsence(error)) return 'changed';
    throw error;
  }
}

/** Where the system does not tell what was opened. */
const looks = 3;

/** Some Linux file systems ignore case, or compose letters. */
function isSamePath(one: string, other: string): boolean {
  return one === other || one.normalize().toLowerCase() === other.normalize().toLowerCase();
}

/** Linux reports where a descriptor points. */
function pathOfDescriptor(descriptor: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/** The text of an ignore file, or why it does not count. */
export interface Rules {
  readonly text?: string;
  /** A sentence for the user, if a file of this name cannot be used. */
  readonly problem?: string;
}

/**
 * Reads a small file synchronously.
 * @param root absolute, without symbolic links
 * @param relative path under the root, with `/`
 */
export function readRules(root: string, relative: string): Rules {
  const absolute = path.join(root, relative);
  try {
    // Most folders have none, and an error is slower than a check.
    if (fs.lstatSync(absolute, { throwIfNoEntry: false }) === undefined) return {};
    const bytes = readGuarded(root, relative, largestRules);
    if (!('reason' in bytes)) return { text: bytes.toString('utf8') };
    return bytes.reason === 'vanished' ? {} : refused(relative, bytes);
  } catch (error) {
    return isAbsence(error) ? {} : refused(relative, verdictOnFailure(error));
  }
}

function refused(relative: string, verdict: Verdict): Rules {
  const why = verdict.reason === 'symlink' ? 'It is or lies behind a symbolic link.' : verdict.detail;
  return { problem: `The rules in ${relative} do not count. ${why}` };
}

const moved: Verdict = { reason: 'unreadable', detail: 'It was replaced while it was read.' };

/**
 * Reads one file synchronously.
 * @param root absolute, without symbolic links
 * @param relative path under the root, with `/`
 * @param limit in bytes
 */
export function readGuarded(root: string, relative: string, limit: number): Buffer | Verdict {
  const absolute = path.join(root, relative);
  try {
    const descriptor = fs.openSync(absolute, guardedFlags);
    try {
      const verdict = verdictOnOpened(descriptor, fs.fstatSync(descriptor), absolute, limit);
      if (verdict === 'changed') return moved;
      return verdict ?? readUpTo(descriptor, limit);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    return verdictOnFailure(error);
  }
}

/** A file that grows meanwhile is read up to the limit. */
function readUpTo(descriptor: number, limit: number): Buffer {
  const parts: Buffer[] = [];
  for (let filled = 0; filled < limit; ) {
    const part = Buffer.allocUnsafe(Math.min(1 << 16, limit - filled));
    const count = fs.readSync(descriptor, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    filled += count;
  }
  return Buffer.concat(parts);
}
