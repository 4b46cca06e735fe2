import type { CompletionItem, CompletionRequest, NothingReason } from '../fitting/request.ts';
import type { ScannedAbove } from '../fitting/surroundings.ts';
import { PassedOver } from '../usefulness/passed-over.ts';
import { LineStates } from './line-states.ts';

/** The rest of a suggestion and its alternatives; or that there is none. */
export type Known =
  | { readonly item: CompletionItem; readonly alternatives: readonly CompletionItem[] }
  | { readonly item?: never; readonly reason: NothingReason };

interface Entry {
  readonly path: string;
  readonly scope: string;
  readonly before: string;
  readonly after: string;
  readonly items: readonly CompletionItem[];
  /** Prepared before anyone asked. */
  readonly isAhead: boolean;
  /** Why there are none. */
  readonly reason?: NothingReason | undefined;
}

/**
 * Results of earlier requests: recently shown suggestions, so that typing along one is answered without a new search
 * (least recently used first out), and the state of the cursor's line.
 */
export class CompletionCache {
  readonly states = new LineStates();
  readonly passed = new PassedOver();
  /** The scanned text above the cursor's line. */
  scanned: ScannedAbove | undefined;
  readonly #entries: Entry[] = [];

  /** @param reason why there are no items */
  add(request: CompletionRequest, items: readonly CompletionItem[], reason?: NothingReason): void {
    const { path, text, offset } = request;
    const scope = scopeOf(request);
    if (items.some(({ range }) => range.start !== offset)) return;
    const [before, after] = [text.slice(0, offset), text.slice(offset)];
    const { isAhead = false } = request;
    this.#entries.unshift({ path, scope, before, after, items, isAhead, reason });
    this.#entries.length = Math.min(this.#entries.length, mostEntries);
  }

  /** Replaces the cached result of the same request by what both sources, ranked together, show. */
  replace(request: CompletionRequest, items: readonly CompletionItem[], reason?: NothingReason): void {
    const { path, text, offset } = request;
    const scope = scopeOf(request);
    const at = this.#entries.findIndex(
      entry =>
        entry.path === path &&
        entry.scope === scope &&
        entry.before.length === offset &&
        text.startsWith(entry.before) &&
        text.slice(offset) === entry.after,
    );
    if (at >= 0) this.#entries.splice(at, 1);
    this.add(
      { ...request, isAhead: false },
      items,
      items.length > 0 ? undefined : (reason ?? 'not confident enough'),
    );
  }

  /** The rest of a suggestion whose start has been typed since. */
  find(request: CompletionRequest): Known | undefined {
    const { path, text, offset } = request;
    const scope = scopeOf(request);
    for (const [i, entry] of this.#entries.entries()) {
      if (entry.path !== path || entry.scope !== scope) continue;
      // What was prepared has not been ranked beside what a model writes.
      if (entry.isAhead && request.isRanked) continue;
      const length = offset - entry.before.length;
      if (length < 0 || text.length !== entry.before.length + length + entry.after.length) continue;
      const typed = text.slice(entry.before.length, offset);
      if (entry.reason !== undefined) {
        const isSame = length === 0 && text.startsWith(entry.before) && text.endsWith(entry.after);
        // An explicit request gets what was held back.
        if (isSame && !request.isInvoked) return { reason: entry.reason };
        continue;
      }
      const [item, ...alternatives] = entry.items
        .filter(one => one.text.length > length && one.text.startsWith(typed))
        .map(one => ({
          ...one,
          text: one.text.slice(length),
          ...(one.caret !== undefined && { caret: Math.max(0, one.caret - length) }),
          range: { start: offset, end: offset + one.range.end - one.range.start },
        }));
      // The first suggestion shown continues; any other would be a new one, and is judged as one.
      const first = entry.items[0]!.text;
      if (item === undefined || first.length <= length || !first.startsWith(typed)) continue;
      if (!text.startsWith(entry.before) || !text.endsWith(entry.after)) continue;
      this.#entries.splice(i, 1);
      this.#entries.unshift(entry);
      return { item, alternatives };
    }
    return undefined;
  }

  /** Call when the sources have changed. */
  clear(): void {
    this.#entries.length = 0;
    this.states.clear();
  }
}

const mostEntries = 16;

/** Everything a suggestion depends on beside the text. */
function scopeOf({
  scope = 'repository',
  indentation,
  languageId,
  eagerness,
  maxLines,
}: CompletionRequest): string {
  return [scope, languageId, eagerness, maxLines, indentation?.insertSpaces, indentation?.tabSize].join();
}
