/** A suggestion from what a code model wrote, held to the same rules as one that was copied. */
import { contextOf } from '../fitting/context.ts';
import { isConflictMarker, isThereAlready, neighboursOf, withoutLinesBelow } from '../fitting/neighbours.ts';
import type { CompletionItem, CompletionRequest } from '../fitting/request.ts';
import { Surroundings } from '../fitting/surroundings.ts';
import { cleanText, closersReplaced, isTypedOver, trimToSuffix } from '../fitting/trim.ts';
import { isWorthShowing } from './threshold.ts';

/**
 * @param written what the model would insert
 * @param confidence the probability of its first line
 * @returns nothing where none of it is left to add, or it does not fit to what stands around the cursor
 */
export function itemFromModel(
  written: string,
  confidence: number,
  request: CompletionRequest,
): CompletionItem | undefined {
  const context = contextOf(request);
  const neighbours = neighboursOf(context);
  const { lineSuffix, linePrefix, lineEnding, language } = context;
  const [first = '', ...below] = withoutLinesBelow(cleanText(written).split('\n'), neighbours);
  const line = trimToSuffix(first, lineSuffix);
  // Brackets that the editor closed itself, and that are closed by what was written.
  const replaced =
    line === undefined && request.replacesClosers
      ? closersReplaced([first, ...below].join('\n'), lineSuffix)
      : undefined;
  if (line === undefined && replaced === undefined) return undefined;
  const lines = lineSuffix.trim() === '' || line === undefined ? [line ?? first, ...below] : [line];
  const text = lines.join('\n').trimEnd();
  const suffix = lineSuffix.slice(replaced ?? 0);
  const isCode = language.kind === 'code';
  const whole = `${linePrefix}${text}${suffix}`.split('\n');
  if (
    !isWorthShowing(text) ||
    (replaced === undefined && isTypedOver(text, lineSuffix)) ||
    isThereAlready(whole[0]!, context, neighbours) ||
    whole.some(one => isConflictMarker(one, isCode)) ||
    !new Surroundings(context).isBalanced(text, suffix, [])
  )
    return undefined;
  return {
    text: lineEnding === '\r\n' ? text.replaceAll('\n', '\r\n') : text,
    range: { start: request.offset, end: request.offset + (replaced ?? 0) },
    confidence,
    provenance: [],
    origin: 'model',
    kind: lines.length > 1 ? 'block' : linePrefix.trim() === '' ? 'line' : 'rest of line',
  };
}
