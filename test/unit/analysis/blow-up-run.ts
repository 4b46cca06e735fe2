/** Runs cases in a thread that can be ended, since a pattern that hangs cannot be interrupted otherwise. */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Case } from './blow-up.ts';

export interface Timed {
  readonly note: string;
  /** Of processor time; infinite where the thread had to be ended. */
  readonly milliseconds: number;
}

const worker = path.join(import.meta.dirname, 'blow-up-worker.ts');

/** @param patience milliseconds after which a case is taken to hang */
export async function* runCases(cases: Iterable<Case>, patience: number): AsyncGenerator<Timed> {
  let thread = new Worker(worker);
  try {
    for (const one of cases) {
      thread.postMessage(one);
      const timeout = AbortSignal.timeout(patience);
      try {
        const [milliseconds] = (await once(thread, 'message', { signal: timeout })) as [number];
        yield { note: one.note, milliseconds };
      } catch (error) {
        if (!timeout.aborted) throw new Error(`${one.note}: ${String(error)}`, { cause: error });
        await thread.terminate();
        thread = new Worker(worker);
        yield { note: one.note, milliseconds: Number.POSITIVE_INFINITY };
      }
    }
  } finally {
    await thread.terminate();
  }
}
