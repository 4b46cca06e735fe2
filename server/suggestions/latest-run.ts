/** Work of which only the latest counts. The same work asked for again is not started again. */

/** Milliseconds that work runs on once no caller waits for it: an editor that cancels often asks the same again at once. */
const usualGrace = 40;

interface Running<Question, Result> {
  readonly question: Question;
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  waiting: number;
}

export class LatestRun<Question, Result> {
  readonly #isSame: (one: Question, other: Question) => boolean;
  readonly #grace: number;
  #running: Running<Question, Result> | undefined;

  constructor(isSame: (one: Question, other: Question) => boolean, grace = usualGrace) {
    this.#isSame = isSame;
    this.#grace = grace;
  }

  /**
   * Other work that runs is aborted at once.
   * @throws the signal's reason once it is aborted, and what the work throws
   */
  async run(
    question: Question,
    work: (signal: AbortSignal) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const running = this.#join(question) ?? this.#start(question, work);
    running.waiting++;
    try {
      return await (signal === undefined ? running.result : unlessAborted(running.result, signal));
    } finally {
      running.waiting--;
      if (running.waiting === 0) this.#abandon(running);
    }
  }

  #join(question: Question): Running<Question, Result> | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    if (this.#isSame(running.question, question)) return running;
    running.abort.abort();
    return undefined;
  }

  #start(question: Question, work: (signal: AbortSignal) => Promise<Result>): Running<Question, Result> {
    const abort = new AbortController();
    const result = work(abort.signal);
    const running = { question, result, abort, waiting: 0 };
    this.#running = running;
    const end = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    // Callers get the error; there may be none left.
    result.then(end, end);
    return running;
  }

  #abandon(running: Running<Question, Result>): void {
    setTimeout(() => {
      // It has ended, or a caller has come.
      if (this.#running !== running || running.waiting > 0) return;
      this.#running = undefined;
      running.abort.abort();
    }, this.#grace).unref();
  }
}

function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
