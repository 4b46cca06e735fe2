/** A place on the command line as a file's text and an offset in it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
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
 * @throws UsageError when the file is outside the folder or cannot be read, or has no such line or column.
 */
export function findPlace(folder: string, position: Position): PlaceInText {
  const absolute = path.resolve(folder, position.path);
  const relative = path.relative(folder, absolute);
  if (relative.startsWith('..') || path.isAbsolute(relative))
    throw new UsageError(`${position.path} is outside of ${folder}.`);
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${position.path} could not be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
    );
  }
  return { path: relative.split(path.sep).join('/'), text, offset: offsetOf(text, position) };
}

function offsetOf(text: string, { path: name, line, column }: Position): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start);
    if (end < 0) throw new UsageError(`${name} has ${at} lines; line ${line} does not exist.`);
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const length = (end < 0 ? text.length : end) - start;
  if (column > length + 1)
    throw new UsageError(
      `Line ${line} of ${name} has ${length} characters; column ${column} does not exist.`,
    );
  return start + column - 1;
}
