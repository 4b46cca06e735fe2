/**
 * Suggestions beside the editor's open list. The editor shows only what goes on from the selected entry, as a replacement of what the
 * entry replaces. The entry is the editor's guess, so it does not make a suggestion more probable.
 */
import type { Completion, CompletionItem, CompletionRequest } from '../fitting/request.ts';

/**
 * The request with what its suggestion must begin with.
 * @returns undefined if the entry does not begin with the typed text: then nothing can be shown
 */
export function withSelected({ selected, ...request }: CompletionRequest): CompletionRequest | undefined {
  if (selected === undefined) return request;
  const typed = request.text.slice(selected.start, request.offset);
  return selected.text.startsWith(typed)
    ? { ...request, begins: selected.text.slice(typed.length) }
    : undefined;
}

/** The suggestions as replacements of what the entry replaces. */
export function withoutSelected(
  found: Completion,
  { selected, text, offset }: CompletionRequest,
): Completion {
  if (selected === undefined) return found;
  const typed = text.slice(selected.start, offset);
  const moved = (item: CompletionItem): CompletionItem => ({
    ...item,
    text: typed + item.text,
    ...(item.caret !== undefined && { caret: typed.length + item.caret }),
    range: { start: selected.start, end: item.range.end },
  });
  return {
    ...found,
    ...(found.item && { item: moved(found.item) }),
    ...(found.alternatives && { alternatives: found.alternatives.map(moved) }),
    ...(found.withheld && { withheld: moved(found.withheld) }),
    ...(found.line && { line: moved(found.line) }),
  };
}
