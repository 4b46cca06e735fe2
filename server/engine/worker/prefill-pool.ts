/**
 * Prefill on all cores: threads of the engine process, each with a single-threaded session. A small model's products
 * are too small to share: two threads in one run wait for each other more than they gain, worse so beside other
 * programs. The process's main thread stays free to decode, during which prefill pauses between runs.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Device } from '../device.ts';
import type { ResultOf, WorkRequest } from '../messages.ts';
import type { Outcome } from './queue.ts';

export type PrefillRequest = Extract<WorkRequest, { name: 'prefillFile' | 'prefill' }>;

export type ToPrefillThread = PrefillRequest | { readonly type: 'cancel'; readonly id: number };
export type FromPrefillThread =
  | { readonly type: 'finished'; readonly id: number; readonly outcome: Outcome }
  | { readonly type: 'working' };

export interface PrefillThreadData {
  /** Non-zero while prefill must wait: see `Atomics.wait`. */
  readonly hold: SharedArrayBuffer;
}

export interface PrefillPoolOptions {
  /** The script of the engine process and its threads. */
  readonly entry: URL;
  readonly finished: (id: number, outcome: Outcome) => void;
  readonly working: () => void;
  readonly size?: number;
}

interface Thread {
  readonly worker: Worker;
  readonly open: Set<number>;
}

/** Each holds its own copy of the weights. */
const most = 8;

/** Prefill threads for a device; one keeps a GPU busy. */
export function prefillThreadsOn(device: Device): number {
  return device === 'cpu' ? Math.min(most, availableParallelism()) : 0;
}

export class PrefillPool {
  readonly #options: Required<PrefillPoolOptions>;
  readonly #hold = new Int32Array(new SharedArrayBuffer(4));
  readonly #threads: Thread[] = [];

  constructor(options: PrefillPoolOptions) {
    this.#options = { size: prefillThreadsOn('cpu'), ...options };
  }

  add(request: PrefillRequest): void {
    // One thread keeps the states of all edited files.
    const edited = request.name === 'prefill' && request.parameters.edited === true;
    const thread = edited ? (this.#threads[0] ?? this.#start()) : this.#leastBusy();
    thread.open.add(request.id);
    thread.worker.postMessage(request satisfies ToPrefillThread);
  }

  cancel(id: number): void {
    for (const { worker, open } of this.#threads)
      if (open.has(id)) worker.postMessage({ type: 'cancel', id } satisfies ToPrefillThread);
  }

  /** Pauses prefill while something more urgent runs. */
  async meanwhile<Result>(run: () => Promise<Result>): Promise<Result> {
    Atomics.add(this.#hold, 0, 1);
    try {
      return await run();
    } finally {
      if (Atomics.sub(this.#hold, 0, 1) === 1) Atomics.notify(this.#hold, 0);
    }
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ open }) => open.size === 0);
    if (idle !== undefined) return idle;
    if (this.#threads.length < this.#options.size) return this.#start();
    return this.#threads.reduce((best, thread) => (thread.open.size < best.open.size ? thread : best));
  }

  #start(): Thread {
    const { entry, finished, working } = this.#options;
    const workerData: PrefillThreadData = { hold: this.#hold.buffer as SharedArrayBuffer };
    const thread: Thread = { worker: new Worker(entry, { workerData }), open: new Set() };
    this.#threads.push(thread);
    thread.worker.on('message', (message: FromPrefillThread) => {
      if (message.type === 'working') return working();
      thread.open.delete(message.id);
      finished(message.id, message.outcome);
    });
    const lost = (problem: string): void => {
      const at = this.#threads.indexOf(thread);
      if (at >= 0) this.#threads.splice(at, 1);
      for (const id of thread.open) finished(id, { type: 'rejected', problem, cancelled: false });
      thread.open.clear();
    };
    thread.worker.on('error', error => lost(error.message));
    thread.worker.on('exit', () => lost('the prefill thread exited'));
    return thread;
  }
}

/** Buffers that can be transferred between threads instead of copied. */
export function transferables(result: ResultOf<'prefillFile' | 'prefill'>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { linear, delta, continuous, strided } of [result].flat())
    for (const { data } of [linear, delta, continuous, strided.keys, strided.values])
      if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  return [...buffers];
}
