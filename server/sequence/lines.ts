/** Lines inside the tokens of one rendered file: `<file> path <text> content <end>`. A token may hold several line ends. */
import type { SpecialName } from './render.ts';

/** What lines need to know of tokens: a tokenizer has it, but the stage that has tokenizers comes after this one. */
export interface TokenText {
  readonly special: Readonly<Record<SpecialName, number>>;
  bytesOf(id: number): Uint8Array;
  /** How many `\n` the token holds. */
  newlinesIn(id: number): number;
}

/** Tokens from `start` up to, without, `end`. */
export interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** The tokens of the file's text, without the header before and the end mark after them. */
export function contentOf(tokenizer: TokenText, tokens: Uint16Array): TokenRange {
  const start = tokens.indexOf(tokenizer.special.text) + 1;
  const last = tokens.length - 1;
  return { start, end: tokens[last] === tokenizer.special.end ? last : tokens.length };
}

/** The line, from 1, in which the token begins: a line end belongs to the line that it ends. What stands before the text counts as line 1. */
export function lineOfToken(tokenizer: TokenText, tokens: Uint16Array, index: number): number {
  let line = 1;
  for (let at = contentOf(tokenizer, tokens).start; at < index; at++)
    line += tokenizer.newlinesIn(tokens[at]!);
  return line;
}

/** All tokens that hold a part of the line, its line end included; `undefined` past the last line. The first and last may hold parts of its neighbours too. */
export function tokensOfLine(
  tokenizer: TokenText,
  tokens: Uint16Array,
  line: number,
): TokenRange | undefined {
  const content = contentOf(tokenizer, tokens);
  let start = line === 1 ? content.start : -1;
  /** Line ends before the token. */
  let ended = 0;
  for (let at = content.start; at < content.end; at++) {
    const newlines = tokenizer.newlinesIn(tokens[at]!);
    if (newlines === 0) continue;
    ended += newlines;
    // The line begins after its predecessor's line end: in this token, unless nothing follows that line end in it.
    if (start < 0 && ended >= line - 1)
      start = ended === line - 1 && endsLine(tokenizer, tokens[at]!) ? at + 1 : at;
    if (ended >= line) return { start, end: at + 1 };
  }
  return start < 0 ? undefined : { start, end: content.end };
}

function endsLine(tokenizer: TokenText, id: number): boolean {
  return tokenizer.bytesOf(id).at(-1) === 0x0a;
}
