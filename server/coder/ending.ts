/** Where a model's output ends: it continues past the line or block unless cut. */

export interface EndingOptions {
  /** The cursor's line up to the cursor. */
  readonly linePrefix: string;
  readonly maxLines: number;
}

/** A line that opens a block or list which continues on the next lines. */
const opens = /(?:[{([:]|=>|->|\bdo(?:\s*\|[^|]*\|)?|\bthen|\bbegin)\s*$/;
const closes = /^\s*(?:[)\]}]|end\b)/;

/**
 * The part of the output that belongs to the cursor: the line, and the block it opens with its closing line.
 * @returns the part, and whether more output could belong to it
 */
export function partOf(
  written: string,
  { linePrefix, maxLines }: EndingOptions,
): { readonly text: string; readonly isOpen: boolean } {
  const lines = written.split('\n');
  // The last line is incomplete.
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
      // An incomplete line may still become indented, or a closer.
      if (isLast && line.trim().length < 2 && !closes.test(line)) break;
      if (closes.test(line)) taken++;
      return { text: trimmed(lines.slice(0, taken)), isOpen: isLast && closes.test(line) };
    }
    // The last line that may be taken has to end, too.
    if (taken > whole || (taken === whole && taken < maxLines)) return { text: written, isOpen: true };
  }
  return { text: trimmed(lines.slice(0, taken)), isOpen: false };
}

/** Trailing blank lines belong to what comes next. */
function trimmed(lines: readonly string[]): string {
  let end = lines.length;
  while (end > 1 && lines[end - 1]!.trim() === '') end--;
  return lines.slice(0, end).join('\n');
}

/** Indentation in columns, with tabs of four. */
function indentOf(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === ' ') columns++;
    else if (char === '\t') columns += 4;
    else break;
  }
  return columns;
}
