import type { CompletionItem, CompletionRequest } from './request.ts';

interface Entry {
  readonly path: string;
  readonly scope: string;
  readonly before: string;
  readonly after: string;
  readonly item: CompletionItem;
}

/**
 * Suggestions that were shown, so that typing along one of them is answered without asking again. Holds the last few,
 * the one used longest ago goes first.
 */
export class CompletionCache {
  readonly #entries: Entry[] = [];

  add(request: CompletionRequest, item: CompletionItem): void {
    if (item.range.start !== request.offset || item.range.end !== request.offset) return;
    const { path, text, offset, scope = 'repository' } = request;
    this.#entries.unshift({ path, scope, before: text.slice(0, offset), after: text.slice(offset), item });
    this.#entries.length = Math.min(this.#entries.length, mostEntries);
  }

  /** What is left of a suggestion whose start was typed since. */
  find(request: CompletionRequest): CompletionItem | undefined {
    const { path, text, offset, scope = 'repository' } = request;
    for (const [i, entry] of this.#entries.entries()) {
      const typed = offset - entry.before.length;
      if (entry.path !== path || entry.scope !== scope || typed < 0 || typed >= entry.item.text.length)
        continue;
      if (text.length !== entry.before.length + typed + entry.after.length) continue;
      if (!entry.item.text.startsWith(text.slice(entry.before.length, offset))) continue;
      if (!text.startsWith(entry.before) || !text.endsWith(entry.after)) continue;
      this.#entries.splice(i, 1);
      this.#entries.unshift(entry);
      return { ...entry.item, text: entry.item.text.slice(typed), range: { start: offset, end: offset } };
    }
    return undefined;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}

const mostEntries = 16;
