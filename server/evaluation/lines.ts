import { lexemesOf } from '../names/words.ts';
import { commentLines } from '../source-text/comments.ts';
import { languageOf } from '../workspace/language.ts';
import { shuffled } from './random.ts';

export interface EvaluatedFile {
  readonly path: string;
  /** With `\n` line endings. */
  readonly text: string;
}

/** A line hidden from the memory, to be suggested. */
export interface HiddenLine {
  readonly file: EvaluatedFile;
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** UTF-16 offset of its first character. */
  readonly start: number;
}

/** The editor's content with the cursor in a hidden line, without the line after the cursor. */
export interface CursorCase {
  readonly line: HiddenLine;
  readonly text: string;
  readonly offset: number;
  /** The line up to the cursor, and the rest of it. */
  readonly before: string;
  readonly expected: string;
}

const minTokens = 4;
const longestLine = 300;
/** Lines taken from a file before moving on to others. */
const linesInTurn = 4;

/**
 * Chooses lines to hide: code files in random order, a few random lines of each. Lines have at least four tokens and
 * are not comments.
 * @returns `count` lines, or all there are
 */
export function chooseLines(
  files: readonly EvaluatedFile[],
  count: number,
  random: () => number,
): HiddenLine[] {
  const code = files.filter(file => languageOf(file.path).kind === 'code');
  let order = shuffled(code.length > 0 ? code : files, random).map(file => ({
    lines: undefined as HiddenLine[] | undefined,
    file,
  }));
  const chosen: HiddenLine[] = [];
  while (order.length > 0 && chosen.length < count) {
    for (const entry of order) {
      entry.lines ??= shuffled(eligibleLines(entry.file), random);
      chosen.push(...entry.lines.splice(0, Math.min(linesInTurn, count - chosen.length)));
      if (chosen.length >= count) break;
    }
    order = order.filter(({ lines }) => lines === undefined || lines.length > 0);
  }
  return chosen;
}

/** The lines of a file that may be hidden. */
export function eligibleLines(file: EvaluatedFile): HiddenLine[] {
  const comments = commentLines(file.text, languageOf(file.path));
  const lines: HiddenLine[] = [];
  let start = 0;
  for (const [i, text] of file.text.split('\n').entries()) {
    const tokens = lexemesOf(text).filter(lexeme => lexeme.trim() !== '').length;
    if (!comments[i] && tokens >= minTokens && text.length <= longestLine)
      lines.push({ file, number: i + 1, text, start });
    start += text.length + 1;
  }
  return lines;
}

/**
 * @param fraction cursor position in the line, in characters after the indentation; may be inside a word
 * @param unwritten number of following lines that are missing too, as when new code is written
 */
export function cursorIn(line: HiddenLine, fraction: number, unwritten = 0): CursorCase {
  const content = line.text.trim();
  const indent = line.text.indexOf(content);
  const column = indent + Math.floor(fraction * content.length);
  const { text } = line.file;
  let rest = line.start + line.text.length;
  for (let count = 0; count < unwritten && rest < text.length; count++) {
    const end = text.indexOf('\n', rest + 1);
    rest = end < 0 ? text.length : end;
  }
  return {
    line,
    text: text.slice(0, line.start + column) + text.slice(rest),
    offset: line.start + column,
    before: line.text.slice(0, column),
    expected: line.text.slice(column).trimEnd(),
  };
}
