import { Scanner } from '../source-text/scanner.ts';
import type { Language } from '../workspace/language.ts';

/**
 * Kinds of places for the cursor. The accuracy of suggestions depends on it, so confidence is calibrated and evaluation
 * reported by place.
 */
export const places = [
  'line start',
  'empty line',
  'after dot',
  'argument',
  'literal',
  'value',
  'type',
  'new name',
  'import',
  'string',
  'comment',
  'other code',
] as const;

export type Place = (typeof places)[number];

/** The text before the cursor: the lines above, and its own line up to it. */
export interface TextBefore {
  readonly above: string | undefined;
  readonly linePrefix: string;
  readonly language: Language;
}

/**
 * The kind of place at the cursor. Depends only on the text before it, not on the suggestion.
 * @param scanner at the cursor, if available
 */
export function placeOf(before: TextBefore, scanner: Scanner = scannerAt(before)): Place {
  const { above, linePrefix, language } = before;
  const isLineStart = linePrefix.trim() === '';
  if (language.kind === 'prose') return isLineStart ? lineStartKind(above) : 'comment';
  if (scanner.kind === 'comment') return 'comment';
  if (isLineStart) return scanner.kind === 'string' ? 'string' : lineStartKind(above);
  if (importStart.test(linePrefix)) return 'import';
  if (scanner.kind === 'string') return 'string';
  const code = withoutStrings(linePrefix);
  if (memberStart.test(code)) return 'after dot';
  if (nameStart.test(code)) return 'new name';
  const bracket = scanner.open.at(-1);
  if (isTypePosition(code, bracket, language)) return 'type';
  if (valueStart.test(code)) return 'value';
  if (bracket === '(') return 'argument';
  return bracket === '[' || (bracket === '{' && isEntry(code)) ? 'literal' : 'other code';
}

/** A scanner at the end of the text before the cursor. */
export function scannerAt({ above, linePrefix, language }: TextBefore): Scanner {
  const scanner = new Scanner(language);
  if (above !== undefined) scanner.feed(`${above}\n`);
  return scanner.feed(linePrefix);
}

const importStart =
  /^\s*(?:import\b|from\s+\S|use\s+[\w:{]|using\s+\w|#\s*include\b|export\s+(?:\*|\{).*\bfrom\b|(?:const|let|var)\s.*=\s*(?:await\s+)?(?:require|import)\()/;
const memberStart = /(?:\?\.|[\p{L}\p{N}_$)\]"'`!]\.|::|->)[\p{L}\p{N}_$]*$/u;
const nameStart =
  /(?:^|[\s(])(?:function\*?|class|interface|enum|def|fn|func|struct|trait|type|module|namespace|const|let|var|mut|val)\s+[\p{L}\p{N}_$]*$/u;
const valueStart =
  /(?:(?:^|[^=!<>])=>?|:=|[=!]=|&&|\|\||\?\?|\b(?:return|await|throw|raise|yield|new|in|of|and|or|not|case|if|while)\b)\s*(?:[!(]|await\s|new\s)*[\p{L}\p{N}_$]*$/u;
const typeAfterColon = /[\p{L}\p{N}_$?)\]]\s*:\s*[\p{L}\p{N}_$.<>[\]|& ]*$/u;
const typeKeyword = /(?:\b(?:extends|implements|as|instanceof|satisfies|impl|dyn)|->)\s+[\p{L}\p{N}_$.]*$/u;
const declarationStart =
  /^\s*(?:export\s+|public\s+|private\s+|protected\s+|static\s+|readonly\s+|abstract\s+|async\s+|pub(?:\([^)]*\))?\s+)*(?:function|const|let|var|def|fn|readonly|private|public|protected|pub|type|interface)\b/;
const entryStart = /[,{[]\s*[\p{L}\p{N}_$]*$|[\p{L}\p{N}_$"'\]]\s*:\s*\S*$/u;

function lineStartKind(above: string | undefined): Place {
  return above === undefined || above.slice(above.lastIndexOf('\n') + 1).trim() === ''
    ? 'empty line'
    : 'line start';
}

/** Braces may also open a body, in which a lone word starts a statement. */
function isEntry(code: string): boolean {
  return entryStart.test(code);
}

function isTypePosition(code: string, bracket: string | undefined, { id }: Language): boolean {
  if (typeKeyword.test(code)) return true;
  if (!typed.has(id) || !typeAfterColon.test(code)) return false;
  // In a parameter list or declaration; in braces, a colon precedes a key's value, and after a question mark a value.
  return bracket === '(' ? !/\?[^:]*\S[^:]*:[^:]*$/.test(code) : declarationStart.test(code);
}

const typed = new Set(['typescript', 'typescriptreact', 'python', 'rust', 'kotlin', 'swift', 'scala']);

function withoutStrings(line: string): string {
  return line.replace(/(["'`])(?:\\.|(?!\1)[^\\\n])*\1/g, '$1$1');
}
