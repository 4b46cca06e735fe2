import { createHash } from 'node:crypto';
import { renderingVersion } from '../sequence/render.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Identifies compatible weights, tokenizer and rendering; caches are kept apart by it.
 * @param weightsHash SHA-256 of the weights in hex; omitted for tokens, which do not depend on weights
 */
export function modelIdOf(tokenizer: Pick<Tokenizer, 'hash'>, weightsHash?: string): string {
  const parts = [tokenizer.hash, renderingVersion, ...(weightsHash === undefined ? [] : [weightsHash])];
  return createHash('sha256').update(parts.join(':')).digest('hex').slice(0, 16);
}
