/** The only place that finds and loads a model folder's tokenizer. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../protocol/message-of.ts';
import { createTokenizer } from './bpe.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The shipped model's folder: `kernels/weights` in the sources, `dist/weights` beside the bundles. */
export function shippedModelFolder(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return path.join(import.meta.dirname, fromSource ? '../../kernels/weights' : 'weights');
}

/**
 * @param modelFolder a folder with a `tokenizer.json`; defaults to the shipped one
 * @throws Error that names the file when it is missing or unsupported
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
