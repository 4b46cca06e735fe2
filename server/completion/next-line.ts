import type { EditContext } from '../fitting/context.ts';
import { indentOf } from '../fitting/indent.ts';
import type { CompletionItem, CompletionRequest } from '../fitting/request.ts';
import type { Ranked } from './confidence.ts';

/** Minimum share of what may follow that ends the line at the cursor. */
const leastEnd = 0.8;
/** Minimum confidence that the line ends here and the next one starts so. */
const leastBoth = 0.6;

/** A line break with the editor's indentation for the next line, and its probability. */
export interface LineEnd {
  readonly text: string;
  readonly confidence: number;
}

/**
 * The end of the cursor's line, if that comes next: then the next line is suggested at once, as after accepting a line.
 * @param ranked most confident first
 */
export function lineEndAt(
  ranked: readonly Ranked[],
  { linePrefix, lineSuffix, lineEnding, indentUnit }: EditContext,
): LineEnd | undefined {
  if (linePrefix.trim() === '' || lineSuffix.trim() !== '') return undefined;
  // Confidence is fitted on lines that continue; the probability of an end is its share of the total.
  const total = ranked.reduce((sum, { share }) => sum + share, 0);
  const end = ranked.find(({ candidate }) => candidate.rest.trim() === '')?.share ?? 0;
  if (total === 0 || end < leastEnd * total) return undefined;
  return { text: lineEnding + indentBelow(linePrefix, indentUnit), confidence: end / total };
}

/** The editor's indentation for the line below one that ends at the cursor. */
export function indentBelow(linePrefix: string, indentUnit: string): string {
  return indentOf(linePrefix) + (/[:{([]\s*$/.test(linePrefix) ? indentUnit : '');
}

/** The same request one line below. */
export function questionBelow(request: CompletionRequest, { text }: LineEnd): CompletionRequest {
  const { isInvoked: _, wait: __, ...rest } = request;
  const before = request.text.slice(0, request.offset) + text;
  return { ...rest, text: before + request.text.slice(request.offset), offset: before.length, isAhead: true };
}

/** The suggestion below as one at the end of this line; undefined if both together are in doubt. */
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
