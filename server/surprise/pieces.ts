/** A file in pieces: what is read at a stretch, so that little is lost where reading is interrupted. */
import { contentOf } from '../sequence/content.ts';
import type { SpecialName } from '../sequence/render.ts';

/** The content tokens [start, end) of a rendered file, read after the file's header and the tokens from `from` on. */
export interface Piece {
  readonly header: number;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** Content tokens of a piece: about a second of work. */
export const pieceTokens = 4096;
/** Tokens of the file that are read again before a piece. */
const before = 256;

/** @returns at least one piece, in order */
export function piecesOf(
  tokenizer: { readonly special: Readonly<Record<SpecialName, number>> },
  tokens: Uint16Array,
): Piece[] {
  const { start: header, end } = contentOf(tokenizer, tokens);
  const pieces: Piece[] = [];
  for (let start = header; start < end || pieces.length === 0; start += pieceTokens)
    pieces.push({
      header,
      from: Math.max(header, start - before),
      start,
      end: Math.min(end, start + pieceTokens),
    });
  return pieces;
}
