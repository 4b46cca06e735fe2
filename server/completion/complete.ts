import type { Predictor, TokenPlace } from '../memory/predictor.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { blockAfter } from './block.ts';
import type { CompletionCache } from './cache.ts';
import { type Candidate, candidatesAt } from './candidates.ts';
import { rank } from './confidence.ts';
import { contextOf, type EditContext } from './context.ts';
import { featuresOf } from './features.ts';
import { isWorthShowing, leastConfidence } from './gate.ts';
import { indentUnitOf } from './indent.ts';
import type { Completion, CompletionItem, CompletionRequest } from './request.ts';
import { cleanText, trimToSuffix } from './trim.ts';

export type { Completion, CompletionItem, CompletionRequest } from './request.ts';

/**
 * What comes at the cursor: context → candidates → confidence → block → trimming → gate, each a pure function in its own file.
 * @param cache where typing along a suggestion is answered from; without it every request is computed.
 */
export async function complete(
  request: CompletionRequest,
  predictor: Predictor,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
  cache?: CompletionCache,
): Promise<Completion> {
  const started = performance.now();
  const answer = (rest: Omit<Completion, 'milliseconds'>): Completion => ({
    ...rest,
    milliseconds: performance.now() - started,
  });
  // Lets word arrive that this request was superseded.
  await new Promise(resolve => setImmediate(resolve));
  if (signal?.aborted) return answer({ reason: 'cancelled' });
  const known = cache?.find(request);
  if (known !== undefined) return answer({ item: known });

  const context = contextOf(request);
  const deadline = started + (request.budget ?? defaultBudget);
  const isLate = (): boolean => performance.now() > deadline;
  const candidates = candidatesAt(context, predictor, tokenizer, request.scope ?? 'repository', isLate);
  if (signal?.aborted) return answer({ reason: 'cancelled' });
  if (candidates.length === 0) return answer({ reason: 'nothing known here' });

  let item: CompletionItem | undefined;
  for (const { candidate, confidence } of rank(featuresOf(candidates, context))) {
    item = itemOf(candidate, confidence, context, request);
    if (item !== undefined) break;
  }
  if (item === undefined) return answer({ reason: 'nothing to add' });
  if (item.confidence < leastConfidence(request.eagerness ?? 0.5)) {
    return answer({ reason: 'not confident enough', withheld: item });
  }
  if (!isWorthShowing(item.text)) return answer({ reason: 'too little to show', withheld: item });
  cache?.add(request, item);
  return answer({ item });
}

/** Milliseconds in which a person has not yet gone on. */
const defaultBudget = 400;

/** A candidate as it would be inserted; undefined where nothing of it is left to add. */
function itemOf(
  candidate: Candidate,
  confidence: number,
  context: EditContext,
  request: CompletionRequest,
): CompletionItem | undefined {
  const line = trimToSuffix(candidate.rest, context.lineSuffix);
  if (line === undefined) return undefined;
  const block =
    context.lineSuffix.trim() === ''
      ? blockAfter(candidate, context, request.maxLines ?? 12, indentUnitOf(context.above ?? context.after))
      : [];
  const text = cleanText([line, ...block].join('\n'));
  if (text.trim() === '') return undefined;
  return {
    text: context.lineEnding === '\n' ? text : text.replaceAll('\n', '\r\n'),
    range: { start: request.offset, end: request.offset },
    confidence,
    provenance: provenanceOf(candidate),
    kind: block.length > 0 ? 'block' : context.linePrefix.trim() === '' ? 'line' : 'rest of line',
  };
}

/** Places with the longest matches, each once. */
function provenanceOf(candidate: Candidate): TokenPlace[] {
  const places = new Map<string, TokenPlace>();
  for (const { place } of [...candidate.sources].sort((a, b) => b.matched - a.matched)) {
    const key = `${place.path}:${place.line}`;
    if (!places.has(key)) places.set(key, place);
  }
  return [...(places.size > 0 ? places.values() : candidate.places)].slice(0, mostPlaces);
}

const mostPlaces = 8;
