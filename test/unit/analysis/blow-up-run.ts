/** Runs cases in a thread that can be terminated, because a hanging pattern cannot be interrupted otherwise. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Case } from './blow-up.ts';

export interface Timed {
  readonly note: string;
  /** Of processor time; infinite if the thread had to be terminated. */
  readonly milliseconds: number;
}

const worker = path.join(import.meta.dirname, 'blow-up-worker.ts');

/** Milliseconds between checks of a slow case. */
const look = 1000;

/**
 * @param patience milliseconds of processor time after which a case counts as hanging: on a busy machine, silence alone
 * says nothing
 */
export async function* runCases(cases: Iterable<Case>, patience: number): AsyncGenerator<Timed> {
  let thread = new Worker(worker);
  try {
    for (const one of cases) {
      const milliseconds = await answerOf(thread, one, patience);
      if (milliseconds === undefined) {
        await thread.terminate();
        thread = new Worker(worker);
      }
      yield { note: one.note, milliseconds: milliseconds ?? Number.POSITIVE_INFINITY };
    }
  } finally {
    await thread.terminate();
  }
}

/** @returns undefined when the thread has used up the patience. Waiting uses almost no time itself. */
function answerOf(thread: Worker, one: Case, patience: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const before = process.cpuUsage();
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      if (user + system > patience * 1000) settle(() => resolve(undefined));
    }, look);
    const answered = (milliseconds: number): void => settle(() => resolve(milliseconds));
    const failed = (error: unknown): void =>
      settle(() => reject(new Error(`${one.note}: ${String(error)}`, { cause: error })));
    const settle = (end: () => void): void => {
      clearInterval(timer);
      thread.off('message', answered).off('error', failed);
      end();
    };
    thread.on('message', answered).on('error', failed);
    thread.postMessage(one);
  });
}
