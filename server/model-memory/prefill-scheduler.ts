/** Prefills a repository's files one after another and stores their leaves in the model memory. */
import type { ModelFacts, ModelReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { RecordStore } from '../storage/record-log.ts';
import { Pace } from '../workspace/pace.ts';
import { ModelMemory } from './model-memory.ts';
import { PrefillQueue } from './prefill-queue.ts';
import type { RemoteLeaves } from './remote-leaves.ts';

export interface PrefillOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly model: ModelReference;
  readonly store: RecordStore;
  /** Leaves shared between machines; on any failure, files are prefilled here. */
  readonly shared?: RemoteLeaves;
  /** The current tokens of a file; undefined if it is no longer indexed. */
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  /** Called whenever the progress may have changed. */
  readonly onProgress?: (progress: PrefillProgress) => void;
  /** Milliseconds without changes after which an unsaved file is prefilled. */
  readonly quiet?: number;
}

export interface PrefillProgress {
  readonly state: 'ready' | 'reading' | 'paused' | 'failed';
  /** In memory, and still waiting. */
  readonly files: number;
  readonly waiting: number;
  readonly tokens: number;
  readonly waitingTokens: number;
  /** Files prefilled, and files recalled from a store, since the start. */
  readonly prefilled: number;
  readonly recalled: number;
  readonly prefilledTokens: number;
  /** Time spent prefilling. */
  readonly seconds: number;
  /** A sentence, if it failed. */
  readonly problem?: string;
}

/** Files prefilled by one request. */
interface Batch {
  readonly files: readonly Taken[];
  /** The file was in memory before: it will likely change again. */
  readonly edited: boolean;
}

interface Taken {
  readonly path: string;
  readonly key: string;
  readonly tokens: Uint16Array;
}

/** Limits of one request: this many tokens, or one longer file. A killed process loses no more than that. */
const most = { tokens: 2048, files: 64 };
const defaultQuiet = 2000;

export class PrefillScheduler {
  readonly #options: PrefillOptions;
  readonly #queue = new PrefillQueue();
  /** Token counts of files in memory and waiting, by path. */
  readonly #known = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  readonly #edits = new Map<string, NodeJS.Timeout>();
  readonly #stop = new AbortController();
  #memory: ModelMemory | undefined;
  #facts: ModelFacts | undefined;
  #working: Promise<void> | undefined;
  #paused = false;
  #saving = false;
  #problem: string | undefined;
  #tokens = 0;
  #waitingTokens = 0;
  #prefilled = 0;
  #recalled = 0;
  #prefilledTokens = 0;
  #seconds = 0;
  #since = 0;

  constructor(options: PrefillOptions) {
    this.#options = options;
  }

  /** The memory so far; undefined until the model is loaded. */
  get memory(): ModelMemory | undefined {
    return this.#memory;
  }

  get facts(): ModelFacts | undefined {
    return this.#facts;
  }

  get progress(): PrefillProgress {
    const working = this.#working !== undefined || this.#wanted > 0;
    const paused = this.#paused || (!working && this.#queue.size > 0);
    return {
      state: this.#problem !== undefined ? 'failed' : paused ? 'paused' : working ? 'reading' : 'ready',
      files: this.#known.size,
      waiting: this.#waiting.size,
      tokens: this.#tokens,
      waitingTokens: this.#waitingTokens,
      prefilled: this.#prefilled,
      recalled: this.#recalled,
      prefilledTokens: this.#prefilledTokens,
      seconds: this.#seconds,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** Reports a new or changed file. @param first puts it before all others: it is open, or was just changed */
  changed(path: string, first = false): void {
    clearTimeout(this.#edits.get(path));
    this.#edits.delete(path);
    const length = this.#options.tokensOf(path)?.length;
    if (length === undefined) {
      this.removed(path);
      return;
    }
    this.#queue.add(path, first || this.#known.has(path));
    this.#setWaiting(path, length);
    this.#begin();
  }

  /** Reports typing in a file: it is prefilled after a pause. */
  edited(path: string): void {
    clearTimeout(this.#edits.get(path));
    const quiet = setTimeout(() => this.changed(path, true), this.#options.quiet ?? defaultQuiet);
    quiet.unref();
    this.#edits.set(path, quiet);
  }

  removed(path: string): void {
    this.#queue.delete(path);
    this.#setWaiting(path, undefined);
    this.#memory?.delete(path);
    this.#setKnown(path, undefined);
    this.#tell();
  }

  /** Reports that a file was opened: if it waits, it is next. */
  prioritize(path: string): void {
    if (!this.#queue.has(path)) return;
    this.#queue.add(path, true);
    this.#begin();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused) {
      this.#problem = undefined;
      this.#begin();
    }
    this.#tell();
  }

  /** On battery, only open and changed files are prefilled; the others wait. */
  saveEnergy(saving: boolean): void {
    this.#saving = saving;
    this.#begin();
    this.#tell();
  }

  /** Resolves when nothing is waiting, or it is paused or stopped. Rejects if the model fails. */
  async settled(): Promise<void> {
    for (let work = this.#working; work !== undefined; work = this.#working) await work;
    if (this.#problem !== undefined) throw new Error(this.#problem);
  }

  /** Stops, and abandons running requests. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#edits.values()) clearTimeout(timer);
    await this.#working;
  }

  #begin(): void {
    if (this.#working !== undefined || !this.#mayWork() || this.#wanted === 0) return;
    this.#working = this.#work()
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#problem = messageOf(error);
      })
      .finally(() => {
        this.#working = undefined;
        this.#tell();
        // Files that arrived during the last merge.
        this.#begin();
      });
  }

  /** Number of files to prefill now. */
  get #wanted(): number {
    return this.#saving ? this.#queue.urgent : this.#queue.size;
  }

  #mayWork(): boolean {
    return !this.#paused && this.#problem === undefined && !this.#stop.signal.aborted;
  }

  async #work(): Promise<void> {
    const { engine, model, store } = this.#options;
    const { signal } = this.#stop;
    if (this.#memory === undefined) {
      this.#facts = await engine.run('loadModel', { model }, { signal });
      const onLost = (paths: readonly string[]): void => {
        for (const path of paths) this.#forget(path);
      };
      this.#memory = new ModelMemory({ ...this.#facts, store, onLost });
    }
    const memory = this.#memory;
    const pace = new Pace();
    // One more than run at once, so that no thread idles while leaves are stored and files gathered.
    const requests = this.#facts!.prefillThreads + 1;
    const reading = new Set<Promise<void>>();
    while (this.#mayWork()) {
      const batch = await this.#take(memory, pace);
      if (batch.files.length === 0) break;
      if (reading.size === 0) this.#since = performance.now();
      const request = this.#prefill(batch, memory).finally(() => reading.delete(request));
      // Awaited later; until then a failure must not count as unhandled.
      request.catch(() => undefined);
      reading.add(request);
      if (reading.size >= requests) await Promise.race(reading);
    }
    await Promise.all(reading);
    for (const _ of memory.settle()) await pace.rest(signal);
  }

  /** Takes the next files to prefill; those with stored leaves are recalled on the way. */
  async #take(memory: ModelMemory, pace: Pace): Promise<Batch> {
    const taken: Taken[] = [];
    let length = 0;
    while (length < most.tokens && taken.length < most.files && this.#mayWork()) {
      await pace.rest(this.#stop.signal);
      const path = this.#queue.next(this.#saving);
      if (path === undefined) break;
      const tokens = this.#options.tokensOf(path);
      if (tokens === undefined || tokens.length === 0) {
        this.removed(path);
        continue;
      }
      const key = memory.keyOf(tokens);
      if (
        memory.recall(path, key, tokens.length) ||
        (await this.#fetched(memory, path, key, tokens.length))
      ) {
        this.#recalled++;
        this.#keep(path, tokens.length);
        continue;
      }
      const edited = this.#known.has(path);
      if (edited && taken.length > 0) {
        // Prefilled alone, and next.
        this.#queue.add(path, true);
        break;
      }
      taken.push({ path, key, tokens });
      if (edited) return { files: taken, edited };
      length += tokens.length;
    }
    return { files: taken, edited: false };
  }

  async #prefill({ files: taken, edited }: Batch, memory: ModelMemory): Promise<void> {
    const { engine, model, tokensOf, shared } = this.#options;
    const files = taken.map(({ tokens }) => tokens);
    const options = { signal: this.#stop.signal, urgent: edited };
    const leaves = await engine.run('prefill', { model, files, edited }, options);
    this.#count();
    for (const [at, { path, key, tokens }] of taken.entries()) {
      this.#prefilled++;
      this.#prefilledTokens += tokens.length;
      // If it has changed since, it waits again; until then the result fits its old content.
      if (tokensOf(path) === undefined) continue;
      memory.set(path, key, leaves[at]!);
      // Nothing depends on sharing, so it is not awaited.
      if (shared !== undefined) void memory.share(key, shared).catch(() => undefined);
      this.#keep(path, tokens.length);
    }
  }

  async #fetched(memory: ModelMemory, path: string, key: string, length: number): Promise<boolean> {
    const { shared } = this.#options;
    return shared !== undefined && memory.recallFrom(shared, path, key, length).catch(() => false);
  }

  /** Counts time while at least one request is running. */
  #count(): void {
    const now = performance.now();
    this.#seconds += (now - this.#since) / 1000;
    this.#since = now;
  }

  #keep(path: string, length: number): void {
    this.#setKnown(path, length);
    if (!this.#queue.has(path)) this.#setWaiting(path, undefined);
    this.#tell();
  }

  /** Its leaf is lost. */
  #forget(path: string): void {
    this.#setKnown(path, undefined);
    this.changed(path);
  }

  #setKnown(path: string, length: number | undefined): void {
    this.#tokens += (length ?? 0) - (this.#known.get(path) ?? 0);
    if (length === undefined) this.#known.delete(path);
    else this.#known.set(path, length);
  }

  #setWaiting(path: string, length: number | undefined): void {
    this.#waitingTokens += (length ?? 0) - (this.#waiting.get(path) ?? 0);
    if (length === undefined) this.#waiting.delete(path);
    else this.#waiting.set(path, length);
  }

  #tell(): void {
    this.#options.onProgress?.(this.progress);
  }
}
