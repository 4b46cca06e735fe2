/** Existing lines near the cursor's, and lines that never belong in a suggestion. */
import { type EditContext, linesBelow } from './context.ts';

/** The nearest non-blank lines, unindented; empty if there are none. */
export interface Neighbours {
  readonly above: string;
  readonly below: string;
}

export function neighboursOf(context: EditContext): Neighbours {
  const lines = (context.above ?? '').slice(-4000).split('\n');
  return {
    above: lines.findLast(line => line.trim() !== '')?.trim() ?? '',
    below:
      linesBelow(context, 20)
        .find(line => line.trim() !== '')
        ?.trim() ?? '',
  };
}

/** Whether a line has content of its own. Closing marks may repeat. */
export function saysSomething(line: string): boolean {
  return /\p{L}/u.test(line) && !/^(?:end\b|fi$|done$|esac$|<\/|[\])}])/.test(line.trim());
}

/** The end of a comment, a code fence or a ruler: unlike brackets, these do not nest, so one more would open or break something. */
const loneMarks = /^[^\s\w()[\]{};,]+$/;
/** A string, whatever it says. */
const quoted = /(["'`])(?!\1).+\1/;

/** Whether a line, including its typed part, is directly above or below; for an import, anywhere in the file. */
export function isThereAlready(line: string, context: EditContext, { above, below }: Neighbours): boolean {
  const plain = line.trim();
  if (plain === below && (loneMarks.test(plain) || quoted.test(plain))) return true;
  if (!saysSomething(plain)) return false;
  if (plain === above || plain === below) return true;
  // Indented, it may belong to another block.
  if (!/^(?:import|from|use|using|#include|require)\b|^export \* |=\s*require\(/.test(line)) return false;
  return `${context.above ?? ''}\n${context.after}`.split('\n').some(other => other.trimEnd() === plain);
}

/** The lines up to the first that equals the next one below. */
export function withoutLinesBelow(lines: readonly string[], { below }: Neighbours): readonly string[] {
  const isOwn = (line: string): boolean =>
    saysSomething(line) || loneMarks.test(line.trim()) || quoted.test(line);
  const at = lines.findIndex((line, i) => i > 0 && isOwn(line) && line.trim() === below);
  return at < 0 ? lines : lines.slice(0, at);
}

/** Whether an insertion of several lines ends with the next line below, indentation included, whatever that says. */
export function endsAsBelow(text: string, lineSuffix: string, context: EditContext): boolean {
  if (lineSuffix.trim() !== '') return false;
  const last = text.split(/\r?\n/).slice(1).at(-1);
  return last !== undefined && last === linesBelow(context, 20).find(line => line.trim() !== '');
}

/** Markers that version control leaves in conflicts. A row of equals signs also underlines headings. */
export function isConflictMarker(line: string, isCode: boolean): boolean {
  return /^(?:<{7}|>{7}|\|{7})(?:\s|$)/.test(line) || (isCode && /^={7}\s*$/.test(line));
}
