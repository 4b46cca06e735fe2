/** `longsight eval --protocol typing`: retypes hidden files and counts what suggestions save. */
import { CompletionCache } from '../completion/cache.ts';
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import { isWorthShowing } from '../completion/threshold.ts';
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import { contextOf } from '../fitting/context.ts';
import type { CoderClient } from '../suggestions/coder-client.ts';
import { suggest } from '../suggestions/suggest.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type Place, placeOf } from '../usefulness/place.ts';
import { languageOf } from '../workspace/language.ts';
import { filesOf } from './evaluate.ts';
import { randomFrom } from './random.ts';
import { chooseSittings, type Sitting } from './sittings.ts';
import { type TypingMetrics, TypingTally } from './typing-metrics.ts';
import { Typist } from './typist.ts';

export interface TypingOptions {
  /** Memory of the repository whose files are hidden, one at a time. */
  readonly memory: CopyMemory;
  readonly tokenizer: Tokenizer;
  /** Source of suggestions; defaults to `repo`. */
  readonly setting?: TypingSetting;
  /** The selected code model, for `coder` and `mixed`. */
  readonly coder?: CoderClient | undefined;
  /** Number of files to type. */
  readonly files: number;
  readonly seed: number;
  readonly eagerness?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The file alone, the repository, a code model alone, and both as an editor shows them. */
export const typingSettings = ['file', 'repo', 'coder', 'mixed'] as const;
export type TypingSetting = (typeof typingSettings)[number];

export interface TypingEvaluation {
  readonly protocol: 'typing';
  readonly setting: TypingSetting;
  readonly seed: number;
  /** Number of files typed. */
  readonly files: number;
  readonly eagerness: number;
  readonly all: TypingMetrics;
  readonly byManner: Readonly<Partial<Record<Sitting['manner'], TypingMetrics>>>;
  /** By kind of place where a suggestion appeared or a character was typed. */
  readonly byPlace: Readonly<Partial<Record<Place, TypingMetrics>>>;
}

/** Answers a request as the server does, with its cache of earlier ones. */
export type TypingAsker = (request: CompletionRequest) => Promise<Completion>;

/** @throws RangeError when the repository has no file to type; the signal's reason when aborted */
export async function runTyping(options: TypingOptions): Promise<TypingEvaluation> {
  const { memory, tokenizer, seed, signal, eagerness = 0.5, setting = 'repo' } = options;
  if ((setting === 'coder' || setting === 'mixed') && options.coder === undefined)
    throw new RangeError('No code model is in use; "longsight model" lists them.');
  const sittings = chooseSittings(filesOf(memory, tokenizer), options.files, randomFrom(seed));
  if (sittings.length === 0) throw new RangeError('This repository has no code to type.');
  const tally = new TypingTally();
  for (const [done, sitting] of sittings.entries()) {
    options.onProgress?.(done, sittings.length);
    await retype(sitting, askerFor(options, setting, eagerness), tally, signal);
  }
  return {
    protocol: 'typing',
    setting,
    seed,
    files: new Set(sittings.map(({ file }) => file.path)).size,
    eagerness,
    ...tally.figures(),
  };
}

function askerFor(
  { memory, tokenizer, coder, signal }: TypingOptions,
  setting: TypingSetting,
  eagerness: number,
): TypingAsker {
  if (setting === 'coder') return request => coder!.alone({ ...request, eagerness }, signal);
  const from = {
    predictor: memory,
    tokenizer,
    cache: new CompletionCache(),
    ...(setting === 'mixed' && { coder }),
  };
  const scope = setting === 'file' ? 'file' : 'repository';
  return request => suggest({ ...request, eagerness, scope }, from, signal);
}

/** A suggestion on screen: the same one while it is typed along or partly accepted. */
interface Showing {
  /** The rest of it. */
  readonly text: string;
  readonly place: Place;
  isAccepted: boolean;
}

/**
 * Types a stretch of a file, requesting a suggestion after each key and accepting it as soon as it is right: all of it,
 * its first line, or its next word.
 */
export async function retype(
  sitting: Sitting,
  ask: TypingAsker,
  tally: TypingTally,
  signal?: AbortSignal,
): Promise<void> {
  const { file, manner, start, end, after } = sitting;
  const language = languageOf(file.path);
  const typist = new Typist(file.text, start, end, after === '' ? file.text.length : end, language);
  tally.begin(manner);
  let showing: Showing | undefined;
  while (!typist.isDone) {
    const before = typist.before;
    const text = before + typist.closers + after;
    const request: CompletionRequest = {
      path: file.path,
      text,
      offset: before.length,
      replacesClosers: true,
      // No deadline: suggestions must not depend on the machine's load.
      budget: Number.POSITIVE_INFINITY,
    };
    const asked = performance.now();
    const { item } = await ask(request);
    signal?.throwIfAborted();
    tally.answered(performance.now() - asked);
    const place = placeOf(contextOf({ path: file.path, text, offset: before.length }));
    if (item === undefined) {
      tally.end(showing);
      showing = undefined;
    } else if (showing?.text !== item.text) {
      tally.end(showing);
      showing = { text: item.text, place, isAccepted: false };
      tally.shown(place);
    }
    const at = typist.at;
    if (typist.start !== undefined) tally.start(place, showing === undefined);
    const taken = item === undefined ? undefined : correctPart(item.text, typist);
    if (taken === undefined || showing === undefined) {
      tally.typed(place, typist.type());
      showing = showing && along(showing, file.text.slice(at, typist.at));
      continue;
    }
    showing.isAccepted = true;
    tally.accepted(showing.place, typist.accept(taken), file.text.slice(at, typist.at));
    const rest = item!.text.slice(taken.length);
    showing = { text: rest, place: showing.place, isAccepted: true };
  }
  tally.end(showing);
}

/** The rest of a suggestion after a key. */
function along(showing: Showing, typed: string): Showing {
  return showing.text.startsWith(typed) ? { ...showing, text: showing.text.slice(typed.length) } : showing;
}

/** The longest correct part of a suggestion: all, its first line, or its next word. A word must be worth a key. */
export function correctPart(text: string, typist: Typist): string | undefined {
  const line = /^\n*[^\n]*/.exec(text)![0];
  const word = /^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]+/u.exec(line)?.[0] ?? line;
  return [text, line, word].find(part => isWorthShowing(part) && typist.comes(part));
}
