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

export type ReadRequest = Extract<WorkRequest, { name: 'read' | 'prefill' }>;

export type ToPrefillThread = ReadRequest | { readonly type: 'cancel'; readonly id: number };
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

interface Reader {
  readonly worker: Worker;
  readonly open: Set<number>;
}

/** Each holds its own copy of the weights. */
const most = 8;

/** Prefill threads for a device; one keeps a GPU busy. */
export function readersOn(device: Device): number {
  return device === 'cpu' ? Math.min(most, availableParallelism()) : 0;
}

export class PrefillPool {
  readonly #options: Required<PrefillPoolOptions>;
  readonly #hold = new Int32Array(new SharedArrayBuffer(4));
  readonly #readers: Reader[] = [];

  constructor(options: PrefillPoolOptions) {
    this.#options = { size: readersOn('cpu'), ...options };
  }

  add(request: ReadRequest): void {
    // One thread keeps the states of all edited files.
    const edited = request.name === 'prefill' && request.parameters.edited === true;
    const reader = edited ? (this.#readers[0] ?? this.#start()) : this.#leastBusy();
    reader.open.add(request.id);
    reader.worker.postMessage(request satisfies ToPrefillThread);
  }

  cancel(id: number): void {
    for (const { worker, open } of this.#readers)
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

  #leastBusy(): Reader {
    const idle = this.#readers.find(({ open }) => open.size === 0);
    if (idle !== undefined) return idle;
    if (this.#readers.length < this.#options.size) return this.#start();
    return this.#readers.reduce((best, reader) => (reader.open.size < best.open.size ? reader : best));
  }

  #start(): Reader {
    const { entry, finished, working } = this.#options;
    const workerData: PrefillThreadData = { hold: this.#hold.buffer as SharedArrayBuffer };
    const reader: Reader = { worker: new Worker(entry, { workerData }), open: new Set() };
    this.#readers.push(reader);
    reader.worker.on('message', (message: FromPrefillThread) => {
      if (message.type === 'working') return working();
      reader.open.delete(message.id);
      finished(message.id, message.outcome);
    });
    const lost = (problem: string): void => {
      const at = this.#readers.indexOf(reader);
      if (at >= 0) this.#readers.splice(at, 1);
      for (const id of reader.open) finished(id, { type: 'rejected', problem, cancelled: false });
      reader.open.clear();
    };
    reader.worker.on('error', error => lost(error.message));
    reader.worker.on('exit', () => lost('the prefill thread exited'));
    return reader;
  }
}

/** Buffers that can be transferred between threads instead of copied. */
export function transferables(result: ResultOf<'read' | 'prefill'>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { linear, delta, continuous, strided } of [result].flat())
    for (const { data } of [linear, delta, continuous, strided.keys, strided.values])
      if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  return [...buffers];
}
