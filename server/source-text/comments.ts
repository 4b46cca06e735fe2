import type { Language } from '../workspace/language.ts';

/**
 * Which lines are only comments, including docstrings. A line with code beside its comment is code.
 * @returns one value per line
 */
export function commentLines(text: string, language: Language): boolean[] {
  const result: boolean[] = [];
  /** Terminator of the block comment, docstring or template string (which is code) open at the start of a line. */
  let open: { readonly end: string; readonly isComment: boolean } | undefined;
  for (const line of text.split('\n')) {
    const scanned = scanLine(line, open, language);
    result.push(scanned.isComment);
    open = scanned.open;
  }
  return result;
}

type Open = { readonly end: string; readonly isComment: boolean } | undefined;

function scanLine(line: string, openBefore: Open, language: Language): { isComment: boolean; open: Open } {
  let open = openBefore;
  let hasCode = false;
  let hasComment = false;
  let at = 0;
  while (at < line.length) {
    if (open !== undefined) {
      const end = line.indexOf(open.end, at);
      if (line.slice(at, end < 0 ? undefined : end).trim() !== '' || end >= 0) {
        if (open.isComment) hasComment = true;
        else hasCode = true;
      }
      if (end < 0) return { isComment: hasComment && !hasCode, open };
      at = end + open.end.length;
      open = undefined;
      continue;
    }
    const rest = line.slice(at);
    if (language.lineComments.some(opener => rest.startsWith(opener))) return { isComment: !hasCode, open };
    const block = language.blockComments.find(([opener]) => rest.startsWith(opener));
    const triple = language.id === 'python' ? /^[rRbBuU]?("""|''')/.exec(rest) : null;
    if (block !== undefined) {
      open = { end: block[1], isComment: true };
      hasComment = true;
      at += block[0].length;
    } else if (triple !== null) {
      // A triple-quoted string that starts a line is documentation; one in an expression is code.
      open = { end: triple[1]!, isComment: !hasCode };
      at += triple[0].length;
    } else if (rest[0] === '`' && language.kind === 'code') {
      open = { end: '`', isComment: false };
      hasCode = true;
      at++;
    } else if (rest[0] === '"' || rest[0] === "'") {
      hasCode = true;
      at += stringLength(rest);
    } else {
      if (rest[0]!.trim() !== '') hasCode = true;
      at++;
    }
  }
  return { isComment: hasComment && !hasCode, open };
}

/** Length of a string literal with its quotes; 1 for an unclosed quote. */
function stringLength(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[0]) return i + 1;
  }
  return 1;
}
