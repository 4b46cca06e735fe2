/** The text inside the tokens of one rendered file: `<file> path <text> content <end>`. */
import type { SpecialName } from './render.ts';

/** Tokens from `start` up to, without, `end`. */
interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** The tokens of the file's text, without the header before and the end mark after them. */
export function contentOf(
  { special }: { readonly special: Readonly<Record<SpecialName, number>> },
  tokens: Uint16Array,
): TokenRange {
  const start = tokens.indexOf(special.text) + 1;
  const last = tokens.length - 1;
  return { start, end: tokens[last] === special.end ? last : tokens.length };
}
