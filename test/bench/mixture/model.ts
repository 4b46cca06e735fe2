import type { ModelReference } from '../../../server/engine/messages.ts';
import { shippedModelFolder } from '../../../server/tokens/load.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';

/** The weights in a folder, or the shipped ones. */
export function shippedModel(tokenizer: Tokenizer, folder?: string): ModelReference {
  return {
    folder: folder ?? shippedModelFolder(),
    tokenizerHash: tokenizer.hash,
  };
}
