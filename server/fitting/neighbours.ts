/** What stands beside the cursor's line already, and what never belongs into a text. */
import { type EditContext, linesBelow } from './context.ts';

/** The nearest lines that are not blank, without their indentation; empty where there is none. */
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

/** Whether a line says something of its own. Closing marks follow each other. */
export function saysSomething(line: string): boolean {
  return /\p{L}/u.test(line) && !/^(?:end\b|fi$|done$|esac$|<\/|[\])}])/.test(line.trim());
}

/** Whether a line, with what is written of it, stands right above or below; an import also wherever the file has it. */
export function isThereAlready(line: string, context: EditContext, { above, below }: Neighbours): boolean {
  const plain = line.trim();
  if (!saysSomething(plain)) return false;
  if (plain === above || plain === below) return true;
  // Indented, it may be that of another block.
  if (!/^(?:import|from|use|using|#include|require)\b|^export \* |=\s*require\(/.test(line)) return false;
  return `${context.above ?? ''}\n${context.after}`.split('\n').some(other => other.trimEnd() === plain);
}

/** The lines up to the first that is the next one below. */
export function withoutLinesBelow(lines: readonly string[], { below }: Neighbours): readonly string[] {
  const at = lines.findIndex((line, i) => i > 0 && saysSomething(line) && line.trim() === below);
  return at < 0 ? lines : lines.slice(0, at);
}

/** What version control leaves between two versions of a text. A row of equals signs underlines headings, too. */
export function isConflictMarker(line: string, isCode: boolean): boolean {
  return /^(?:<{7}|>{7}|\|{7})(?:\s|$)/.test(line) || (isCode && /^={7}\s*$/.test(line));
}
