/**
 * A question's share of its thread: it lets others have a turn every few milliseconds, and learns there that nobody waits for it any more
 * (a newer question came) or that its time is up.
 */
export class TimeSlice {
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number;
  #since = performance.now();

  /** @param deadline on the clock of `performance.now()` */
  constructor(signal?: AbortSignal, deadline = Number.POSITIVE_INFINITY) {
    this.#signal = signal;
    this.#deadline = deadline;
  }

  /** Nobody waits for the answer. */
  get isOver(): boolean {
    return this.#signal?.aborted === true;
  }

  /** What has been found by now is to be given. */
  isLate(): boolean {
    return this.isOver || performance.now() > this.#deadline;
  }

  /** Gives way, if this thread was held for a while. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < longestTurn) return;
    await new Promise(resolve => setImmediate(resolve));
    this.#since = performance.now();
  }
}

/** Milliseconds. */
const longestTurn = 8;
