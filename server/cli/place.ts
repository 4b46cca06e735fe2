/** A place on the command line as a file's text and an offset. */

import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { counted } from '../protocol/counted.ts';
import { lineIn } from '../source-text/position.ts';
import { relativeTo } from '../workspace/folders.ts';
import { readGuarded } from '../workspace/guard.ts';
import { decode } from '../workspace/text.ts';
import { type Position, UsageError } from './arguments.ts';

export interface PlaceInText {
  /** As in the sequence: relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
  /** In UTF-16 units, as editors count. */
  readonly offset: number;
}

/**
 * @param folder the repository's root, absolute
 * @throws UsageError when the file is outside the folder or unreadable, or has no such line or column
 */
export function findPlace(folder: string, position: Position): PlaceInText {
  const name = position.path;
  let relative: string | undefined;
  let root: string;
  try {
    // Resolves links and spelling: a file has one path in the sequence.
    root = realpathSync.native(folder);
    relative = relativeTo(root, realpathSync.native(path.resolve(folder, name)));
  } catch (error) {
    if (!existsSync(folder)) throw new UsageError(`The folder ${folder} does not exist.`);
    if (relativeTo(folder, path.resolve(folder, name)) === undefined)
      throw new UsageError(`${name} is outside of ${folder}.`);
    throw new UsageError(
      `${name} could not be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
    );
  }
  if (relative === undefined) throw new UsageError(`${name} is outside of ${folder}.`);
  const bytes = readGuarded(root, relative, largestFile);
  const decoded = 'reason' in bytes ? bytes : decode(bytes);
  if ('reason' in decoded) throw new UsageError(`${name} could not be read. ${decoded.detail}`);
  return { path: relative, text: decoded.text, offset: offsetOf(decoded.text, position) };
}

/** In bytes; files that people edit are smaller. */
const largestFile = 1 << 28;

function offsetOf(text: string, { path: name, line, column }: Position): number {
  const found = lineIn(text, line);
  if ('lines' in found)
    throw new UsageError(`${name} has ${counted(found.lines, 'line')}; line ${line} does not exist.`);
  if (column > found.length + 1)
    throw new UsageError(
      `Line ${line} of ${name} has ${counted(found.length, 'character')}; column ${column} does not exist.`,
    );
  return found.start + column - 1;
}

/**
 * The sequence path of `--path`; undefined for the whole folder. Accepts what `--at` does: `./src`, `src//a`, an
 * absolute path, a path through links.
 * @param folder the repository's root, absolute
 * @throws UsageError when it is outside the folder
 */
export function findPart(folder: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const absolute = path.resolve(folder, given);
  const relative = relativeTo(realOf(folder), realOf(absolute)) ?? relativeTo(folder, absolute);
  if (relative === undefined) throw new UsageError(`${given} is outside of ${folder}.`);
  return relative === '' ? undefined : relative;
}

/** A missing path is kept; a later step reports it. */
function realOf(absolute: string): string {
  try {
    return realpathSync.native(absolute);
  } catch {
    return absolute;
  }
}
