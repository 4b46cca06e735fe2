/** A GGUF file opened as a code model, with all that conversion and completion need. */
import path from 'node:path';
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import { type DecoderTokenizer, tokenizerOf } from '../decoder-tokens/tokenizer.ts';
import { decoderConfigOf, type GgufWeights, weightsOf } from '../gguf/decoder.ts';
import { GgufError } from '../gguf/error.ts';
import { GgufFile } from '../gguf/reader.ts';

export interface Coder {
  /** The file's name for the model. */
  readonly title: string;
  /** It answers questions, by the names in and of the file. */
  readonly isInstructed: boolean;
  readonly config: DecoderConfig;
  readonly tokenizer: DecoderTokenizer;
  readonly weights: GgufWeights;
  /** Tokens and weights are unusable afterwards. */
  close(): Promise<void>;
}

/** @throws GgufError when the file is damaged or unsupported */
export async function openCoder(file: string): Promise<Coder> {
  const gguf = await GgufFile.open(file);
  try {
    const config = await decoderConfigOf(gguf);
    const tokenizer = tokenizerOf(gguf.metadata);
    if (tokenizer.vocabularySize > config.vocabulary)
      throw new GgufError(
        `${file} is damaged: ${tokenizer.vocabularySize} tokens and an embedding of ${config.vocabulary}.`,
      );
    return {
      title: gguf.metadata.string('general.name', ''),
      // Not every file says it of itself.
      isInstructed: [
        path.basename(file),
        ...['general.finetune', 'general.name'].map(key => gguf.metadata.string(key, '')),
      ].some(text => /instruct|chat/i.test(text)),
      config,
      tokenizer,
      weights: weightsOf(gguf, config),
      close: () => gguf.close(),
    };
  } catch (error) {
    await gguf.close();
    throw error;
  }
}
