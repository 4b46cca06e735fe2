import type { Piece, SpecialName } from '../sequence/render.ts';

/** Text to token ids and back. Ids fit 16 bits. */
export interface Tokenizer {
  /** SHA-256 of the tokenizer's definition, in hex: part of the model id. */
  readonly hash: string;
  readonly vocabularySize: number;
  readonly special: Readonly<Record<SpecialName, number>>;
  /** Encodes text alone: special tokens never arise, whatever the text spells. */
  encode(text: string): Uint16Array;
  /** Encodes a rendering: text by `encode`, structure by its special ids. */
  encodePieces(pieces: readonly Piece[]): Uint16Array;
  /** Text of ids; special tokens give nothing, broken UTF-8 at either end gives U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** The UTF-8 bytes of one token; empty for special tokens. */
  bytesOf(id: number): Uint8Array;
  isSpecial(id: number): boolean;
  /** How many `\n` the token holds. */
  newlinesIn(id: number): number;
}
