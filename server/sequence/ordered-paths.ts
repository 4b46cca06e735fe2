import { comparePaths } from './order.ts';

/** The files of the sequence, in order. */
export class OrderedPaths {
  readonly #paths: string[] = [];

  get all(): readonly string[] {
    return this.#paths;
  }

  add(path: string): void {
    const at = this.#find(path);
    if (this.#paths[at] !== path) this.#paths.splice(at, 0, path);
  }

  delete(path: string): void {
    const at = this.#find(path);
    if (this.#paths[at] === path) this.#paths.splice(at, 1);
  }

  clear(): void {
    this.#paths.length = 0;
  }

  /** The file `place`, or all files in the folder `place`; everything for `''`. */
  under(place: string): string[] {
    if (place === '') return [...this.#paths];
    const found: string[] = [];
    if (this.#paths[this.#find(place)] === place) found.push(place);
    const folder = `${place}/`;
    for (let at = this.#find(folder); this.#paths[at]?.startsWith(folder); at++) found.push(this.#paths[at]!);
    return found;
  }

  /** The index of the path, or its insertion point. Indexing adds files in order, so the end is tried first. */
  #find(path: string): number {
    const last = this.#paths.at(-1);
    if (last === undefined || comparePaths(last, path) < 0) return this.#paths.length;
    let low = 0;
    let high = this.#paths.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePaths(this.#paths[middle]!, path) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
