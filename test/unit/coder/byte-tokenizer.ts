import type { DecoderTokenizer } from '../../../server/decoder-tokens/tokenizer.ts';

/** A token per byte, one more for "    ", then the special ones. */
const spaces = 256;
const special = { prefix: 257, suffix: 258, middle: 259, end: 260 };
export const vocabularySize = 261;

/** A tokenizer without a vocabulary file. */
export const byteTokenizer: DecoderTokenizer = {
  hash: 'bytes',
  vocabularySize,
  fillInMiddle: {
    prefix: special.prefix,
    suffix: special.suffix,
    middle: special.middle,
    repository: undefined,
    file: undefined,
  },
  begin: undefined,
  ends: new Set([special.end]),
  encode: text => Uint32Array.from(Buffer.from(text)),
  specialId: () => undefined,
  isSpecial: id => id > spaces,
  bytesOf: id => (id > spaces ? new Uint8Array() : id === spaces ? Buffer.from('    ') : Uint8Array.of(id)),
  decode: ids => Buffer.from(Array.from(ids).filter(id => id < 256)).toString(),
  decodeStream: () => ({
    push: id => (id > spaces ? '' : id === spaces ? '    ' : String.fromCharCode(id)),
    isInsideCharacter: false,
    end: () => '',
  }),
};

export { special };
