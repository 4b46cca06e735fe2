/** Where what a model writes ends: it goes on past the end of a line or block unless it is stopped. */

export interface EndingOptions {
  /** The line of the cursor up to the cursor. */
  readonly linePrefix: string;
  readonly maxLines: number;
}

/** A line that opens a block or a list which the next lines are part of. */
const opens = /(?:[{([:]|=>|->|\bdo|\bthen|\bbegin)\s*$/;
const closes = /^\s*(?:[)\]}]|end\b)/;

/**
 * The part of a text that belongs to the cursor: the line, and the block that it opens, with the line that closes it.
 * @returns the part, and whether more of the text could still belong to it
 */
export function partOf(
  written: string,
  { linePrefix, maxLines }: EndingOptions,
): { readonly text: string; readonly isOpen: boolean } {
  const lines = written.split('\n');
  // The last line is not whole yet.
  const whole = lines.length - 1;
  if (whole === 0) return { text: written, isOpen: true };
  const base = indentOf(linePrefix.trim() === '' ? linePrefix + lines[0]! : linePrefix);
  let taken = 1;
  if (opens.test(linePrefix + lines[0]!)) {
    for (; taken < Math.min(lines.length, maxLines); taken++) {
      const line = lines[taken]!;
      const isLast = taken === whole;
      if (line.trim() === '') {
        if (isLast) break;
        continue;
      }
      if (indentOf(line) > base) continue;
      // A line that is not whole may still turn out to be indented, or to close.
      if (isLast && line.trim().length < 2 && !closes.test(line)) break;
      if (closes.test(line)) taken++;
      return { text: trimmed(lines.slice(0, taken)), isOpen: isLast && closes.test(line) };
    }
    if (taken < maxLines && taken >= lines.length - 1) return { text: written, isOpen: true };
  }
  return { text: trimmed(lines.slice(0, taken)), isOpen: false };
}

/** Blank lines at the end belong to what comes next. */
function trimmed(lines: readonly string[]): string {
  let end = lines.length;
  while (end > 1 && lines[end - 1]!.trim() === '') end--;
  return lines.slice(0, end).join('\n');
}

/** Columns of indentation, a tab counting as four. */
function indentOf(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === ' ') columns++;
    else if (char === '\t') columns += 4;
    else break;
  }
  return columns;
}
