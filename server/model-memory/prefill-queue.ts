/** The order of prefill: open and just changed files first, then the others in sequence order. */
import { comparePaths } from '../sequence/order.ts';

export class PrefillQueue {
  /** Most recently prioritized last. */
  readonly #first = new Set<string>();
  readonly #others = new Set<string>();
  /** Sorted copy of `#others`, rebuilt when it has grown. */
  #sorted: string[] = [];
  #grown = false;

  get size(): number {
    return this.#first.size + this.#others.size;
  }

  has(path: string): boolean {
    return this.#first.has(path) || this.#others.has(path);
  }

  /** @param first puts it before everything added so far */
  add(path: string, first = false): void {
    if (first) {
      this.#others.delete(path);
      this.#first.delete(path);
      this.#first.add(path);
    } else if (!this.has(path)) {
      this.#others.add(path);
      this.#grown = true;
    }
  }

  delete(path: string): void {
    this.#first.delete(path);
    this.#others.delete(path);
  }

  clear(): void {
    this.#first.clear();
    this.#others.clear();
  }

  /** Number of waiting files that are open or just changed. */
  get urgent(): number {
    return this.#first.size;
  }

  /** Removes and returns the next file. @param urgentOnly skips the others */
  next(urgentOnly = false): string | undefined {
    const wanted = [...this.#first].at(-1);
    if (wanted !== undefined) {
      this.#first.delete(wanted);
      return wanted;
    }
    if (urgentOnly) return undefined;
    if (this.#grown) this.#sorted = [...this.#others].sort(comparePaths).reverse();
    this.#grown = false;
    for (let path = this.#sorted.pop(); path !== undefined; path = this.#sorted.pop())
      if (this.#others.delete(path)) return path;
    return undefined;
  }

  *[Symbol.iterator](): IterableIterator<string> {
    yield* this.#first;
    yield* this.#others;
  }
}
