import { setTimeout } from 'node:timers/promises';
import type { AsyncPredictor } from '../copy-memory/predictor.ts';
import type { Candidate } from '../fitting/candidate.ts';
import { contextOf, type EditContext, longestWord, splitsCharacter } from '../fitting/context.ts';
import { ItemMaker } from '../fitting/item.ts';
import { endsAsBelow } from '../fitting/neighbours.ts';
import type { Completion, CompletionItem, CompletionRequest } from '../fitting/request.ts';
import { SourceFiles } from '../fitting/source-files.ts';
import { Surroundings } from '../fitting/surroundings.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { KnownWord } from '../usefulness/known-words.ts';
import { optionsOf } from '../usefulness/options.ts';
import { placeOf } from '../usefulness/place.ts';
import { worthShowing } from '../usefulness/worth.ts';
import type { CompletionCache } from './cache.ts';
import { candidatesAt } from './candidates.ts';
import { type Ranked, rank } from './confidence.ts';
import { featuresOf } from './features.ts';
import { fromBelow, lineEndAt, questionBelow } from './next-line.ts';
import { isWorthShowing, leastConfidence } from './threshold.ts';
import { TimeSlice } from './time-slice.ts';
import { wordCandidate } from './word-candidate.ts';

export type { Completion, CompletionItem, CompletionRequest } from '../fitting/request.ts';

/**
 * Completes at the cursor: context → candidates → confidence → options and their usefulness → item (block, trimming,
 * surroundings).
 * @param cache answers typing along a suggestion; without it every request is computed
 */
export async function complete(
  request: CompletionRequest,
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
  cache?: CompletionCache,
): Promise<Completion> {
  const started = performance.now();
  const found = await answer(request, predictor, tokenizer, signal, cache);
  return { ...found, milliseconds: performance.now() - started };
}

type Answer = Omit<Completion, 'milliseconds'>;

async function answer(
  request: CompletionRequest,
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
  cache: CompletionCache | undefined,
): Promise<Answer> {
  // Lets a cancellation arrive.
  await new Promise(resolve => setImmediate(resolve));
  request.onTurn?.();
  if (signal?.aborted) return { reason: 'cancelled' };
  if (splitsCharacter(request)) return { reason: 'no match in the repository' };
  const { begins = '' } = request;
  const cached = cache?.find(request);
  const known = cached?.item?.text.startsWith(begins) === false ? undefined : cached;
  // A shown prefix may grow if more is known by now, but never shrinks.
  if (known !== undefined && known.item?.isStart !== true) return known;
  if (request.wait !== undefined && request.wait > 0) {
    await setTimeout(request.wait, undefined, signal && { signal }).catch(() => {});
    if (signal?.aborted) return { reason: 'cancelled' };
  }

  request.onTurn?.();
  const context = contextOf(request);
  if (context.typed.length >= longestWord) return known ?? { reason: 'no match in the repository' };
  const turn = new TimeSlice(signal, performance.now() + (request.budget ?? defaultBudget), request.onTurn);
  const candidates = await candidatesAt(context, predictor, tokenizer, {
    scope: request.scope,
    turn,
    ...(cache && { states: cache.states }),
  });
  if (turn.isOver) return { reason: 'cancelled' };
  if (candidates.length === 0) return known ?? { reason: 'no match in the repository' };

  const surroundings = new Surroundings(context, cache?.scanned);
  if (cache) cache.scanned = surroundings.scanned;
  const maker = new ItemMaker(request, context, surroundings, SourceFiles.of(predictor, tokenizer));
  const all = rank(featuresOf(candidates, context));
  const ranked = begins === '' ? all : all.filter(({ candidate }) => candidate.rest.startsWith(begins));
  const [line] = linesOf(ranked, maker, 1);
  const others = (): CompletionItem[] => linesOf(ranked, maker, 1 + mostAlternatives).slice(1);
  const passed = cache?.passed.countAt(context, request.isAhead) ?? 0;
  const item = shownOf(all, line, context, surroundings, maker, request, passed);
  if (known?.item !== undefined && item?.text.startsWith(known.item.text) !== true) return known;
  if (item === undefined) {
    const end = begins === '' ? lineEndAt(ranked, context) : undefined;
    if (end !== undefined) {
      const below = await answer(questionBelow(request, end), predictor, tokenizer, signal, cache);
      const next = below.item && fromBelow(below.item, end, request);
      if (next !== undefined && !endsAsBelow(next.text, context.lineSuffix, context)) {
        cache?.add(request, [next]);
        return { item: next, alternatives: [], ...(line && { line }) };
      }
      if (signal?.aborted) return { reason: 'cancelled' };
    }
    if (line === undefined) return { reason: 'nothing to add' };
    const isLittle =
      !isWorthShowing(line.text) && line.confidence >= leastConfidence(request.eagerness ?? 0.5);
    const reason = isLittle ? 'too little to show' : 'not confident enough';
    return { reason, withheld: line, line, ...(request.isRanked && { alternatives: others() }) };
  }
  const alternatives = [line, ...others()].filter(
    other => other !== undefined && other.text !== item.text && isWorthShowing(other.text),
  ) as CompletionItem[];
  if (!request.isAhead) cache?.passed.show(context, item.text);
  cache?.add(request, [item, ...alternatives]);
  return { item, alternatives, ...(line && { line }) };
}

/** Whole lines, most confident first, up to a limit: the alternatives to what is shown. */
function linesOf(ranked: readonly Ranked[], maker: ItemMaker, most: number): CompletionItem[] {
  const items = new Map<string, CompletionItem>();
  for (const { candidate, confidence } of ranked) {
    if (items.size > 0 && confidence < leastAlternative) break;
    const item = maker.itemOf(candidate, confidence);
    if (item !== undefined && !items.has(item.text)) items.set(item.text, item);
    if (items.size >= most) break;
  }
  return [...items.values()];
}

/** Whether a rest adds only marks to a prefix that end a sentence, a string or a statement. */
function isEndedFrom(start: { readonly rest: string }, { rest }: { readonly rest: string }): boolean {
  return rest.startsWith(start.rest) && /^[:.!?]?["'`]{0,3}[)\]}]*[;,]?$/.test(rest.slice(start.rest.length));
}

/**
 * The most useful of whole lines and their prefixes. An explicit request gets the most confident line, whatever its
 * confidence.
 */
function shownOf(
  ranked: readonly Ranked[],
  line: CompletionItem | undefined,
  context: EditContext,
  surroundings: Surroundings,
  maker: ItemMaker,
  { eagerness = 0.5, isInvoked, begins = '' }: CompletionRequest,
  passed: number,
): CompletionItem | undefined {
  const isShown = (item: CompletionItem | undefined, least: number): item is CompletionItem =>
    item !== undefined && item.confidence >= least && isWorthShowing(item.text);
  // Without sources to copy from there is only the model's own output.
  if (ranked.every(({ candidate }) => candidate.sources.length === 0))
    return isShown(line, isInvoked ? leastInvoked : leastConfidence(eagerness)) ? line : undefined;
  if (isInvoked && isShown(line, leastInvoked)) return line;
  const fresh = ranked.filter(({ candidate }) => !maker.isThere(candidate.rest));
  const place = placeOf(context, surroundings.scanner);
  const ofWord = (rest: string, word: KnownWord): Candidate => wordCandidate(rest, word, context.path);
  const closer = surroundings.scanner?.stringCloser;
  const options = optionsOf(fresh, context, place, ofWord, closer).filter(
    option => begins === '' || option.candidate.rest.startsWith(begins),
  );
  for (const { candidate, right, isWhole } of worthShowing(options, eagerness, passed).slice(0, mostTried)) {
    // A path is only known to resolve as a whole.
    if (place === 'import' && surroundings.kind === 'string' && !/["'`]/.test(candidate.rest)) continue;
    // A prefix that lacks only end marks is the whole line.
    const ended = isWhole ? candidate : fresh.find(one => isEndedFrom(candidate, one.candidate))?.candidate;
    const item = maker.itemOf(ended ?? candidate, right, ended === undefined);
    if (isShown(item, 0)) return item;
  }
  return undefined;
}

/** Options to try if earlier ones do not fit the surroundings. */
const mostTried = 4;

/**
 * Milliseconds after which partial results are returned. Further typing ends a request sooner; a user who waits wants
 * everything, even on a busy machine.
 */
const defaultBudget = 2000;
/** Maximum number of alternatives, and their minimum confidence: users who look at the next want another. */
const mostAlternatives = 5;
const leastAlternative = 0.005;
/** Minimum confidence for explicit requests. */
const leastInvoked = 0.06;
