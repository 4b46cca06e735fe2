/** Lines that begin like the cursor's but for a name or a string of its own: another function, route or test of the same shape. */
import { isName, lexemesOf } from '../names/words.ts';

/**
 * The starts of a line up to where it may begin to differ from others of its shape: up to each of its first names, and into its first
 * string. Neither the line's first word nor the word that is being written is one of them.
 */
export function leadsOf(linePrefix: string): string[] {
  const leads: string[] = [];
  let at = 0;
  let isFirst = true;
  for (const lexeme of lexemesOf(linePrefix)) {
    const end = at + lexeme.length;
    const isWritten = end === linePrefix.length;
    if (isName(lexeme)) {
      if (!isFirst && !isWritten) leads.push(linePrefix.slice(0, at));
    } else if (/["'`]/.test(lexeme) && !isWritten) {
      leads.push(linePrefix.slice(0, end));
      // What the string says is a name of its own.
      break;
    }
    if (lexeme.trim() !== '') isFirst = false;
    at = end;
    if (leads.length >= mostLeads) break;
  }
  return leads;
}

const mostLeads = 3;
