/** What is shown where a copy memory and a code model both have something to say. */
import type { Completion, CompletionItem, CompletionRequest } from '../completion/complete.ts';
import { isWorthShowing } from '../completion/threshold.ts';
import { itemFromModel } from '../completion/written.ts';
import { cutsOf } from '../usefulness/options.ts';
import { leastProbability, usefulnessAt } from '../usefulness/worth.ts';
import { type RankedLine, rankLines, rightOfStart } from './ranking.ts';
import type { Said } from './typed-along.ts';

/** Lines of the copy memory that are ranked. */
const mostCopies = 2;
/** Least probability of the suggestion shown on an explicit request. */
const leastInvoked = 0.06;
/** Ways to go on that are offered beside the first. */
const mostAlternatives = 5;
/** Less probable starts of lines are worth nothing, at whatever eagerness. */
const leastOfStart = 0.3;

/** Whole lines that were copied, the surest first. */
export function copiedLines({ line, alternatives = [] }: Completion): CompletionItem[] {
  return [...(line === undefined ? [] : [line]), ...alternatives]
    .filter((item, i, all) => all.findIndex(one => firstLine(one) === firstLine(item)) === i)
    .slice(0, mostCopies);
}

export function firstLine({ text }: { readonly text: string }): string {
  return text.split(/\r?\n/, 1)[0]!;
}

/**
 * How probable it is that what the copy memory would show is right, now that the model has written its line too. The copy memory knows the place: where
 * the model disagrees that can only lower it, and where it agrees only raise it.
 */
function rightWith(
  confidence: number,
  start: string,
  isWhole: boolean,
  ranked: readonly RankedLine[],
): number {
  const agreeing = ranked.filter(({ text }) => (isWhole ? text === start.trimEnd() : text.startsWith(start)));
  const none = isWhole ? 0 : 1 - ranked.reduce((sum, { right }) => sum + right, 0);
  const right = agreeing.reduce((sum, one) => sum + one.right, none * confidence);
  return agreeing.some(({ isOwn }) => isOwn) ? Math.max(confidence, right) : Math.min(confidence, right);
}

/** Starts of the model's line, up to ends of words: where its end is in doubt, its start may not be. */
function startsOf({ line, steps }: Said, request: CompletionRequest, title: string): CompletionItem[] {
  return cutsOf(line).flatMap(end => {
    const step = steps.find(({ length }) => length >= end);
    const right = step === undefined ? 0 : rightOfStart(step.logProbability);
    const item = right < leastOfStart ? undefined : itemFromModel(line.slice(0, end), right, request);
    return item === undefined ? [] : [{ ...item, model: title }];
  });
}

/**
 * @param found what the copy memory answers
 * @param said what the model says at the same cursor
 * @param title what the model is called
 * @param passed suggestions that were typed past on this line
 */
export function choose(
  found: Completion,
  said: Said,
  request: CompletionRequest,
  title: string,
  passed = 0,
): Completion {
  const { eagerness = 0.5, isInvoked } = request;
  const copies = copiedLines(found);
  const ranked = rankLines(
    copies.map(item => ({ text: firstLine(item), confidence: item.confidence })),
    said.own,
  );
  const items: CompletionItem[] = [];
  /** What the model agrees with, and the copy memory finds worth showing. */
  const options: CompletionItem[] = [];
  for (const { copied, isOwn, right } of ranked) {
    const item =
      copied === undefined
        ? itemFromModel(said.text, right, request)
        : { ...copies[copied]!, confidence: right };
    if (item === undefined) continue;
    const named = item.origin === 'model' ? { ...item, model: title } : item;
    items.push(named);
    if (isOwn) options.push(named);
  }
  const [line] = items;
  const whole = new Set(options);
  if (found.item !== undefined) {
    const start = firstLine(found.item);
    const isWhole = ranked.some(({ text }) => text === start.trimEnd());
    const judged = { ...found.item, confidence: rightWith(found.item.confidence, start, isWhole, ranked) };
    options.push(judged);
    if (isWhole) whole.add(judged);
  }
  options.push(...startsOf(said, request, title));
  const rest = { milliseconds: found.milliseconds, ...(line && { line }) };
  const worth = (item: CompletionItem): number =>
    usefulnessAt(item.confidence, firstLine(item).trim().length, whole.has(item), {
      eagerness,
      passed,
    });
  const shown = isInvoked
    ? items.toSorted((a, b) => b.confidence - a.confidence).filter(one => one.confidence >= leastInvoked)
    : options
        .filter(one => worth(one) > 0 && one.confidence >= leastProbability(eagerness))
        .toSorted((a, b) => worth(b) - worth(a));
  const item = shown.find(one => isWorthShowing(one.text));
  if (item === undefined)
    return {
      ...rest,
      reason: line === undefined ? (found.reason ?? 'nothing to add') : 'not confident enough',
      ...(line && { withheld: line }),
    };
  const alternatives = [...items, ...(found.alternatives ?? [])].filter(
    (other, i, all) =>
      other.text !== item.text &&
      isWorthShowing(other.text) &&
      all.findIndex(one => one.text === other.text) === i,
  );
  return { ...rest, item, alternatives: alternatives.slice(0, mostAlternatives) };
}
