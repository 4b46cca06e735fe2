/** Lines as editors count them: they end with `\n`, `\r\n` or `\r`. */

/** Without what ends them, nor a byte order mark. What ends the last line begins no other. */
export function linesOf(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** @returns a line's start and length in UTF-16 units; how many lines there are if the text has fewer */
export function lineIn(
  text: string,
  line: number,
): { readonly start: number; readonly length: number } | { readonly lines: number } {
  const lineEnd = /\r\n?|\n/g;
  let start = 0;
  for (let at = 1; at < line; at++) {
    if (lineEnd.exec(text) === null) return { lines: at };
    start = lineEnd.lastIndex;
  }
  return { start, length: (lineEnd.exec(text)?.index ?? text.length) - start };
}
