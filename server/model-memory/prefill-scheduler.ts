/** Reads the files of a repository with the model, one after another, and keeps what each leaves: the feed of the neural memory. */
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
  /** Beyond this machine; whatever goes wrong there, files are read here. */
  readonly shared?: RemoteLeaves;
  /** Of a file as it is now; nothing where it is not in memory any more. */
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  /** Is called whenever the progress may have changed. */
  readonly onProgress?: (progress: PrefillProgress) => void;
  /** Milliseconds without a further change after which a file is read that changes without being saved. */
  readonly quiet?: number;
}

export interface PrefillProgress {
  readonly state: 'ready' | 'reading' | 'paused' | 'failed';
  /** In memory, and waiting besides. */
  readonly files: number;
  readonly waiting: number;
  readonly tokens: number;
  readonly waitingTokens: number;
  /** Files that the model has read and that had been read before, since the start. */
  readonly read: number;
  readonly recalled: number;
  readonly readTokens: number;
  /** While the model read. */
  readonly seconds: number;
  /** A sentence, when it failed. */
  readonly problem?: string;
}

/** Files that are read by one request. */
interface Batch {
  readonly files: readonly Taken[];
  /** One that was in memory before: it will be changed again. */
  readonly edited: boolean;
}

interface Taken {
  readonly path: string;
  readonly key: string;
  readonly tokens: Uint16Array;
}

/** What one request reads: this many tokens, or one file of more. A killed process loses no more than that. */
const most = { tokens: 2048, files: 64 };
const defaultQuiet = 2000;

export class PrefillScheduler {
  readonly #options: PrefillOptions;
  readonly #queue = new PrefillQueue();
  /** Tokens of files in memory and of files that wait, by path. */
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
  #read = 0;
  #recalled = 0;
  #readTokens = 0;
  #seconds = 0;
  #since = 0;

  constructor(options: PrefillOptions) {
    this.#options = options;
  }

  /** What has been read so far. Nothing before the model is loaded. */
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
      read: this.#read,
      recalled: this.#recalled,
      readTokens: this.#readTokens,
      seconds: this.#seconds,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** A file is there, or has other content than before. @param first before all others: it is open, or has just been changed */
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

  /** A file is being typed in: it is read when that pauses. */
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

  /** Somebody has opened the file: where it waits, it is the next. */
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

  /** On battery: only what somebody has open or changes is read, and the others wait. */
  saveEnergy(saving: boolean): void {
    this.#saving = saving;
    this.#begin();
    this.#tell();
  }

  /** Resolves when nothing waits any more, or when it is paused or stopped. Rejects with what the model cannot do. */
  async settled(): Promise<void> {
    for (let work = this.#working; work !== undefined; work = this.#working) await work;
    if (this.#problem !== undefined) throw new Error(this.#problem);
  }

  /** Ends it. What is being read is let go. */
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
        // What came while the last file was merged.
        this.#begin();
      });
  }

  /** Files that wait to be read now. */
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
    // One more than are read at once: while leaves are kept and files gathered, no reader waits.
    const requests = this.#facts!.readers + 1;
    const reading = new Set<Promise<void>>();
    while (this.#mayWork()) {
      const batch = await this.#take(memory, pace);
      if (batch.files.length === 0) break;
      if (reading.size === 0) this.#since = performance.now();
      const request = this.#prefill(batch, memory).finally(() => reading.delete(request));
      // Failures are handled where it is awaited; until then they must not count as unhandled.
      request.catch(() => undefined);
      reading.add(request);
      if (reading.size >= requests) await Promise.race(reading);
    }
    await Promise.all(reading);
    for (const _ of memory.settle()) await pace.rest(signal);
  }

  /** The next files that have to be read; those that have been read before are taken into memory on the way. */
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
        // By itself, and next.
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
      this.#read++;
      this.#readTokens += tokens.length;
      // Where it has changed since, it waits again; what was read is right for what it was, until then.
      if (tokensOf(path) === undefined) continue;
      memory.set(path, key, leaves[at]!);
      // Others wait for nothing, and neither does this.
      if (shared !== undefined) void memory.share(key, shared).catch(() => undefined);
      this.#keep(path, tokens.length);
    }
  }

  async #fetched(memory: ModelMemory, path: string, key: string, length: number): Promise<boolean> {
    const { shared } = this.#options;
    return shared !== undefined && memory.recallFrom(shared, path, key, length).catch(() => false);
  }

  /** Seconds pass while at least one request is out. */
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
