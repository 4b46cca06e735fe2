/** The content tokens of a rendered file: `<file> path <text> content <end>`. */
import type { SpecialName } from './render.ts';

/** Tokens from `start` to `end`, exclusive. */
interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** A file's content tokens, without header and end mark. */
export function contentOf(
  { special }: { readonly special: Readonly<Record<SpecialName, number>> },
  tokens: Uint16Array,
): TokenRange {
  const start = tokens.indexOf(special.text) + 1;
  const last = tokens.length - 1;
  return { start, end: tokens[last] === special.end ? last : tokens.length };
}
