import { createHash } from 'node:crypto';
import { renderingVersion } from '../sequence/render.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Says which files may be used together: weights, tokenizer and rendering. What was read is kept apart by it.
 * @param weightsHash SHA-256 of the weights in hex; left out where only tokens are kept, which weights do not change.
 */
export function modelIdOf(tokenizer: Pick<Tokenizer, 'hash'>, weightsHash?: string): string {
  const parts = [tokenizer.hash, renderingVersion, ...(weightsHash === undefined ? [] : [weightsHash])];
  return createHash('sha256').update(parts.join(':')).digest('hex').slice(0, 16);
}
