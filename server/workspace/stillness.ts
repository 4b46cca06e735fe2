/** Tells a process that waits for a pipe or a device from one that is slow. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Watches one process. Linux counts how often each of its threads has run: one that waits for a writer of a pipe is not
 * woken, while one that waits for a disk sleeps in another way, or is woken by every answer.
 */
export class Stillness {
  readonly #tasks: string;
  #last: string | undefined;

  constructor(process: number) {
    this.#tasks = `/proc/${process}/task`;
  }

  /** Whether no thread has run since the last call; false on systems that do not tell. */
  isStill(): boolean {
    const before = this.#last;
    this.#last = this.#turns();
    return before !== undefined && this.#last === before;
  }

  /** How often each thread has run; undefined if one is running or waits for a disk. */
  #turns(): string | undefined {
    try {
      const states = readdirSync(this.#tasks).map(task =>
        readFileSync(`${this.#tasks}/${task}/status`, 'latin1'),
      );
      if (states.length === 0 || !states.every(state => state.includes('\nState:\tS '))) return undefined;
      return states.flatMap(state => state.match(/^\w*voluntary_ctxt_switches:.*$/gm) ?? []).join();
    } catch {
      return undefined;
    }
  }
}
