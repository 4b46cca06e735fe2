import type { EditContext } from '../fitting/context.ts';
import { indentOf } from '../fitting/indent.ts';
import type { CompletionItem, CompletionRequest } from '../fitting/request.ts';
import type { Ranked } from './confidence.ts';

/** The least share of what is known to follow that ends the cursor's line where the cursor stands. */
const leastEnd = 0.8;
/** How sure it has to be that the line ends here and the next one begins so. */
const leastBoth = 0.6;

/** A line break with the indentation that an editor gives the line after it, and how sure it is that it comes. */
export interface LineEnd {
  readonly text: string;
  readonly confidence: number;
}

/**
 * The end of the cursor's line, where that is what comes: the next line can then be suggested at once, as after a line was accepted.
 * @param ranked surest first
 */
export function lineEndAt(
  ranked: readonly Ranked[],
  { linePrefix, lineSuffix, lineEnding, indentUnit }: EditContext,
): LineEnd | undefined {
  if (linePrefix.trim() === '' || lineSuffix.trim() !== '') return undefined;
  // Confidence is fitted on lines that go on: how likely an end is, is told by how many of the others it outweighs.
  const total = ranked.reduce((sum, { share }) => sum + share, 0);
  const end = ranked.find(({ candidate }) => candidate.rest.trim() === '')?.share ?? 0;
  if (total === 0 || end < leastEnd * total) return undefined;
  const indent = indentOf(linePrefix) + (/[:{([]\s*$/.test(linePrefix) ? indentUnit : '');
  return { text: lineEnding + indent, confidence: end / total };
}

/** The same question one line further down. */
export function questionBelow(request: CompletionRequest, { text }: LineEnd): CompletionRequest {
  const { isInvoked: _, wait: __, ...rest } = request;
  const before = request.text.slice(0, request.offset) + text;
  return { ...rest, text: before + request.text.slice(request.offset), offset: before.length };
}

/** What is suggested below, as a suggestion at the end of the line; undefined where the two together are in doubt. */
export function fromBelow(
  item: CompletionItem,
  { text, confidence }: LineEnd,
  { offset }: CompletionRequest,
): CompletionItem | undefined {
  const both = confidence * item.confidence;
  if (both < leastBoth) return undefined;
  return {
    ...item,
    text: text + item.text,
    confidence: both,
    range: { start: offset, end: offset + item.range.end - item.range.start },
    ...(item.caret !== undefined && { caret: text.length + item.caret }),
    kind: 'block',
  };
}
