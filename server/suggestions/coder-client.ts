/** Asks the code model wherever the copy memory is not sure. */

import path from 'node:path';
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { messageOf } from '../protocol/message-of.ts';
import { leastProbability } from '../usefulness/worth.ts';
import { choose, copiedLines, firstLine } from './choice.ts';
import { type Said, TypedAlong } from './typed-along.ts';

/** From this confidence on a copied suggestion is shown at once. */
const usuallySure = 0.9;
const defaultMaxLines = 12;
const defaultEagerness = 0.5;
/** Milliseconds that a copied suggestion waits for the model, and how many times as long blocks may take. */
const usualPatience = 700;
const lineToBlock = 2;
/** Of the newest answer's time in their mean. */
const newestWeight = 0.3;

export interface CoderOptions {
  /** Gets a sentence where the model cannot be used. */
  readonly onProblem: (problem: string) => void;
  /** Milliseconds after which a copied suggestion is shown without the model's word on it. */
  readonly patience?: number;
  /** The confidence from which on a copied suggestion is shown without asking. */
  readonly sure?: number;
  /** For those who measure: a line is written to its end, however improbable it becomes. */
  readonly writesAll?: boolean;
}

export class CoderClient {
  readonly #engine: Pick<Engine, 'run'>;
  readonly #coder: CoderReference;
  readonly #options: CoderOptions;
  readonly #typed = new TypedAlong();
  #isReady = false;
  #title = '';
  #savesEnergy = false;
  #isReadingAhead = false;
  #asking = new AbortController();
  /** Milliseconds of the last answers, the newest counting most. */
  #usual = 0;
  /** Settles when the model can be asked, or cannot be used. */
  readonly ready: Promise<void>;

  /** Opens the model, which is converted first where it has not been. */
  constructor(engine: Pick<Engine, 'run'>, coder: CoderReference, options: CoderOptions) {
    this.#engine = engine;
    this.#coder = coder;
    this.#options = options;
    this.ready = engine.run('openCoder', { coder }).then(
      ({ title }) => {
        this.#title = title || path.basename(coder.file);
        this.#isReady = true;
      },
      (error: unknown) => options.onProblem(`The code model cannot be used: ${messageOf(error)}`),
    );
  }

  /** On battery the model is asked only where somebody asks for a suggestion. */
  saveEnergy(isOnBattery: boolean): void {
    this.#savesEnergy = isOnBattery;
  }

  /** What the model says where there is nothing else. */
  alone(request: CompletionRequest, signal?: AbortSignal): Promise<Completion> {
    return this.complete(request, { milliseconds: 0 }, signal);
  }

  /** @returns the answer that copy memory and model give together; the copy memory's own where it is sure or the model has nothing to say */
  async complete(
    request: CompletionRequest,
    found: Completion,
    signal?: AbortSignal,
    passed = 0,
  ): Promise<Completion> {
    if (this.#savesEnergy && !request.isInvoked) return found;
    if (!this.#isReady || found.reason === 'cancelled' || found.reason === 'excluded') return found;
    // The entry of the editor's own list decides what comes there.
    if (request.selected !== undefined) return found;
    const { item, line } = found;
    // What is on the screen is gone on with, and what goes on below a whole line is another matter.
    const isOther = item !== undefined && (line === undefined || /^\r?\n/.test(item.text));
    const { sure = usuallySure } = this.#options;
    if (isOther || (item !== undefined && item.confidence >= sure)) {
      if (!signal?.aborted) this.#readAhead(request);
      return found;
    }
    const started = performance.now();
    try {
      const said = await this.#ask(request, found, signal);
      if (said === undefined) return found;
      const milliseconds = found.milliseconds + performance.now() - started;
      return { ...choose(found, said, request, this.#title, passed), milliseconds };
    } catch (error) {
      if (signal?.aborted) return { reason: 'cancelled', milliseconds: found.milliseconds };
      // An engine that cannot answer takes nothing from what was found without it.
      if (error instanceof Error) return found;
      throw error;
    }
  }

  /** What is not asked about here will be asked about next, a line further down. */
  #readAhead(request: CompletionRequest): void {
    if (this.#isReadingAhead) return;
    this.#isReadingAhead = true;
    const parameters = { coder: this.#coder, ...questionOf(request), maxLines: 1 };
    const over = (): void => {
      this.#isReadingAhead = false;
    };
    this.#engine.run('readAhead', parameters).then(over, over);
  }

  /** What the model says; nothing where that takes too long. */
  async #ask(
    request: CompletionRequest,
    found: Completion,
    signal: AbortSignal | undefined,
  ): Promise<Said | undefined> {
    const { isInvoked, maxLines = defaultMaxLines } = request;
    const { patience = usualPatience, writesAll = false } = this.#options;
    const question = questionOf(request);
    // On request the surest line is shown, however improbable.
    const least =
      writesAll || isInvoked ? Number.NEGATIVE_INFINITY : leastWritten(request.eagerness ?? defaultEagerness);
    const known = this.#typed.find(question, least);
    if (known !== undefined) return known;
    // An answer that is still worked on would be waited for first.
    this.#asking.abort();
    this.#asking = new AbortController();
    const [copied] = copiedLines(found);
    const started = performance.now();
    const asked = this.#engine
      .run(
        'write',
        {
          coder: this.#coder,
          ...question,
          maxLines,
          ...(copied !== undefined && { draft: firstLine(copied) }),
          least,
          budget: isInvoked ? Number.POSITIVE_INFINITY : patience * lineToBlock,
        },
        { signal: AbortSignal.any([this.#asking.signal, ...(signal ? [signal] : [])]), urgent: true },
      )
      .then(written => {
        this.#took(performance.now() - started, true);
        return this.#typed.note(question, written);
      });
    if (found.item === undefined || isInvoked || patience === Number.POSITIVE_INFINITY) return await asked;
    // An answer that comes later serves the next key.
    asked.catch(() => this.#took(performance.now() - started, false));
    // Where it usually comes too late, no time is lost in waiting for it.
    return this.#usual > patience ? undefined : await Promise.race([asked, afterMilliseconds(patience)]);
  }

  #took(milliseconds: number, isWhole: boolean): void {
    // Of one that was cancelled only a long time says something.
    if (isWhole || milliseconds > this.#usual) this.#usual += newestWeight * (milliseconds - this.#usual);
  }
}

/** Natural logarithm of the probability below which neither a line of the model nor a start that goes so far is shown. */
function leastWritten(eagerness: number): number {
  return Math.log(Math.max(0.05, 0.9 * leastProbability(eagerness)));
}

function questionOf({ path, text, offset }: CompletionRequest) {
  return {
    document: path,
    before: text.slice(0, offset).replaceAll('\r\n', '\n'),
    after: text.slice(offset).replaceAll('\r\n', '\n'),
  };
}

function afterMilliseconds(milliseconds: number): Promise<undefined> {
  return new Promise(resolve => {
    setTimeout(() => resolve(undefined), milliseconds).unref();
  });
}
