/**
 * Has the model read the repository in the background, file after file, to know how much each surprises. It works while nothing is asked,
 * on mains power and within a budget; files just saved come first, whatever the power and the budget. A request interrupts it.
 */
import { PrefillQueue } from '../model-memory/prefill-queue.ts';
import { messageOf } from '../protocol/message-of.ts';
import { type BackgroundReading, isEnoughRead } from '../protocol/progress.ts';
import type { Follower } from '../repository/token-memory.ts';
import { contentOf } from '../sequence/content.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Activity } from './activity.ts';
import { type FileSurprise, joined, noSurprise, peakOf, type Surprise } from './by-line.ts';
import { codeLines } from './code-lines.ts';
import type { JudgePiece } from './judge.ts';
import { contentKey, type KeptSurprise } from './kept-surprise.ts';
import { piecesOf } from './pieces.ts';

export interface ReaderOptions {
  readonly judge: JudgePiece;
  /** Starts what judges, if it is not running, so that a file is judged soon once it is saved. */
  readonly warmUp?: () => void;
  readonly tokenizer: Pick<Tokenizer, 'special' | 'decode'>;
  /** The current tokens of a file; undefined if it is no longer indexed. */
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  readonly kept: Pick<KeptSurprise, 'get' | 'set' | 'save'>;
  readonly activity: Pick<Activity, 'quiet' | 'onBegin'>;
  /** Seconds of reading, but for files just saved. */
  readonly budget: number;
  readonly onBattery: () => Promise<boolean>;
  /** Called when the state or the percentage read has changed, and when a request interrupted it. */
  readonly onProgress?: () => void;
  /** Milliseconds without a request before a file just saved is read, and before others are. */
  readonly quiet?: { readonly saved: number; readonly others: number };
}

interface KnownFile {
  /** Of its content. */
  readonly key: string;
  readonly tokens: number;
}

const usualQuiet = { saved: 250, others: 5000 };
/** Milliseconds after which what judges may have ended for want of work. */
const staysWarm = 45_000;
/** Milliseconds between questions about the power, on mains and on battery. */
const powerAsked = { mains: 60_000, battery: 300_000 };
/** Milliseconds after which what was read is saved: a killed process loses no more. */
const saveEvery = 30_000;

export class SurpriseReader implements Follower {
  readonly #options: ReaderOptions;
  readonly #quiet: { readonly saved: number; readonly others: number };
  readonly #queue = new PrefillQueue();
  readonly #files = new Map<string, KnownFile>();
  readonly #waiting = new Set<string>();
  #working: Promise<void> | undefined;
  /** Interrupts what is being read. */
  #current: AbortController | undefined;
  #wake: () => void = () => {};
  /** What was read of a file that was interrupted. */
  #partial: { readonly key: string; readonly surprise: Surprise; readonly pieces: number } | undefined;
  #isPaused = false;
  #isStopped = false;
  #isOnBattery = false;
  #powerAskedAt = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  #tokens = 0;
  #waitingTokens = 0;
  #judged = 0;
  #interrupted = 0;
  #seconds = 0;
  #spent = 0;
  #savedAt = performance.now();
  #warmAt = Number.NEGATIVE_INFINITY;
  #told = '';

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#quiet = options.quiet ?? usualQuiet;
  }

  get progress(): BackgroundReading {
    return {
      state: this.#state,
      files: this.#files.size - this.#waiting.size,
      filesTotal: this.#files.size,
      tokens: this.#tokens - this.#waitingTokens,
      tokensTotal: this.#tokens,
      judged: this.#judged,
      interrupted: this.#interrupted,
      seconds: this.#seconds,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** Whether so much has been read that the rest does not matter. */
  get isEnough(): boolean {
    return isEnoughRead(this.progress);
  }

  /** Undefined if the file has not been read as it is. */
  surpriseOf(path: string): FileSurprise | undefined {
    const file = this.#files.get(path);
    return file && this.#options.kept.get(file.key);
  }

  changed(path: string): void {
    this.#note(path, false);
  }

  /** Reports that a file was saved: it is next. */
  saved(path: string): void {
    this.#note(path, true);
  }

  /** Unsaved text is not read: it would be out of date at once. */
  edited(): void {
    this.expectSave();
  }

  /** Prepares for a file being saved, while one is edited. */
  expectSave(): void {
    const isIdle = this.#isPaused || this.#isStopped || this.#isOnBattery || this.#problem !== undefined;
    if (isIdle || performance.now() - this.#warmAt < staysWarm) return;
    this.#warmAt = performance.now();
    this.#options.warmUp?.();
  }

  removed(path: string): void {
    this.#queue.delete(path);
    this.#setFile(path, undefined);
    this.#wake();
    this.#tell();
  }

  pause(paused: boolean): void {
    this.#isPaused = paused;
    if (paused) this.#current?.abort();
    else this.#problem = undefined;
    this.#begin();
    this.#tell();
  }

  /** Resolves when nothing is read: all is done, or it may not go on. */
  async settled(): Promise<void> {
    for (let work = this.#working; work !== undefined; work = this.#working) await work;
  }

  /** Stops for good, keeping what was read. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#current?.abort();
    this.#wake();
    await this.#working;
  }

  get #state(): BackgroundReading['state'] {
    if (this.#problem !== undefined) return 'failed';
    if (this.#isPaused) return 'paused';
    // Done once it is saved.
    if (this.#waiting.size === 0) return this.#working === undefined ? 'done' : 'reading';
    if (this.#queue.urgent > 0) return 'reading';
    if (this.#isSpent) return 'budget';
    return this.#isOnBattery ? 'battery' : 'reading';
  }

  get #isSpent(): boolean {
    return this.#spent >= this.#options.budget;
  }

  #note(path: string, isSaved: boolean): void {
    const tokens = this.#options.tokensOf(path);
    if (tokens === undefined) {
      this.removed(path);
      return;
    }
    this.#setFile(path, this.#described(tokens));
    if (this.#waiting.has(path)) this.#queue.add(path, isSaved);
    else this.#queue.delete(path);
    this.#begin();
    this.#tell();
  }

  #described(tokens: Uint16Array): KnownFile {
    const { start, end } = contentOf(this.#options.tokenizer, tokens);
    return { key: contentKey(tokens.subarray(start, end)), tokens: tokens.length };
  }

  #begin(): void {
    this.#wake();
    if (this.#working !== undefined || !this.#mayWork()) return;
    this.#working = this.#work()
      .catch((error: unknown) => {
        this.#problem = messageOf(error);
      })
      .finally(() => {
        this.#working = undefined;
        this.#tell();
      });
  }

  #mayWork(): boolean {
    const isIdle = this.#isPaused || this.#isStopped || this.#problem !== undefined;
    return !isIdle && (this.#queue.urgent > 0 || (this.#queue.size > 0 && !this.#isSpent));
  }

  async #work(): Promise<void> {
    try {
      while (this.#mayWork()) {
        const isSaved = this.#queue.urgent > 0;
        // 0 while a request is answered.
        const { quiet } = this.#options.activity;
        const enoughQuiet = this.#quiet[isSaved ? 'saved' : 'others'];
        if (quiet <= enoughQuiet) await this.#sleep(Math.max(1, enoughQuiet - quiet));
        else if (!isSaved && (await this.#asksPower())) await this.#sleep(powerAsked.battery);
        else {
          const path = this.#queue.next(isSaved);
          if (path !== undefined) await this.#read(path, isSaved);
        }
      }
    } finally {
      await this.#save();
    }
  }

  /** Whether the machine runs on battery, asked again after a while. */
  async #asksPower(): Promise<boolean> {
    const since = performance.now() - this.#powerAskedAt;
    if (since < powerAsked[this.#isOnBattery ? 'battery' : 'mains']) return this.#isOnBattery;
    this.#powerAskedAt = performance.now();
    this.#isOnBattery = await this.#options.onBattery();
    this.#tell();
    return this.#isOnBattery;
  }

  async #read(path: string, isSaved: boolean): Promise<void> {
    const { judge, tokenizer, tokensOf, kept, activity } = this.#options;
    const tokens = tokensOf(path);
    if (tokens === undefined) return this.removed(path);
    const file = this.#described(tokens);
    this.#setFile(path, file);
    const abort = new AbortController();
    this.#current = abort;
    const stopListening = activity.onBegin(() => abort.abort());
    const started = performance.now();
    try {
      let { surprise, pieces } =
        this.#partial?.key === file.key ? this.#partial : { surprise: noSurprise, pieces: 0 };
      for (const piece of this.#waiting.has(path) ? piecesOf(tokenizer, tokens).slice(pieces) : []) {
        surprise = joined(surprise, await judge(path, tokens, piece, abort.signal));
        this.#partial = { key: file.key, surprise, pieces: ++pieces };
      }
      if (this.#waiting.has(path)) {
        const { start, end } = contentOf(tokenizer, tokens);
        const isCode = codeLines(path, tokenizer.decode(tokens.subarray(start, end)));
        kept.set(file.key, { ...surprise, peak: peakOf(surprise.lines, isCode) });
        this.#partial = undefined;
        this.#judged++;
      }
      // If it has changed since, it waits again.
      if (this.#files.get(path)?.key === file.key) this.#setFile(path, file);
    } catch (error) {
      if (this.#waiting.has(path)) this.#queue.add(path, isSaved);
      if (!abort.signal.aborted) throw error;
      this.#interrupted++;
    } finally {
      stopListening();
      this.#current = undefined;
      this.#warmAt = performance.now();
      const seconds = (this.#warmAt - started) / 1000;
      this.#seconds += seconds;
      if (!isSaved) this.#spent += seconds;
      this.#tell();
    }
    if (performance.now() - this.#savedAt > saveEvery) await this.#save();
  }

  async #save(): Promise<void> {
    this.#savedAt = performance.now();
    await this.#options.kept.save(new Set([...this.#files.values()].map(({ key }) => key)));
  }

  /** Less where something new has come. */
  #sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #setFile(path: string, file: KnownFile | undefined): void {
    const before = this.#files.get(path);
    if (before !== undefined) {
      this.#tokens -= before.tokens;
      if (this.#waiting.delete(path)) this.#waitingTokens -= before.tokens;
      this.#files.delete(path);
    }
    if (file === undefined) return;
    this.#files.set(path, file);
    this.#tokens += file.tokens;
    if (this.#options.kept.get(file.key) !== undefined) return;
    this.#waiting.add(path);
    this.#waitingTokens += file.tokens;
  }

  #tell(): void {
    const share = Math.floor((100 * (this.#tokens - this.#waitingTokens)) / Math.max(1, this.#tokens));
    const now = `${this.#state} ${share} ${this.#interrupted}`;
    if (now === this.#told) return;
    this.#told = now;
    this.#options.onProgress?.();
  }
}
