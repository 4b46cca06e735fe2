/** Decides when to index and update, and tracks progress. */

import { isDeepStrictEqual } from 'node:util';
import { type CancellationToken, CancellationTokenSource } from 'vscode-languageserver/node';
import type { Engines } from '../host/engine-link.ts';
import type { Log } from '../host/log.ts';
import {
  type IndexStats,
  nothingRead,
  type OpenParameters,
  problemFound,
  type Read,
  statsChanged,
  workerRequests,
} from '../host/messages.ts';
import { WorkerThread } from '../host/worker-thread.ts';
import { counted } from '../protocol/counted.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { RequestOf, Status } from '../protocol/requests.ts';

export type RepositoryStatus = Omit<Status, 'device' | 'deviceReason' | 'engine'>;

/** Milliseconds to collect changes: a branch switch is one update, not a thousand. */
const gathering = 100;
/** After this many crashes, the worker restarts only on request. */
const maxLosses = 3;

export class RepositoryClient {
  readonly #worker: WorkerThread;
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];
  readonly #onEmptied: (() => void)[] = [];
  readonly #waiting = new Set<string>();
  /** Paths in the current update. */
  #updating = 0;
  #ended = 0;
  /** Worker crashes since the last complete read, and in total. */
  #losses = 0;
  #allLosses = 0;
  #lastRead: Pick<Read, 'cached' | 'milliseconds'> | undefined;
  /** Files that blocked the worker in this session. */
  readonly #blocking = new Set<string>();
  #parameters: OpenParameters;
  #opened: Promise<unknown> | undefined;
  #state: Status['state'] = 'idle';
  #stats: IndexStats = nothingRead;
  #modelId = '';
  #seconds = 0;
  #problem: string | undefined;
  #run: CancellationTokenSource | undefined;
  /** Resolves when the latest run has ended. */
  #latest: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param entry the worker thread's script */
  constructor(log: Log, parameters: OpenParameters, entry?: string, engines?: Engines) {
    this.#log = log;
    this.#parameters = parameters;
    this.#worker = new WorkerThread(
      log,
      (problem, blockedBy) => this.#lost(problem, blockedBy),
      entry,
      engines,
    );
    this.#worker.onNotification(problemFound, problem => log('warning', problem));
    this.#worker.onNotification(statsChanged, stats => {
      this.#count(stats);
      this.#changed();
    });
  }

  get stats(): RepositoryStatus {
    return {
      ...this.#stats,
      state: this.#state,
      stale: this.#waiting.size + Math.max(this.#stats.stale, this.#updating),
      seconds: this.#seconds,
      modelId: this.#modelId,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /** Number of completed reads and updates. */
  get ended(): number {
    return this.#ended;
  }

  /** Worker crashes, and files that blocked it. */
  get trouble(): { readonly losses: number; readonly blocking: number } {
    return { losses: this.#allLosses, blocking: this.#blocking.size };
  }

  /** Timing of the last complete read. */
  get lastRead(): Pick<Read, 'cached' | 'milliseconds'> | undefined {
    return this.#lastRead;
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Calls back when the worker forgets unsaved documents, because its index is rebuilt or deleted. */
  onEmptied(listener: () => void): void {
    this.#onEmptied.push(listener);
  }

  /**
   * Sets the folders and options. If they changed, the index is discarded.
   * @param reads whether to index now; a folder whose index was requested before is always indexed again
   */
  async configure(parameters: OpenParameters, reads: boolean): Promise<void> {
    const isAsked = this.#state !== 'idle' && this.#state !== 'failed';
    if (isAsked && this.#opened !== undefined && isDeepStrictEqual(parameters, this.#parameters)) return;
    this.#parameters = parameters;
    this.#opened = undefined;
    for (const listener of this.#onEmptied) listener();
    await (reads || isAsked ? this.read() : this.#prepare());
  }

  /** Sends a request to the worker, opening the folders first if necessary. */
  async ask<Parameters, Result>(
    type: RequestOf<Parameters, Result>,
    parameters: Parameters,
    cancellation?: CancellationToken,
  ): Promise<Result> {
    await this.#open();
    return this.#worker.request(type, parameters, cancellation);
  }

  /** Prepares for requests without reading. Problems appear in the statistics. */
  async #prepare(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#fail(messageOf(error));
    }
  }

  /**
   * Updates the index; the first time, everything is new. Resolves when done, even on failure. If a change of settings starts another
   * run, waits for that one; cancelling ends it too.
   */
  async read(cancellation?: CancellationToken): Promise<void> {
    this.#run?.cancel();
    const listening = cancellation?.onCancellationRequested(() => this.#run?.cancel());
    this.#latest = this.#read();
    try {
      for (let awaited: Promise<void> | undefined; awaited !== this.#latest; ) {
        awaited = this.#latest;
        await awaited;
      }
    } finally {
      listening?.dispose();
    }
  }

  async #read(): Promise<void> {
    this.#waiting.clear();
    const run = new CancellationTokenSource();
    this.#run = run;
    const started = performance.now();
    this.#problem = undefined;
    this.#pauseModel(false);
    const somewhere = this.#parameters.folders.length > 0;
    if (somewhere) this.#become('reading');
    else this.#become('idle', nothingRead);
    try {
      await this.#open();
      if (!somewhere || this.#run !== run) return;
      const read = await this.#worker.request(workerRequests.read, null, run.token);
      if (this.#run !== run) return;
      this.#seconds = (performance.now() - started) / 1000;
      this.#tell(read);
      this.#lastRead = read;
      const { files, tokens, skipped } = this.#stats;
      const left = read.complete ? '' : ' before it was paused';
      this.#log(
        'info',
        `Read ${counted(files, 'file')}, ${tokens} tokens in ${this.#seconds.toFixed(1)} s${left}; ${counted(read.cached, 'file')} from the cache, ${skipped} skipped.`,
      );
      if (read.complete) this.#losses = 0;
      // A user who stops indexing does not want the next change to restart it.
      this.#become(read.complete ? 'ready' : 'paused');
    } catch (error) {
      if (this.#run !== run) return;
      if (run.token.isCancellationRequested) this.#become('paused');
      else this.#fail(messageOf(error));
    }
  }

  /** Stops or resumes indexing, including updates. */
  async pause(paused: boolean): Promise<void> {
    if (!paused) return this.#state === 'paused' ? this.read() : undefined;
    this.#run?.cancel();
    this.#run = undefined;
    clearTimeout(this.#timer);
    // Otherwise no later change would start it again.
    this.#timer = undefined;
    this.#pauseModel(true);
    this.#become('paused');
  }

  async clear(): Promise<void> {
    this.#run?.cancel();
    this.#run = undefined;
    this.#waiting.clear();
    if (this.#opened !== undefined) await this.#worker.request(workerRequests.clear, null);
    for (const listener of this.#onEmptied) listener();
    this.#seconds = 0;
    this.#problem = undefined;
    this.#become('idle', nothingRead);
  }

  /** Reports changed files or folders, by absolute path. */
  changed(paths: readonly string[]): void {
    if (this.#state === 'idle' || this.#state === 'failed') return;
    for (const path of paths) this.#waiting.add(path);
    this.#changed();
    // While paused, changes are collected; resuming rescans everything anyway.
    if (this.#state !== 'paused') this.#timer ??= setTimeout(() => void this.#update(), gathering);
  }

  stop(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#worker.stop();
  }

  #pauseModel(paused: boolean): void {
    const { neural, backgroundMinutes } = this.#parameters;
    if ((!neural && backgroundMinutes === 0) || this.#opened === undefined) return;
    this.#worker.request(workerRequests.pause, { paused }).catch((error: unknown) => {
      this.#log('warning', messageOf(error));
    });
  }

  /** Resolves when the folders are open with the latest settings, which may change meanwhile. */
  async #open(): Promise<void> {
    let opened: Promise<unknown> | undefined;
    do {
      this.#opened ??= this.#worker
        .request(workerRequests.open, { ...this.#parameters, blocking: [...this.#blocking] })
        .then(({ modelId, problems }) => {
          this.#modelId = modelId;
          for (const problem of problems) this.#log('warning', problem);
        });
      opened = this.#opened;
      await opened;
    } while (this.#opened !== opened);
  }

  async #update(): Promise<void> {
    this.#timer = undefined;
    const paths = [...this.#waiting];
    this.#waiting.clear();
    if (paths.length === 0) return;
    this.#updating = paths.length;
    try {
      await this.#open();
      this.#tell(await this.#worker.request(workerRequests.update, { paths }));
    } catch (error) {
      this.#log('warning', `Could not read changed files: ${messageOf(error)}`);
    }
    this.#updating = 0;
    this.#changed();
  }

  #tell({ problems, stats }: Read): void {
    this.#count(stats);
    this.#ended += 1;
    for (const problem of problems) this.#log('warning', problem);
  }

  #count(stats: IndexStats): void {
    // What arrives after the folders are closed or the index is deleted counts what no longer exists.
    if (this.#state !== 'idle') this.#stats = stats;
  }

  /** The index is lost. Reads again, unless the worker keeps crashing. */
  #lost(problem: string, blockedBy: string | undefined): void {
    this.#opened = undefined;
    this.#stats = nothingRead;
    this.#run = undefined;
    this.#allLosses += 1;
    // Without the file that blocked it, the next thread gets further.
    if (blockedBy !== undefined && !this.#blocking.has(blockedBy)) this.#blocking.add(blockedBy);
    else this.#losses += 1;
    if (this.#losses >= maxLosses || this.#state === 'paused') {
      this.#fail(problem);
      return;
    }
    this.#log('warning', `${problem} The repository is read again.`);
    void this.read();
  }

  #fail(problem: string): void {
    this.#log('error', problem);
    // Opening failed: the next read tries again.
    this.#opened = undefined;
    this.#problem = problem;
    this.#become('failed');
  }

  #become(state: Status['state'], stats = this.#stats): void {
    this.#state = state;
    this.#stats = stats;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
