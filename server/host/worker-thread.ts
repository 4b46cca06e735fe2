/** The server's handle of the worker thread: sends requests, and replaces the thread when it fails. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from 'vscode-languageserver/node';
import { messageOf } from '../protocol/message-of.ts';
import type { NotificationOf, RequestOf } from '../protocol/requests.ts';
import { type Engines, serveEngines } from './engine-link.ts';
import { HeartbeatMonitor, newHeartbeatBuffer, type Patience, usualPatience } from './heartbeat.ts';
import type { Log } from './log.ts';

/**
 * Space for new objects, of which V8 otherwise takes up to 100 MB and gives none back. Reading is as fast with less:
 * nearly everything dies young.
 */
const maxYoungGenerationSizeMb = 24;

export class WorkerThread {
  readonly #log: Log;
  readonly #notifications = new Map<string, (parameters: unknown) => void>();
  readonly #onLost: (problem: string, blockedBy?: string) => void;
  readonly #entry: string;
  readonly #patience: Patience;
  readonly #engines: Engines | undefined;
  #worker: Worker | undefined;
  #monitor: HeartbeatMonitor | undefined;
  #connection: MessageConnection | undefined;

  /**
   * @param onLost called with a sentence for the user when the thread crashed or was replaced, losing the index; with
   * the path of the file that blocked it, if any
   * @param entry the thread's script
   * @param engines the engines that the thread may use
   */
  constructor(
    log: Log,
    onLost: (problem: string, blockedBy?: string) => void,
    entry = workerEntry(),
    engines?: Engines,
    patience = usualPatience,
  ) {
    this.#log = log;
    this.#onLost = onLost;
    this.#entry = entry;
    this.#engines = engines;
    this.#patience = patience;
  }

  /** Starts the thread if necessary. */
  request<Parameters, Result>(
    { method }: RequestOf<Parameters, Result>,
    parameters: Parameters,
    token?: CancellationToken,
  ): Promise<Result> {
    const connection = this.#connection ?? this.#start();
    return token === undefined
      ? connection.sendRequest<Result>(method, parameters)
      : connection.sendRequest<Result>(method, parameters, token);
  }

  onNotification<Parameters>(
    { method }: NotificationOf<Parameters>,
    listener: (parameters: Parameters) => void,
  ): void {
    const untyped = (parameters: unknown) => listener(parameters as Parameters);
    this.#notifications.set(method, untyped);
    this.#connection?.onNotification(method, untyped);
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }

  #start(): MessageConnection {
    const heartbeat = newHeartbeatBuffer();
    const worker = new Worker(this.#entry, {
      stdout: true,
      stderr: true,
      workerData: { heartbeat },
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#monitor = new HeartbeatMonitor(heartbeat, path => this.#blocked(worker, path), this.#patience);
    const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
    this.#worker = worker;
    this.#connection = connection;
    for (const stream of [worker.stdout, worker.stderr]) {
      stream
        .setEncoding('utf8')
        .on('data', (text: string) => this.#log('debug', `memory: ${text.trimEnd()}`));
    }
    for (const [method, listener] of this.#notifications) connection.onNotification(method, listener);
    if (this.#engines !== undefined) serveEngines(connection, this.#engines);
    worker.on('error', error => this.#lost(worker, messageOf(error)));
    worker.on('exit', code => this.#lost(worker, `it exited with code ${code}`));
    connection.listen();
    return connection;
  }

  #blocked(worker: Worker, path: string | undefined): void {
    if (this.#worker !== worker) return;
    this.#forget();
    void worker.terminate();
    if (path === undefined) this.#onLost('The indexing thread did not respond and was replaced.');
    else this.#onLost(`${path} kept the indexing thread busy for too long and is skipped.`, path);
  }

  #lost(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#forget();
    this.#onLost(`The indexing thread crashed: ${why}.`);
  }

  #forget(): void {
    // Rejects open requests.
    this.#connection?.dispose();
    this.#connection = undefined;
    this.#worker = undefined;
    this.#monitor?.stop();
  }
}

/** Beside this file in the sources, beside the bundle in `dist/`. */
function workerEntry(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return path.join(import.meta.dirname, fromSource ? 'main.ts' : 'worker.js');
}
