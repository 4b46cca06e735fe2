/** A suggestion from what a code model wrote, held to the same rules as one that was copied. */
import { contextOf } from './context.ts';
import { isConflictMarker, isThereAlready, neighboursOf, withoutLinesBelow } from './neighbours.ts';
import type { CompletionItem, CompletionRequest } from './request.ts';
import { Surroundings } from './surroundings.ts';
import { isWorthShowing } from './threshold.ts';
import { cleanText, isTypedOver, trimToSuffix } from './trim.ts';

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
  if (line === undefined) return undefined;
  const lines = lineSuffix.trim() === '' ? [line, ...below] : [line];
  const text = lines.join('\n').trimEnd();
  const isCode = language.kind === 'code';
  const whole = `${linePrefix}${text}${lineSuffix}`.split('\n');
  if (
    !isWorthShowing(text) ||
    isTypedOver(text, lineSuffix) ||
    isThereAlready(whole[0]!, context, neighbours) ||
    whole.some(one => isConflictMarker(one, isCode)) ||
    !new Surroundings(context).isBalanced(text, lineSuffix, [])
  )
    return undefined;
  return {
    text: lineEnding === '\r\n' ? text.replaceAll('\n', '\r\n') : text,
    range: { start: request.offset, end: request.offset },
    confidence,
    provenance: [],
    origin: 'model',
    kind: lines.length > 1 ? 'block' : linePrefix.trim() === '' ? 'line' : 'rest of line',
  };
}
