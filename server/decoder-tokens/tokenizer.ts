/** The tokenizer of a code model, from the metadata of its GGUF file. */
import { GgufError } from '../gguf/error.ts';
import type { Metadata } from '../gguf/metadata.ts';
import { BytePairEncoder } from '../tokens/encoder.ts';
import { preTokenizerNamed, preTokenizerNames } from './pre-tokenizers.ts';
import { beginOf, endsOf, type FillInMiddle, fillInMiddleOf } from './special-tokens.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

/** Converts text to a code model's ids and back. */
export interface DecoderTokenizer {
  /** SHA-256 of everything ids depend on, in hex. */
  readonly hash: string;
  readonly vocabularySize: number;
  /** Undefined for models without fill-in-the-middle. */
  readonly fillInMiddle: FillInMiddle | undefined;
  /** Starts every sequence, if the model was trained with one. */
  readonly begin: number | undefined;
  /** Tokens that end a sequence. */
  readonly ends: ReadonlySet<number>;
  /**
   * Encodes plain text: never yields special tokens, whatever it spells. No Unicode normalisation, so that decoding
   * restores it exactly (Qwen's definitions outside of GGUF compose characters first).
   */
  encode(text: string): Uint32Array;
  /** The id of a special token by name, such as `<|im_start|>`. */
  specialId(name: string): number | undefined;
  isSpecial(id: number): boolean;
  /** The bytes of one token; empty for special tokens. @throws RangeError for an unknown id */
  bytesOf(id: number): Uint8Array;
  /** Decodes ids; special tokens yield nothing, broken UTF-8 U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** Decodes token by token, holding back incomplete characters. */
  decodeStream(): TokenStream;
}

export interface TokenStream {
  /** The text that this token completes; often empty. */
  push(id: number): string;
  /** True while bytes of a character are held back. */
  readonly isInsideCharacter: boolean;
  /** The bytes held back, as U+FFFD. */
  end(): string;
}

/** @throws GgufError that names what is missing or unsupported */
export function tokenizerOf(metadata: Metadata): DecoderTokenizer {
  const kind = metadata.string('tokenizer.ggml.model');
  if (kind !== 'gpt2')
    throw new GgufError(
      `${metadata.path} has a tokenizer of the kind ${kind}; byte-pair tokenizers (gpt2) are supported.`,
    );
  const name = metadata.string('tokenizer.ggml.pre', 'default');
  const preTokenizer = preTokenizerNamed(name);
  if (preTokenizer === undefined)
    throw new GgufError(
      `${metadata.path} cuts text by the pre-tokenizer ${name}. Supported are ${preTokenizerNames.join(', ')}.`,
    );
  const vocabulary = readVocabulary(metadata);
  const { byteIds, merges } = vocabulary;
  const encoder = new BytePairEncoder({
    byteIds,
    merges,
    preTokenizer: preTokenizer.scan,
    ...(preTokenizer.wholePieces ? { wholePieces: wholePiecesOf(vocabulary) } : {}),
  });
  return new GgufTokenizer(metadata, vocabulary, encoder);
}

class GgufTokenizer implements DecoderTokenizer {
  readonly hash: string;
  readonly vocabularySize: number;
  readonly fillInMiddle: FillInMiddle | undefined;
  readonly begin: number | undefined;
  readonly ends: ReadonlySet<number>;
  readonly #vocabulary: Vocabulary;
  readonly #encoder: BytePairEncoder;

  constructor(metadata: Metadata, vocabulary: Vocabulary, encoder: BytePairEncoder) {
    const { special, bytes } = vocabulary;
    this.hash = vocabulary.hash;
    this.vocabularySize = bytes.length;
    this.fillInMiddle = fillInMiddleOf(metadata, special, bytes.length);
    this.begin = beginOf(metadata, bytes.length);
    this.ends = endsOf(metadata, special, bytes.length);
    this.#vocabulary = vocabulary;
    this.#encoder = encoder;
  }

  encode(text: string): Uint32Array {
    this.#encoder.append(text);
    return this.#encoder.take(ids => ids.slice());
  }

  specialId(name: string): number | undefined {
    return this.#vocabulary.special.get(name);
  }

  isSpecial(id: number): boolean {
    return this.#vocabulary.specialIds.has(id);
  }

  bytesOf(id: number): Uint8Array {
    const bytes = this.#vocabulary.bytes[id];
    if (bytes === undefined) throw new RangeError(`No token has the id ${id}`);
    return bytes;
  }

  decode(ids: ArrayLike<number>): string {
    const stream = this.decodeStream();
    let text = '';
    for (let i = 0; i < ids.length; i++) text += stream.push(ids[i]!);
    return text + stream.end();
  }

  decodeStream(): TokenStream {
    return new Utf8Stream(id => this.bytesOf(id));
  }
}

class Utf8Stream implements TokenStream {
  readonly #bytesOf: (id: number) => Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Bytes still missing from the character. */
  #missing = 0;

  constructor(bytesOf: (id: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  get isInsideCharacter(): boolean {
    return this.#missing > 0;
  }

  push(id: number): string {
    const bytes = this.#bytesOf(id);
    for (const byte of bytes) {
      if (this.#missing > 0 && byte >= 0x80 && byte < 0xc0) this.#missing--;
      else this.#missing = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    }
    return this.#decoder.decode(bytes, { stream: true });
  }

  end(): string {
    this.#missing = 0;
    return this.#decoder.decode();
  }
}

/** Tokens that are whole strings, by that string. */
function wholePiecesOf({ bytes, specialIds }: Vocabulary): ReadonlyMap<string, number> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pieces = new Map<string, number>();
  for (const [id, one] of bytes.entries()) {
    if (specialIds.has(id)) continue;
    try {
      pieces.set(decoder.decode(one), id);
    } catch {
      // Part of a character is not a string.
    }
  }
  return pieces;
}
