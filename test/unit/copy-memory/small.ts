import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile, renderPrompt } from '../../../server/sequence/render.ts';
import { createTokenizer } from '../../../server/tokens/bpe.ts';
import { definitionOf } from '../tokens/synthetic.ts';

/** One token per byte, so that tests can use letters. */
export const tokenizer = createTokenizer(JSON.stringify(definitionOf([])));

export const encode = (text: string): Uint16Array => tokenizer.encode(text);
export const decode = (tokens: ArrayLike<number>): string => tokenizer.decode(tokens);

/** A memory of the given files, rendered. */
export function memoryOf(files: Readonly<Record<string, string>>): CopyMemory {
  const memory = new CopyMemory(tokenizer);
  for (const [path, text] of Object.entries(files))
    memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
  return memory;
}

export function prompt(path: string, prefix: string, suffix = ''): Uint16Array {
  return tokenizer.encodePieces(renderPrompt(path, prefix, suffix));
}
