import { createHash } from 'node:crypto';
import { renderingVersion } from '../sequence/render.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Says which files may be used together: weights, tokenizer and rendering. What was read is kept apart by it. */
export function modelIdOf(tokenizer: Tokenizer): string {
  return createHash('sha256').update(`${tokenizer.hash}:${renderingVersion}`).digest('hex').slice(0, 16);
}
