/** The engine process's work queue: one at a time, cancellable; urgent work interrupts the rest. */
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../protocol/message-of.ts';
import type { ResultOf, WorkName, WorkRequest } from '../messages.ts';

/**
 * Called between the native calls of a piece of work: processes messages, runs urgent work first, and throws if the
 * work was cancelled.
 */
export type YieldPoint = () => Promise<void>;

export type Outcome =
  | { readonly type: 'result'; readonly result: ResultOf<WorkName> }
  | { readonly type: 'rejected'; readonly problem: string; readonly cancelled: boolean };

export interface WorkQueue {
  add(request: WorkRequest): void;
  cancel(id: number): void;
}

export function workQueue(
  perform: (request: WorkRequest, between: YieldPoint) => Promise<ResultOf<WorkName>>,
  finished: (id: number, outcome: Outcome) => void,
): WorkQueue {
  const waiting: WorkRequest[] = [];
  const cancelled = new Set<number>();
  let running = false;

  async function work(): Promise<void> {
    if (running) return;
    running = true;
    for (let request = next(); request !== undefined; request = next()) await finish(request);
    running = false;
  }

  async function doUrgent(): Promise<void> {
    for (;;) {
      const at = waiting.findIndex(({ urgent }) => urgent);
      const [request] = at < 0 ? [] : waiting.splice(at, 1);
      if (request === undefined) return;
      await finish(request);
    }
  }

  async function finish(request: WorkRequest): Promise<void> {
    finished(request.id, await settle(request));
    cancelled.delete(request.id);
  }

  function next(): WorkRequest | undefined {
    const urgent = waiting.findIndex(request => request.urgent);
    return waiting.splice(Math.max(urgent, 0), 1)[0];
  }

  async function settle(request: WorkRequest): Promise<Outcome> {
    const between = async () => {
      await setImmediate();
      // The user is typing: long prefills wait, not the other way round.
      if (!request.urgent && !cancelled.has(request.id)) await doUrgent();
      if (cancelled.has(request.id)) throw new Error('cancelled');
    };
    try {
      await between();
      return { type: 'result', result: await perform(request, between) };
    } catch (error) {
      const problem = messageOf(error);
      return { type: 'rejected', problem, cancelled: cancelled.has(request.id) };
    }
  }

  return {
    add(request) {
      waiting.push(request);
      void work();
    },
    cancel(id) {
      // Finished work is ignored; unfinished work learns of it at its next pause.
      cancelled.add(id);
    },
  };
}
