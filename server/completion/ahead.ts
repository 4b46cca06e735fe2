import type { AsyncPredictor } from '../copy-memory/predictor.ts';
import { contextOf } from '../fitting/context.ts';
import { indentOf } from '../fitting/indent.ts';
import type { CompletionItem, CompletionRequest } from '../fitting/request.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { CompletionCache } from './cache.ts';
import { complete } from './complete.ts';

/** Prepares, while idle, the answer to the request after a suggestion is accepted. */
export class LookAhead {
  readonly #cache: CompletionCache;
  #run = new AbortController();
  /** The suggestion to look beyond. */
  #beyond = '';
  #isDone = true;

  constructor(cache: CompletionCache) {
    this.#cache = cache;
  }

  /** Yields to a request. */
  stop(): void {
    this.#run.abort();
    if (!this.#isDone) this.#beyond = '';
  }

  /** Starts looking beyond a suggestion, unless already done: typing along it changes nothing. */
  async begin(
    request: CompletionRequest,
    item: CompletionItem,
    predictor: AsyncPredictor,
    tokenizer: Tokenizer,
  ): Promise<void> {
    const questions = questionsAfter(request, item);
    const beyond = `${request.path}\n${questions[0]?.offset}\n${questions[0]?.text}`;
    if (beyond === this.#beyond) return;
    this.#run.abort();
    const run = new AbortController();
    this.#run = run;
    this.#beyond = beyond;
    this.#isDone = false;
    for (const question of questions) {
      await complete({ ...question, wait: 0, isAhead: true }, predictor, tokenizer, run.signal, this.#cache);
      if (run.signal.aborted) return;
    }
    this.#isDone = true;
  }
}

/**
 * The requests that follow if a suggestion is accepted: at its end, and on the line below it with the editor's
 * indentation. Their answers then wait in the cache.
 */
export function questionsAfter(request: CompletionRequest, item: CompletionItem): CompletionRequest[] {
  const { text, selected: _, isInvoked: __, ...rest } = request;
  const { caret = item.text.length } = item;
  const before = text.slice(0, item.range.start) + item.text.slice(0, caret);
  const after = item.text.slice(caret) + text.slice(item.range.end);
  const context = contextOf({ ...rest, text: before + after, offset: before.length });
  const atEnd = { ...rest, text: before + after, offset: before.length };
  if (context.lineSuffix.trim() !== '') return [atEnd];
  const isOpen = /[:{([]\s*$/.test(context.linePrefix);
  const unit = isOpen ? context.indentUnit : '';
  const below = before + context.lineEnding + indentOf(context.linePrefix) + unit;
  return [atEnd, { ...rest, text: below + after, offset: below.length }];
}
