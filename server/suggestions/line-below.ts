/** What follows a line that ends at the cursor: asked for as if the line break had been typed. */
import type { CompletionItem, CompletionRequest } from '../completion/complete.ts';
import { indentBelow } from '../completion/next-line.ts';
import { contextOf } from '../fitting/context.ts';

export interface LineBelow {
  /** The same request one line below, on an indented empty line. */
  readonly request: CompletionRequest;
  /** A suggestion of that line as one at the end of the cursor's line. */
  readonly fromBelow: (item: CompletionItem) => CompletionItem;
}

/** @returns undefined if the cursor's line is blank, or goes on with more than the closing brackets of what it opens */
export function lineBelow(request: CompletionRequest): LineBelow | undefined {
  const { linePrefix, lineSuffix, lineEnding, indent, indentUnit } = contextOf(request);
  if (linePrefix.trim() === '' || !/^[)\]}]*[;,]?\s*$/.test(lineSuffix)) return undefined;
  // Behind a value, a line break would put what is below into the brackets.
  if (lineSuffix.trim() !== '' && !/[:{([,]\s*$/.test(linePrefix)) return undefined;
  const opening = lineEnding + indentBelow(linePrefix, indentUnit);
  // The editor has closed a bracket behind the cursor: it goes to a line of its own.
  const closing = lineSuffix.trim() === '' ? '' : lineEnding + indent;
  const { text, offset } = request;
  const before = text.slice(0, offset) + opening;
  return {
    request: { ...request, text: before + closing + text.slice(offset), offset: before.length },
    fromBelow: item => ({
      ...item,
      text: opening + item.text + closing,
      range: { start: offset, end: offset },
      ...(item.caret !== undefined && { caret: opening.length + item.caret }),
      kind: 'block',
    }),
  };
}
