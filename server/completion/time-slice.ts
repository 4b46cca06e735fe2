/**
 * A request's share of its thread: yields every few milliseconds, and then learns of cancellation (a newer request
 * came) or timeout.
 */
export class TimeSlice {
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number;
  readonly #onTurn: (() => void) | undefined;
  #since = performance.now();

  /**
   * @param deadline on the clock of `performance.now()`
   * @param onTurn called whenever it has yielded
   */
  constructor(signal?: AbortSignal, deadline = Number.POSITIVE_INFINITY, onTurn?: () => void) {
    this.#onTurn = onTurn;
    this.#signal = signal;
    this.#deadline = deadline;
  }

  /** The request was cancelled. */
  get isOver(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Partial results are due. */
  isLate(): boolean {
    return this.isOver || performance.now() > this.#deadline;
  }

  /** Yields, if it has held the thread for a while. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < longestTurn) return;
    await new Promise(resolve => setImmediate(resolve));
    this.#since = performance.now();
    this.#onTurn?.();
  }
}

/** Milliseconds. */
const longestTurn = 8;
