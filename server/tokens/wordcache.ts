/**
 * Caches ids of pieces by their UTF-16 units. One flat pool instead of a `Map` of strings, so that a lookup allocates
 * nothing. Its size is fixed and it resets when full, so no input can make it grow.
 */
export class WordCache {
  /** Offset + 1 of an entry in the pool, or 0. */
  readonly #slots = new Int32Array(slotCount);
  /** Entries: unit count, units, id count, ids as two units each (low first). */
  readonly #pool = new Uint16Array(poolLength);
  #used = 0;
  #entries = 0;

  /** Offset of the piece's id count, or -1. */
  find(codes: Uint16Array, start: number, end: number, hash: number): number {
    const pool = this.#pool;
    const length = end - start;
    let slot = hash & slotMask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      const at = entry - 1;
      if (pool[at] === length) {
        let i = 0;
        while (i < length && pool[at + 1 + i] === codes[start + i]) i++;
        if (i === length) return at + 1 + length;
      }
      slot = (slot + 1) & slotMask;
    }
    return -1;
  }

  /** Number of ids at an offset from `find`. */
  countAt(found: number): number {
    return this.#pool[found]!;
  }

  /** Copies those ids into `target` at `offset`, which must have room. */
  copy(found: number, target: Uint32Array, offset: number): void {
    const pool = this.#pool;
    const count = pool[found]!;
    for (let i = 0; i < count; i++)
      target[offset + i] = pool[found + 1 + i * 2]! | (pool[found + 2 + i * 2]! << 16);
  }

  /** Adds a piece that `find` did not find. Long pieces rarely recur and are skipped. */
  add(codes: Uint16Array, start: number, end: number, hash: number, ids: Uint32Array, count: number): void {
    const length = end - start;
    if (length > longestPiece) return;
    if (this.#used + length + count * 2 + 2 > poolLength || this.#entries * 2 >= slotCount) {
      this.#slots.fill(0);
      this.#used = 0;
      this.#entries = 0;
    }
    const pool = this.#pool;
    const at = this.#used;
    pool[at] = length;
    for (let i = 0; i < length; i++) pool[at + 1 + i] = codes[start + i]!;
    pool[at + 1 + length] = count;
    for (let i = 0; i < count; i++) {
      pool[at + 2 + length + i * 2] = ids[i]!;
      pool[at + 3 + length + i * 2] = ids[i]! >>> 16;
    }
    this.#used = at + 2 + length + count * 2;
    let slot = hash & slotMask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & slotMask;
    this.#slots[slot] = at + 1;
    this.#entries++;
  }
}

/** 5 MiB in all: room for about 130,000 distinct pieces, more than 10 MB of source has. */
const slotCount = 1 << 18;
const slotMask = slotCount - 1;
const poolLength = 1 << 21;
const longestPiece = 64;
