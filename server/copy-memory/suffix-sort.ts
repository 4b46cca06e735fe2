/** Tokens of context to sort by. The few longer matches are compared token by token. */
export const contextDepth = 32;

/**
 * Stably sorts positions by the tokens before them, nearest first. Most significant token first, two at a time, each
 * group packed into float64 (a pair of tokens and an index) and sorted natively: a group's contexts stay in the cache,
 * unlike with a least-significant-first radix sort. O(n log n), at most O(`contextDepth`) comparisons per element.
 *
 * @param tokens at least `contextDepth` + 1 tokens precede every position
 * @param symbols above every token; its square times the number of positions must stay below 2^53
 */
export function sortByContext(tokens: Uint16Array, positions: Uint32Array, symbols: number): Uint32Array {
  const order = positions.slice();
  const keys = new Float64Array(order.length);
  const moved = new Uint32Array(order.length);
  const scale = order.length;
  const groups = [{ low: 0, high: order.length, distance: 1 }];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    const { low, high, distance } = group;
    if (distance > contextDepth) continue;
    const size = high - low;
    if (size <= fewEnoughToInsert) {
      insertByContext(tokens, order, low, high, distance);
      continue;
    }
    const packed = keys.subarray(0, size);
    for (let i = 0; i < size; i++) {
      const at = order[low + i]! - distance;
      packed[i] = (tokens[at]! * symbols + tokens[at - 1]!) * scale + i;
    }
    packed.sort();
    let start = 0;
    let previous = -1;
    for (let i = 0; i < size; i++) {
      const pair = Math.floor(packed[i]! / scale);
      moved[i] = order[low + packed[i]! - pair * scale]!;
      if (pair === previous) continue;
      if (i - start > 1) groups.push({ low: low + start, high: low + i, distance: distance + 2 });
      start = i;
      previous = pair;
    }
    if (size - start > 1) groups.push({ low: low + start, high, distance: distance + 2 });
    order.set(moved.subarray(0, size), low);
  }
  return order;
}

const fewEnoughToInsert = 24;

function insertByContext(
  tokens: Uint16Array,
  order: Uint32Array,
  low: number,
  high: number,
  distance: number,
): void {
  for (let i = low + 1; i < high; i++) {
    const position = order[i]!;
    let j = i - 1;
    for (; j >= low; j--) {
      const other = order[j]!;
      let d = distance;
      while (d <= contextDepth && tokens[position - d] === tokens[other - d]) d++;
      if (d > contextDepth || tokens[other - d]! <= tokens[position - d]!) break;
      order[j + 1] = other;
    }
    order[j + 1] = position;
  }
}
