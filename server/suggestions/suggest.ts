/** What an editor shows at a cursor, from the copy memory and, if one is selected, a code model. */
import type { CompletionCache } from '../completion/cache.ts';
import { type Completion, type CompletionRequest, complete } from '../completion/complete.ts';
import { withoutSelected, withSelected } from '../completion/selected.ts';
import type { AsyncPredictor } from '../copy-memory/predictor.ts';
import { contextOf } from '../fitting/context.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { CoderClient } from './coder-client.ts';

export interface SuggestingFrom {
  readonly predictor: AsyncPredictor;
  readonly tokenizer: Tokenizer;
  readonly coder?: CoderClient | undefined;
  /** Results of earlier requests. */
  readonly cache?: CompletionCache | undefined;
}

export async function suggest(
  request: CompletionRequest,
  { predictor, tokenizer, coder, cache }: SuggestingFrom,
  signal?: AbortSignal,
): Promise<Completion> {
  const asked = withSelected(request);
  if (asked === undefined) return { reason: 'nothing to add', milliseconds: 0 };
  return withoutSelected(await answer(asked, { predictor, tokenizer, coder, cache }, signal), request);
}

async function answer(
  request: CompletionRequest,
  { predictor, tokenizer, coder, cache }: SuggestingFrom,
  signal: AbortSignal | undefined,
): Promise<Completion> {
  const asked = coder === undefined ? request : { ...request, isRanked: true };
  // That nothing begins with the selected entry says nothing of the place once the list is closed.
  const isOfPlace = (request.begins ?? '') === '';
  // What both had nothing for would now be judged without the copied lines.
  const known = coder !== undefined && isOfPlace ? cache?.find(asked) : undefined;
  if (known !== undefined && known.item === undefined) return { reason: known.reason, milliseconds: 0 };
  const found = await complete(asked, predictor, tokenizer, signal, cache);
  if (coder === undefined) return found;
  const context = contextOf(request);
  const passed = cache?.passed.countAt(context, request.isAhead);
  const chosen = await coder.complete(request, found, signal, passed);
  const { item, alternatives = [], reason } = chosen;
  const isKept = reason !== 'cancelled' && (isOfPlace || item !== undefined);
  if (cache !== undefined && chosen !== found && isKept) {
    cache.replace(request, item === undefined ? [] : [item, ...alternatives], reason);
    if (!request.isAhead) cache.passed.show(context, item?.text ?? '');
  }
  return chosen;
}
