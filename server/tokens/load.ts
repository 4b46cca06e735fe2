/** The tokenizer from a model's folder: the one place where its file is found and read. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../protocol/message-of.ts';
import { createTokenizer } from './bpe.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The folder of the shipped model: `kernels/weights` in the sources, `dist/weights` beside the bundled programs. */
export function shippedModelFolder(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return path.join(import.meta.dirname, fromSource ? '../../kernels/weights' : 'weights');
}

/**
 * @param modelFolder a folder with a `tokenizer.json`; the shipped one without it.
 * @throws Error with a sentence that names the file, when it is missing or no tokenizer of ours.
 */
export function loadTokenizer(modelFolder?: string): Tokenizer {
  const file = path.join(modelFolder || shippedModelFolder(), 'tokenizer.json');
  let definition: string;
  try {
    definition = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(
      `The model's tokenizer cannot be read: ${file} (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
    );
  }
  try {
    return createTokenizer(definition);
  } catch (error) {
    throw new Error(`${file} is not a tokenizer that Longsight can use: ${messageOf(error)}`);
  }
}
