/** Which file the model reads next: what somebody has open or has just changed first, then the others in the order of the sequence. */
import { comparePaths } from '../sequence/order.ts';

export class PrefillQueue {
  /** The most recently wanted last. */
  readonly #first = new Set<string>();
  readonly #others = new Set<string>();
  /** In order, for `#others`; rebuilt when that has grown. */
  #sorted: string[] = [];
  #grown = false;

  get size(): number {
    return this.#first.size + this.#others.size;
  }

  has(path: string): boolean {
    return this.#first.has(path) || this.#others.has(path);
  }

  /** @param first before all that has been added so far */
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

  /** Files that somebody has open or has just changed. */
  get urgent(): number {
    return this.#first.size;
  }

  /** Takes out the next. @param urgentOnly leaves the others where they are */
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
