/** Byte-pair merging of one piece, in place: lowest rank first, leftmost among equals. */
export class Merger {
  /** An open-addressed table of pairs, two numbers per slot: the left id + 1 (0 if empty), the right id. */
  readonly #pairs: Uint32Array;
  readonly #ranks: Int32Array;
  readonly #mask: number;
  /** The resulting id of each rank. */
  readonly #made: Uint32Array;
  /** Ranks of a short piece's adjacent pairs. */
  readonly #pairRanks = new Int32Array(shortPiece);

  /** @param merges per rank three ids: the merged pair and its result */
  constructor(merges: Uint32Array) {
    const count = merges.length / 3;
    const size = 1 << Math.ceil(Math.log2(Math.max(2, count * 4)));
    this.#mask = size - 1;
    this.#pairs = new Uint32Array(size * 2);
    this.#ranks = new Int32Array(size);
    this.#made = new Uint32Array(count);
    for (let rank = 0; rank < count; rank++) {
      const left = merges[rank * 3]!;
      const right = merges[rank * 3 + 1]!;
      const slot = this.#slot(left, right);
      // A duplicate merge gets its last rank, as in other readers.
      this.#pairs[slot * 2] = left + 1;
      this.#pairs[slot * 2 + 1] = right;
      this.#ranks[slot] = rank;
      this.#made[rank] = merges[rank * 3 + 2]!;
    }
  }

  /**
   * Merges `ids[0..length)`, given as byte ids, and returns the new length. O(n²) up to 64 ids, where a plain scan is
   * fastest; O(n log n) beyond.
   */
  merge(ids: Uint32Array, length: number): number {
    if (length < 2) return length;
    return length <= shortPiece ? this.#mergeShort(ids, length) : this.#mergeLong(ids, length);
  }

  #mergeShort(ids: Uint32Array, length: number): number {
    const ranks = this.#pairRanks;
    for (let i = 0; i + 1 < length; i++) ranks[i] = this.#rankOf(ids[i]!, ids[i + 1]!);
    for (;;) {
      let best = none;
      let at = -1;
      for (let i = 0; i + 1 < length; i++) {
        if (ranks[i]! < best) {
          best = ranks[i]!;
          at = i;
        }
      }
      if (at < 0) return length;
      ids[at] = this.#made[best]!;
      ids.copyWithin(at + 1, at + 2, length);
      ranks.copyWithin(at + 1, at + 2, length);
      length--;
      if (at > 0) ranks[at - 1] = this.#rankOf(ids[at - 1]!, ids[at]!);
      ranks[at] = at + 1 < length ? this.#rankOf(ids[at]!, ids[at + 1]!) : none;
    }
  }

  /** A linked list of ids and a heap of candidate pairs, keyed by (rank, position). */
  #mergeLong(ids: Uint32Array, length: number): number {
    const next = new Int32Array(length);
    const previous = new Int32Array(length);
    // Current rank of the pair at each position: heap entries with another rank are stale.
    const current = new Int32Array(length);
    const heap = new PairHeap(length);
    const update = (at: number) => {
      const right = next[at]!;
      const rank = right < length ? this.#rankOf(ids[at]!, ids[right]!) : none;
      current[at] = rank;
      if (rank !== none) heap.add(rank, at);
    };
    for (let i = 0; i < length; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (let i = 0; i < length; i++) update(i);
    for (let top = heap.take(); top !== undefined; top = heap.take()) {
      const { rank, at } = top;
      if (current[at] !== rank) continue;
      const gone = next[at]!;
      const right = next[gone]!;
      ids[at] = this.#made[rank]!;
      current[gone] = none;
      next[at] = right;
      if (right < length) previous[right] = at;
      update(at);
      if (previous[at]! >= 0) update(previous[at]!);
    }
    let count = 0;
    for (let i = 0; i < length; i = next[i]!) ids[count++] = ids[i]!;
    return count;
  }

  #rankOf(left: number, right: number): number {
    const slot = this.#slot(left, right);
    return this.#pairs[slot * 2] === 0 ? none : this.#ranks[slot]!;
  }

  /** The slot of a pair, or its insertion point. */
  #slot(left: number, right: number): number {
    const pairs = this.#pairs;
    let slot = (Math.imul(Math.imul(left + 1, 0x9e3779b1) ^ right, 0x85ebca6b) >>> 11) & this.#mask;
    for (;;) {
      const found = pairs[slot * 2]!;
      if (found === 0 || (found === left + 1 && pairs[slot * 2 + 1] === right)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}

const shortPiece = 64;
const none = 0x7fffffff;

/** A binary min-heap of (rank, position), each packed into one float64. */
class PairHeap {
  #keys: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  add(rank: number, at: number): void {
    if (this.#size === this.#keys.length) {
      const larger = new Float64Array(this.#size * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    const keys = this.#keys;
    const key = rank * 2 ** 32 + at;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      i = parent;
    }
    keys[i] = key;
  }

  take(): { rank: number; at: number } | undefined {
    if (this.#size === 0) return undefined;
    const keys = this.#keys;
    const top = keys[0]!;
    const last = keys[--this.#size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= last) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = last;
    const rank = Math.floor(top / 2 ** 32);
    return { rank, at: top - rank * 2 ** 32 };
  }
}
