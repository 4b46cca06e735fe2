import { normaliseLineEndings } from '../sequence/render.ts';
import { type Language, languageById, languageOf } from '../workspace/language.ts';
import { indentOf, unitFor } from './indent.ts';
import type { CompletionRequest } from './request.ts';

/** The surroundings of the cursor, with `\n` as the only line ending. */
export interface EditContext {
  readonly path: string;
  readonly language: Language;
  /** The line ending of the file. */
  readonly lineEnding: '\n' | '\r\n';
  /** 1-based number of the first line of `above`, or of the cursor's line if there is none above. */
  readonly firstLine: number;
  /** Text before the cursor's line, without its final line break; undefined on the first line. */
  readonly above: string | undefined;
  /** The cursor's line up to the cursor, and its leading white space. */
  readonly linePrefix: string;
  readonly indent: string;
  /** The cursor's line after the cursor, and all text after the cursor. */
  readonly lineSuffix: string;
  readonly after: string;
  /**
   * The end of `linePrefix` that may start a longer token. Prediction starts before it and must begin with it, because
   * a partial word is rarely tokenized as the whole word is.
   */
  readonly typed: string;
  /** One step of indentation in this file. */
  readonly indentUnit: string;
  /** Whether the file has more text than `above` and `after`. */
  readonly isCut: boolean;
}

/** Maximum text considered on either side of the cursor, in UTF-16 units; cut at a line. */
const mostBefore = 131_072;
const mostAfter = 32_768;
/** Maximum of the cursor's own line on either side; longer lines are not hand-written. */
const mostOfLine = 2000;
/** Longer words cannot be completed. */
export const longestWord = 200;
/** Text on either side of the cursor used to detect indentation, in UTF-16 units. */
const indentationLength = 16_384;

export function contextOf(request: CompletionRequest): EditContext {
  const { text } = request;
  let offset = Math.max(0, Math.min(text.length, request.offset));
  if (splitsCharacter({ text, offset })) offset--;
  const kept = lastLines(text.slice(0, offset), mostBefore);
  const follows = firstLines(text.slice(offset), mostAfter);
  const before = normaliseLineEndings(kept);
  const rest = normaliseLineEndings(follows);
  const lineStart = before.lastIndexOf('\n') + 1;
  const linePrefix = before.slice(Math.max(lineStart, before.length - mostOfLine));
  const lineEnd = rest.indexOf('\n');
  const lineSuffix = (lineEnd < 0 ? rest : rest.slice(0, lineEnd)).slice(0, mostOfLine);
  const after = lineEnd < 0 ? lineSuffix : lineSuffix + rest.slice(lineEnd);
  const above = lineStart === 0 ? undefined : before.slice(0, lineStart - 1);
  const language = (request.languageId && languageById(request.languageId)) || languageOf(request.path);
  const indent = indentOf(linePrefix);
  const around = `${(above ?? '').slice(-indentationLength)}\n${after.slice(lineSuffix.length, indentationLength)}`;
  return {
    path: request.path,
    language,
    lineEnding: lineEndingOf(text),
    firstLine: 1 + countLines(text, offset - kept.length),
    above,
    linePrefix,
    indent,
    lineSuffix,
    after,
    typed: typedOf(linePrefix),
    indentUnit: unitFor(around, language, indent, request.indentation),
    isCut:
      kept.length < offset ||
      follows.length < text.length - offset ||
      before.length - lineStart > linePrefix.length,
  };
}

/** Whether a cursor is inside a surrogate pair or a line ending, where nothing can be inserted. */
export function splitsCharacter({ text, offset }: Pick<CompletionRequest, 'text' | 'offset'>): boolean {
  return offset > 0 && /^(?:\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/.test(text.slice(offset - 1, offset + 1));
}

/**
 * The last word, number or run of punctuation, with its leading blank, as byte-pair tokens are cut. Indentation belongs
 * to the line break before it. An overlong word is truncated to its end.
 */
export function typedOf(linePrefix: string): string {
  const tail = linePrefix.slice(-longestWord - 2);
  const line = tail.length < linePrefix.length ? tail : linePrefix.trimStart();
  return /(?: ?(?:[A-Za-z_]|[^\0-\x7F])+|[0-9]+| ?[!-/:-@[-^`{-~]+|[ \t])$/.exec(line)?.[0] ?? '';
}

/** Up to `count` lines after the cursor's line. */
export function linesBelow(context: EditContext, count: number): string[] {
  const end = context.after.indexOf('\n');
  if (end < 0) return [];
  return context.after.slice(end + 1).split('\n', count);
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function lineEndingOf(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}

function lastLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.indexOf('\n', text.length - most);
  return text.slice(cut < 0 ? text.length - most : cut + 1);
}

function firstLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.lastIndexOf('\n', most);
  return text.slice(0, cut < 0 ? most : cut);
}
