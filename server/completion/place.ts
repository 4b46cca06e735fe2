import type { Language } from '../workspace/language.ts';
import type { EditContext } from './context.ts';

/** Whether the cursor stands in code, within a string literal or within a comment. */
export type Region = 'code' | 'string' | 'comment';

/**
 * What kind of place the cursor stands in. How often a suggestion is right depends on it, so confidence is calibrated by it and the
 * evaluation reports by it.
 */
export const placeKinds = [
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

export type PlaceKind = (typeof placeKinds)[number];

/** The kind of place at the cursor. Told from the text before it alone, so that it does not change while a line is completed. */
export function placeOf(context: Pick<EditContext, 'above' | 'linePrefix' | 'language'>): PlaceKind {
  const { above, linePrefix, language } = context;
  if (language.kind === 'prose') return linePrefix.trim() === '' ? lineStartKind(above) : 'comment';
  const before = above === undefined ? linePrefix : `${above}\n${linePrefix}`;
  const region = regionAt(before, language);
  if (region === 'comment') return 'comment';
  if (linePrefix.trim() === '') return region === 'string' ? 'string' : lineStartKind(above);
  if (importStart.test(linePrefix)) return 'import';
  if (region === 'string') return 'string';
  const code = withoutStrings(linePrefix);
  if (memberStart.test(code)) return 'after dot';
  if (nameStart.test(code)) return 'new name';
  const bracket = innermostBracket(code) ?? innermostBracket(withoutStrings((above ?? '').slice(-reach)));
  if (isTypePosition(code, bracket, language)) return 'type';
  if (valueStart.test(code)) return 'value';
  if (bracket === '(') return 'argument';
  return bracket === '[' || bracket === '{' ? literalOr(code, bracket) : 'other code';
}

/**
 * Whether the end of a text stands in code, in a string or in a comment.
 * @param before from the start of the file, or from a place in code
 */
export function regionAt(before: string, language: Language): Region {
  const pattern = literalPattern(language);
  pattern.lastIndex = 0;
  let last: RegExpExecArray | null = null;
  for (let match = pattern.exec(before); match !== null; match = pattern.exec(before)) {
    last = match;
    if (pattern.lastIndex >= before.length) break;
  }
  if (last === null || last.index + last[0].length < before.length) return 'code';
  const { line, block, blockEnd, quote } = last.groups ?? {};
  if (line !== undefined) return 'comment';
  if (block !== undefined) return blockEnd === '' ? 'comment' : 'code';
  const literal = last[0].slice(last[0].indexOf(quote!) + quote!.length);
  return isClosed(literal, quote!) ? 'code' : 'string';
}

/** UTF-16 units above the cursor's line in which an open bracket is looked for. */
const reach = 1200;
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

function lineStartKind(above: string | undefined): PlaceKind {
  return above === undefined || above.slice(above.lastIndexOf('\n') + 1).trim() === ''
    ? 'empty line'
    : 'line start';
}

/** A body in braces on the lines above is no literal: a word in it belongs to a statement. */
function literalOr(code: string, bracket: string): PlaceKind {
  return bracket === '[' || /[,{[]\s*[\p{L}\p{N}_$]*$|[\p{L}\p{N}_$"'\]]\s*:\s*\S*$/u.test(code)
    ? 'literal'
    : 'other code';
}

function isTypePosition(code: string, bracket: string | undefined, { id }: Language): boolean {
  if (typeKeyword.test(code)) return true;
  if (!typed.has(id) || !typeAfterColon.test(code)) return false;
  // After a colon: of a parameter or a declaration; in braces it is the value of a key.
  return bracket === '(' ? innermostBracket(code) === '(' && declares(code) : declarationStart.test(code);
}

function declares(code: string): boolean {
  return declarationStart.test(code) || !/[?]\s*[^:]*:[^:]*$/.test(code);
}

const typed = new Set(['typescript', 'typescriptreact', 'python', 'rust', 'kotlin', 'swift', 'scala']);

/** The bracket that is open at the end of a text and closed nowhere in it. */
function innermostBracket(code: string): string | undefined {
  let closed = 0;
  for (let i = code.length - 1; i >= 0; i--) {
    const char = code[i]!;
    if (')]}'.includes(char)) closed++;
    else if ('([{'.includes(char) && closed-- === 0) return char;
  }
  return undefined;
}

function withoutStrings(line: string): string {
  return line.replace(/(["'`])(?:\\.|(?!\1)[^\\\n])*\1/g, '$1$1');
}

function isClosed(literal: string, quote: string): boolean {
  if (!literal.endsWith(quote)) return false;
  const slashes = /\\*$/.exec(literal.slice(0, literal.length - quote.length))![0].length;
  return slashes % 2 === 0;
}

const patterns = new Map<string, RegExp>();

/** Strings and comments of a language, each up to its end or to the end of the text. */
function literalPattern(language: Language): RegExp {
  const known = patterns.get(language.id);
  if (known !== undefined) return known;
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const parts: string[] = [];
  for (const [index, [open, close]] of language.blockComments.entries()) {
    const end = index === 0 ? '(?<blockEnd>' : '(?:';
    const name = index === 0 ? '(?<block>' : '(?:';
    parts.push(`${name}${escaped(open)})[^]*?(?:${escaped(close)}|${end}$(?![^])))`);
  }
  const lines = language.lineComments.map(escaped).join('|');
  // In the shell and in YAML a hash within a word begins no comment.
  if (lines !== '') parts.push(`(?<line>(?<![\\w$:\\\\])(?:${lines}))[^\\n]*`);
  const quoted = (quote: string, body: string): string => `${quote}${body}(?:${quote}|$(?![^])|(?=\\n))`;
  const quotes: string[] = [];
  if (language.id === 'python') quotes.push(`"""[^]*?(?:"""|$(?![^]))`, `'''[^]*?(?:'''|$(?![^]))`);
  quotes.push(quoted('"', '(?:\\\\[^]|[^"\\\\\\n])*'));
  if (backticks.has(language.id)) quotes.push('`(?:\\\\[^]|[^`\\\\])*(?:`|$(?![^]))');
  if (language.id === 'rust' || language.id === 'ocaml') quotes.push("'(?:\\\\[^']+|[^'\\\\\\n])'");
  else if (!['lisp', 'clojure', 'vb', 'haskell'].includes(language.id))
    quotes.push(`(?<!\\w)${quoted("'", "(?:\\\\[^]|[^'\\\\\\n])*")}`);
  parts.push(`(?=(?<quote>"""|'''|["'\`]))(?:${quotes.join('|')})`);
  const pattern = new RegExp(parts.join('|'), 'g');
  patterns.set(language.id, pattern);
  return pattern;
}

const backticks = new Set([
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'vue',
  'svelte',
  'go',
  'shellscript',
]);
