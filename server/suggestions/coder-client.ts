/** Queries the code model unless the copy memory is confident. */

import path from 'node:path';
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type {
  CoderReference,
  RelatedText,
  SayParameters,
  WriteParameters,
  Written,
} from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { messageOf } from '../protocol/message-of.ts';
import { choose, copiedLines, firstLine, leastWritten } from './choice.ts';
import { LatestRun } from './latest-run.ts';
import { lineBelow } from './line-below.ts';
import { type Said, TypedAlong } from './typed-along.ts';

/** From this confidence, a copied suggestion is shown at once. */
const usuallySure = 0.9;
const defaultMaxLines = 12;
/** Milliseconds that a copied suggestion waits for the model, and that the model may write at a line. */
const usualPatience = 700;
/** Documents whose related files are remembered; the engine keeps the states of fewer. */
const mostRelated = 16;
/** Weight of the newest answer's time in the mean. */
const newestWeight = 0.3;

type PlaceInDocument = Pick<CompletionRequest, 'path' | 'text' | 'offset' | 'scope'>;

export interface CoderOptions {
  /** Gets a sentence if the model cannot be used. */
  readonly onProblem: (problem: string) => void;
  /** Milliseconds after which a copied suggestion is shown without the model. */
  readonly patience?: number;
  /** Confidence from which a copied suggestion is shown without the model. */
  readonly sure?: number;
  /** For evaluation: writes lines to the end, however improbable. */
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
  #readingAhead = new AbortController();
  /** What the model is told of other files, by document: the latest last. */
  readonly #related = new Map<string, readonly RelatedText[]>();
  /** The engine answers one question after the other, so a new one ends the running one. */
  readonly #asking = new LatestRun<WriteParameters, Written>(asksSame);
  /** Running mean of answer times in milliseconds. */
  #usual = 0;
  /** Settles when the model is ready, or cannot be used. */
  readonly ready: Promise<void>;

  /** Opens the model, converting it first if necessary. */
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

  /**
   * One line that an instruction model answers.
   * @returns undefined on battery, and if the model is not ready or no instruction model
   * @throws what the engine throws
   */
  async say(
    question: Pick<SayParameters, 'instruction' | 'question'>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    await this.ready;
    if (!this.#isReady || this.#savesEnergy) return undefined;
    return (await this.#engine.run('say', { coder: this.#coder, ...question }, { signal })).text;
  }

  /** Forgets what the model has read, on disk as well. @throws what the engine throws */
  async forget(): Promise<void> {
    this.#typed.clear();
    this.#related.clear();
    if (this.#isReady) await this.#engine.run('forgetWritten', { coder: this.#coder });
  }

  /** On battery the model answers only explicit requests. */
  saveEnergy(isOnBattery: boolean): void {
    this.#savesEnergy = isOnBattery;
  }

  /** Has the model read what a suggestion at this place would need, unless that runs on battery. */
  readAhead(request: PlaceInDocument): void {
    if (this.#isReady && !this.#savesEnergy) this.#readAhead(request);
  }

  /** Tells the model of other files before a document, from now on. It reads all of the document again when they change. */
  relate(document: string, files: readonly RelatedText[]): void {
    this.#related.delete(document);
    this.#related.set(document, files);
    const [oldest] = this.#related.keys();
    if (this.#related.size > mostRelated && oldest !== undefined) this.#related.delete(oldest);
  }

  /** What the model is told before a document; undefined before it is told, and once that is forgotten. */
  relatedTo(document: string): readonly RelatedText[] | undefined {
    return this.#related.get(document);
  }

  /** The model's suggestion alone. */
  alone(request: CompletionRequest, signal?: AbortSignal): Promise<Completion> {
    return this.complete(request, { milliseconds: 0 }, signal);
  }

  /** @returns the combined answer; the copy memory's own if it is confident or the model has none */
  async complete(
    request: CompletionRequest,
    found: Completion,
    signal?: AbortSignal,
    passed = 0,
  ): Promise<Completion> {
    if (this.#savesEnergy && !request.isInvoked) return found;
    if (!this.#isReady || found.reason === 'cancelled' || found.reason === 'excluded') return found;
    const { item, line } = found;
    // Keep what is on screen; what follows a whole line is a separate matter.
    const isOther = item !== undefined && (line === undefined || /^\r?\n/.test(item.text));
    const { sure = usuallySure } = this.#options;
    const isSure = item !== undefined && item.confidence >= sure;
    if (isOther || isSure || (!request.isInvoked && endsStatement(request))) {
      if (!signal?.aborted) this.#readAhead(request);
      return found;
    }
    const started = performance.now();
    try {
      const answer = await this.#choose(request, found, signal, passed);
      const milliseconds = found.milliseconds + performance.now() - started;
      return answer === undefined ? found : { ...answer, milliseconds };
    } catch (error) {
      if (signal?.aborted) return { reason: 'cancelled', milliseconds: found.milliseconds };
      // If the engine fails, the answer found without it stands.
      if (error instanceof Error) return found;
      throw error;
    }
  }

  /** @returns undefined if the model takes too long */
  async #choose(
    request: CompletionRequest,
    found: Completion,
    signal: AbortSignal | undefined,
    passed: number,
  ): Promise<Completion | undefined> {
    const said = endsStatement(request) ? undefined : await this.#ask(request, found, signal, passed);
    const answer = said && choose(found, said, request, this.#title, passed);
    // Whoever asks where a line ends wants what comes below.
    const isBelowAsked = request.isInvoked && said?.own === undefined && (request.begins ?? '') === '';
    const below = isBelowAsked ? lineBelow(request) : undefined;
    if (below === undefined || answer?.item !== undefined) return answer;
    const none: Completion = { milliseconds: 0 };
    const saidBelow = await this.#ask(below.request, none, signal, 0);
    const { item } = saidBelow ? choose(none, saidBelow, below.request, this.#title) : none;
    return item === undefined ? answer : { ...none, item: below.fromBelow(item) };
  }

  /** Prefills what the next request will most likely start with. The latest place counts. */
  #readAhead(request: PlaceInDocument): void {
    this.#readingAhead.abort();
    this.#readingAhead = new AbortController();
    const parameters = { coder: this.#coder, ...this.#questionOf(request), maxLines: 1 };
    // Not reading ahead loses nothing but time.
    this.#engine.run('readAhead', parameters, { signal: this.#readingAhead.signal }).catch(() => {});
  }

  /** The model's output; undefined if that takes too long. */
  async #ask(
    request: CompletionRequest,
    found: Completion,
    signal: AbortSignal | undefined,
    passed: number,
  ): Promise<Said | undefined> {
    const { isInvoked, maxLines = defaultMaxLines } = request;
    const { patience = usualPatience, writesAll = false } = this.#options;
    const question = this.#questionOf(request);
    // An explicit request shows the most confident line at any probability.
    const least = writesAll || isInvoked ? Number.NEGATIVE_INFINITY : leastWritten(request, passed);
    const known = this.#typed.find(question, least);
    if (known !== undefined) return known;
    const [copied] = copiedLines(found);
    const parameters: WriteParameters = {
      coder: this.#coder,
      ...question,
      maxLines,
      ...(copied !== undefined && { draft: firstLine(copied) }),
      least,
      budget: isInvoked ? Number.POSITIVE_INFINITY : patience,
    };
    const write = (running: AbortSignal): Promise<Written> =>
      this.#engine.run('write', parameters, { signal: running, urgent: true });
    const started = performance.now();
    const asked = this.#asking.run(parameters, write, signal).then(written => {
      this.#took(performance.now() - started, true);
      return this.#typed.note(question, written);
    });
    if (found.item === undefined || isInvoked || patience === Number.POSITIVE_INFINITY) return await asked;
    // A late answer serves the next key.
    asked.catch(() => this.#took(performance.now() - started, false));
    // If the model is usually too late, do not wait for it.
    return this.#usual > patience ? undefined : await Promise.race([asked, afterMilliseconds(patience)]);
  }

  #questionOf({ path, text, offset, scope }: PlaceInDocument) {
    const related = scope === 'file' ? [] : (this.#related.get(path) ?? []);
    return {
      document: path,
      before: text.slice(0, offset).replaceAll('\r\n', '\n'),
      after: text.slice(offset).replaceAll('\r\n', '\n'),
      ...(related.length > 0 && { related }),
    };
  }

  #took(milliseconds: number, isWhole: boolean): void {
    // A cancelled request counts only if it took long.
    if (isWhole || milliseconds > this.#usual) this.#usual += newestWeight * (milliseconds - this.#usual);
  }
}

/** Of an import or a destructuring: there braces open no block. */
const namesInBraces = /^\s*(?:import|export|const|let|var)\s*(?:type\s*)?\{[^;]*$/;

/** Whether a block opens or closes before the cursor, or a statement ends: what comes is on the next line. */
function endsStatement({ text, offset }: CompletionRequest): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(?:[};]|[^$]\{)\s*$/.test(line) && !namesInBraces.test(line);
}

/** Whether the answer to one is that to the other; a draft changes only how soon it comes. */
function asksSame(one: WriteParameters, other: WriteParameters): boolean {
  return (
    one.document === other.document &&
    one.before === other.before &&
    one.after === other.after &&
    one.related === other.related &&
    one.maxLines === other.maxLines &&
    one.least === other.least &&
    one.budget === other.budget
  );
}

function afterMilliseconds(milliseconds: number): Promise<undefined> {
  return new Promise(resolve => {
    setTimeout(() => resolve(undefined), milliseconds).unref();
  });
}
