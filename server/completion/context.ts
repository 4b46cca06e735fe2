import { normaliseLineEndings } from '../sequence/render.ts';
import { type Language, languageById, languageOf } from '../workspace/language.ts';
import type { CompletionRequest } from './request.ts';

/** The surroundings of the cursor, with `\n` as the only line ending. */
export interface EditContext {
  readonly path: string;
  readonly language: Language;
  /** The line ending of the file. */
  readonly lineEnding: '\n' | '\r\n';
  /** Number of the first line of `above`, or of the cursor's line where there is none above; from 1. */
  readonly firstLine: number;
  /** Text before the cursor's line, without the line break that ends it; undefined on the first line. */
  readonly above: string | undefined;
  /** The cursor's line up to the cursor, and its white space at the start. */
  readonly linePrefix: string;
  readonly indent: string;
  /** The cursor's line after the cursor, and all text after the cursor. */
  readonly lineSuffix: string;
  readonly after: string;
  /**
   * The end of `linePrefix` that may be the start of a longer token. Prediction starts before it, held to begin with it:
   * a half-typed word is rarely cut into tokens as the whole word is.
   */
  readonly typed: string;
}

/** The most that is looked at on either side of the cursor, in UTF-16 units; cut at a line. */
const mostBefore = 131_072;
const mostAfter = 32_768;

export function contextOf(request: CompletionRequest): EditContext {
  const { text } = request;
  let offset = Math.max(0, Math.min(text.length, request.offset));
  // Not between the halves of a line ending or of a surrogate pair.
  if (/^(?:\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/.test(text.slice(offset - 1, offset + 1))) offset--;
  const kept = lastLines(text.slice(0, offset), mostBefore);
  const before = normaliseLineEndings(kept);
  const after = normaliseLineEndings(firstLines(text.slice(offset), mostAfter));
  const lineStart = before.lastIndexOf('\n') + 1;
  const linePrefix = before.slice(lineStart);
  const lineEnd = after.indexOf('\n');
  return {
    path: request.path,
    language: (request.languageId && languageById(request.languageId)) || languageOf(request.path),
    lineEnding: lineEndingOf(text),
    firstLine: 1 + countLines(text, offset - kept.length),
    above: lineStart === 0 ? undefined : before.slice(0, lineStart - 1),
    linePrefix,
    indent: /^[ \t]*/.exec(linePrefix)![0],
    lineSuffix: lineEnd < 0 ? after : after.slice(0, lineEnd),
    after,
    typed: typedOf(linePrefix),
  };
}

/**
 * The last word, number or run of punctuation, with the blank before it, as byte-pair tokens are cut. Indentation belongs to the line
 * break before it, not to the word after it.
 */
export function typedOf(linePrefix: string): string {
  return (
    /(?: ?(?:[A-Za-z_]|[^\0-\x7F])+|[0-9]+| ?[!-/:-@[-^`{-~]+|[ \t])$/.exec(linePrefix.trimStart())?.[0] ?? ''
  );
}

/** The lines after the cursor's line, up to `count` of them. */
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
