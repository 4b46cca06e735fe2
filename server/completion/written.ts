/** A suggestion from a code model's output, held to the same rules as a copied one. */
import { contextOf, type EditContext, splitsCharacter } from '../fitting/context.ts';
import { inStepsOf } from '../fitting/indent.ts';
import {
  endsAsBelow,
  isConflictMarker,
  isThereAlready,
  neighboursOf,
  withoutLinesBelow,
} from '../fitting/neighbours.ts';
import type { CompletionItem, CompletionRequest } from '../fitting/request.ts';
import { Surroundings } from '../fitting/surroundings.ts';
import { cleanText, closersReplaced, isTypedOver, standsBefore, trimToSuffix } from '../fitting/trim.ts';
import { isWorthShowing } from './threshold.ts';

/** Models write it where they take code for an answer. A file that has fences, in strings or comments, may get more. */
const fence = /^\s*(?:```|~~~)\w*$/m;

/**
 * @param written the model's output
 * @param confidence probability of its first line
 * @param isStart it is a prefix of a line
 * @returns undefined if nothing remains to add, or it does not fit the surroundings
 */
export function itemFromModel(
  written: string,
  confidence: number,
  request: CompletionRequest,
  isStart = false,
): CompletionItem | undefined {
  if (splitsCharacter(request)) return undefined;
  const context = contextOf(request);
  const neighbours = neighboursOf(context);
  const { lineSuffix, linePrefix, lineEnding, language } = context;
  const [first = '', ...below] = withoutLinesBelow(cleanText(written).split('\n'), neighbours);
  if (isStart && !standsBefore(first, lineSuffix)) return undefined;
  const line = isStart ? first : trimToSuffix(first, lineSuffix);
  // Auto-closed brackets that the output closes itself.
  const replaced =
    line === undefined && request.replacesClosers
      ? closersReplaced([first, ...below].join('\n'), lineSuffix)
      : undefined;
  if (line === undefined && replaced === undefined) return undefined;
  const suffix = lineSuffix.slice(replaced ?? 0);
  const surroundings = new Surroundings(context);
  const block = lineSuffix.trim() === '' || line === undefined ? [line ?? first, ...below] : [line];
  // A block cut off with brackets open is not shown: its first line alone is better.
  const kept = surroundings.leavesOpen(block.join('\n'), suffix) ? block.slice(0, 1) : block;
  const lines = kept.length > 1 ? indented(kept, context) : kept;
  const text = lines.join('\n').trimEnd();
  const isCode = language.kind === 'code';
  const whole = `${linePrefix}${text}${suffix}`.split('\n');
  if (
    !isWorthShowing(text) ||
    (replaced === undefined && isTypedOver(text, lineSuffix)) ||
    isThereAlready(whole[0]!, context, neighbours) ||
    endsAsBelow(text, suffix, context) ||
    whole.some(one => isConflictMarker(one, isCode)) ||
    (isCode && fence.test(whole.join('\n')) && !fence.test(request.text)) ||
    !surroundings.isBalanced(text, suffix, [])
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

/** In the file's own steps; the first line continues the cursor's. */
function indented(lines: readonly string[], { linePrefix, indentUnit }: EditContext): string[] {
  const [first = '', ...below] = inStepsOf(indentUnit, [linePrefix + lines[0]!, ...lines.slice(1)]);
  return [first.slice(linePrefix.length), ...below];
}
