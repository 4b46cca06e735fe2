import type { Piece, SpecialName } from '../sequence/render.ts';

/** Converts text to 16-bit token ids and back. */
export interface Tokenizer {
  /** SHA-256 of the tokenizer's definition, in hex: part of the model id. */
  readonly hash: string;
  readonly vocabularySize: number;
  readonly special: Readonly<Record<SpecialName, number>>;
  /** Encodes plain text: never yields special tokens, whatever it spells. */
  encode(text: string): Uint16Array;
  /** Encodes a rendering: text by `encode`, structure as special ids. */
  encodePieces(pieces: readonly Piece[]): Uint16Array;
  /** Decodes ids; special tokens yield nothing, broken UTF-8 at either end U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** The UTF-8 bytes of one token; empty for special tokens. */
  bytesOf(id: number): Uint8Array;
  isSpecial(id: number): boolean;
  /** Number of `\n` in the token. */
  newlinesIn(id: number): number;
}
