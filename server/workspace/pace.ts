/** Yields to other work during a long job: an indexing server must still answer. */
export class Pace {
  #rested = performance.now();
  readonly #slice: number;

  /** @param slice maximum milliseconds of work without a pause */
  constructor(slice = 8) {
    this.#slice = slice;
  }

  /** Await between pieces of work. Rejects with the signal's reason once aborted. */
  async rest(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#rested >= this.#slice) {
      await new Promise<void>(resolve => setImmediate(resolve));
      this.#rested = performance.now();
    }
    signal?.throwIfAborted();
  }
}

/**
 * Runs `work` on every item, up to `ahead` at a time, and yields the results in item order. Waiting on a slow file
 * system then overlaps with processing. `work` must not reject.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for (const item of items) {
    running.push(work(item));
    if (running.length >= ahead) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}
