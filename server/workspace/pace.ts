/** Lets everything else run while a long job goes on: a server that reads must still answer. */
export class Pace {
  #rested = performance.now();
  readonly #slice: number;

  /** @param slice the most milliseconds to work without a rest */
  constructor(slice = 8) {
    this.#slice = slice;
  }

  /** To be awaited between two pieces of work. Rejects with the signal's reason once it is aborted. */
  async rest(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#rested >= this.#slice) {
      await new Promise<void>(resolve => setImmediate(resolve));
      this.#rested = performance.now();
    }
    signal?.throwIfAborted();
  }
}

/**
 * Runs `work` on every item, up to `ahead` of them at a time, and gives the results in the order of the items.
 * Waiting on a slow file system then overlaps with working on what has arrived. `work` must not reject.
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
