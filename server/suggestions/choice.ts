/** Chooses what to show from the copy memory's and the code model's suggestions. */
import type { Completion, CompletionItem, CompletionRequest } from '../completion/complete.ts';
import { isWorthShowing } from '../completion/threshold.ts';
import { itemFromModel } from '../completion/written.ts';
import { cutsOf } from '../usefulness/options.ts';
import { costAt, leastProbability, leastUseful, type Strictness, usefulnessOf } from '../usefulness/worth.ts';
import { type CopiedLine, leastScore, type RankedLine, rankLines, rightOfStart } from './ranking.ts';
import type { Said } from './typed-along.ts';

/** Lines of the copy memory to rank. */
const mostCopies = 2;
/** Minimum probability for explicit requests. */
const leastInvoked = 0.06;
/** Maximum number of alternatives. */
const mostAlternatives = 5;
/**
 * Share of code lines that no blank line follows (76 to 88 % in seven repositories). After the editor's indentation the
 * model cannot predict a blank line.
 */
const writtenLines = 0.83;
/** With the probabilities of the ranking, four in five shown are then right, as without a model. */
const besideModel: Strictness = { cost: 12, least: 0.35 };
/** Less probable line prefixes are never shown. */
const leastOfStart = 0.3;

/** Copied whole lines, most confident first. */
export function copiedLines({ line, alternatives = [] }: Completion): CompletionItem[] {
  return [...(line === undefined ? [] : [line]), ...alternatives]
    .filter((item, i, all) => all.findIndex(one => firstLine(one) === firstLine(item)) === i)
    .slice(0, mostCopies);
}

export function firstLine({ text }: { readonly text: string }): string {
  return text.split(/\r?\n/, 1)[0]!;
}

/** Whether the cursor's line is blank up to the cursor. */
function isLineStart({ text, offset }: CompletionRequest): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** The probability that the copy memory's suggestion is right, given the model's line. */
function rightWith(
  confidence: number,
  start: string,
  isWhole: boolean,
  ranked: readonly RankedLine[],
): number {
  const agreeing = ranked.filter(({ text }) => (isWhole ? text === start.trimEnd() : text.startsWith(start)));
  const none = isWhole ? 0 : 1 - ranked.reduce((sum, { right }) => sum + right, 0);
  return agreeing.reduce((sum, one) => sum + one.right, none * confidence);
}

/** Prefixes of the model's line at word ends: the start may be certain where the end is not. */
function startsOf(
  { line, steps }: Said,
  request: CompletionRequest,
  title: string,
  written: number,
  copies: readonly CopiedLine[],
): CompletionItem[] {
  return cutsOf(line).flatMap(end => {
    const step = steps.find(({ length }) => length >= end);
    const item = step && itemFromModel(line.slice(0, end), 1, request, true);
    if (item === undefined) return [];
    // Fitted to the text after the cursor, as copies are.
    const confidence = written * rightOfStart(item.text, step!.logProbability, copies);
    return confidence < leastOfStart ? [] : [{ ...item, confidence, model: title }];
  });
}

/**
 * The model's log-probability below which neither its line nor a prefix of it would be shown: writing on is of no use.
 * @param passed suggestions typed past on this line
 */
export function leastWritten(request: CompletionRequest, passed = 0): number {
  const { eagerness = 0.5 } = request;
  return leastScore(leastUseful(eagerness, passed, besideModel) / writtenAt(request));
}

/** Probability that the line the model has to write is there. */
function writtenAt(request: CompletionRequest): number {
  return isLineStart(request) ? writtenLines : 1;
}

/**
 * @param found the copy memory's answer
 * @param said the model's output at the same cursor
 * @param title the model's name
 * @param passed suggestions typed past on this line
 */
export function choose(
  found: Completion,
  said: Said,
  request: CompletionRequest,
  title: string,
  passed = 0,
): Completion {
  const { eagerness = 0.5, isInvoked, begins = '' } = request;
  const copies = copiedLines(found);
  const lines = copies.map(item => ({ text: firstLine(item), confidence: item.confidence }));
  const own = said.own && itemFromModel(said.text, 1, request);
  const ranked = rankLines(
    lines,
    // Fitted to the text after the cursor, as copied lines are: then the same line is the same text.
    own === undefined ? said.own : { ...said.own!, text: firstLine(own) },
  );
  const written = writtenAt(request);
  const items: CompletionItem[] = [];
  /** Options that the model agrees with and the copy memory finds worth showing. */
  const options: CompletionItem[] = [];
  for (const { copied, isOwn, right } of ranked) {
    const fitted = copied === undefined ? own : copies[copied]!;
    // Beside the editor's list, a line that goes on otherwise counts against the copies, but cannot be shown.
    if (fitted?.text.startsWith(begins) !== true) continue;
    const item = { ...fitted, confidence: right };
    const named = item.origin === 'model' ? { ...item, model: title } : item;
    items.push(named);
    if (isOwn) options.push({ ...named, confidence: named.confidence * written });
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
  const starts = startsOf(said, request, title, written, lines);
  options.push(...starts.filter(({ text }) => text.startsWith(begins)));
  const rest = { milliseconds: found.milliseconds, ...(line && { line }) };
  const cost = costAt(eagerness, passed, besideModel);
  const worth = (item: CompletionItem): number =>
    usefulnessOf(item.confidence, firstLine(item).trim().length, whole.has(item), cost);
  const shown = isInvoked
    ? items.toSorted((a, b) => b.confidence - a.confidence).filter(one => one.confidence >= leastInvoked)
    : options
        .filter(one => worth(one) > 0 && one.confidence >= leastProbability(eagerness, besideModel))
        .toSorted((a, b) => worth(b) - worth(a));
  // Whoever asks gets no less than whoever types.
  if (isInvoked && found.item !== undefined) shown.push(found.item);
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
