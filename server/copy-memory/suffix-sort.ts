/** Tokens of context to sort by. The few longer matches are compared token by token. */
export const contextDepth = 32;

/**
 * Stably sorts positions by the tokens before them, nearest first. Most significant token first: the nearest is counted,
 * because there are many positions and few tokens; then each group is sorted by two tokens at a time, packed into
 * float64 with an index and sorted natively. A group's contexts stay in the cache, unlike with a
 * least-significant-first radix sort. O(n log n), at most O(`contextDepth`) comparisons per element.
 *
 * @param tokens at least `contextDepth` tokens precede every position
 * @param symbols above every token; its square times the size of the largest group must stay below 2^53
 */
export function sortByContext(tokens: Uint16Array, positions: Uint32Array, symbols: number): Uint32Array {
  const { order, starts } = countNearest(tokens, positions, symbols);
  let largest = 0;
  const groups: Group[] = [];
  for (let token = symbols - 1; token >= 0; token--) {
    const [low, high] = [starts[token]!, starts[token + 1]!];
    if (high - low > 1) groups.push({ low, high, distance: 2 });
    largest = Math.max(largest, high - low);
  }
  const keys = new Float64Array(largest);
  const moved = new Uint32Array(largest);
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
      const second = distance < contextDepth ? tokens[at - 1]! : 0;
      packed[i] = (tokens[at]! * symbols + second) * size + i;
    }
    packed.sort();
    let start = 0;
    let previous = -1;
    for (let i = 0; i < size; i++) {
      const pair = Math.floor(packed[i]! / size);
      moved[i] = order[low + packed[i]! - pair * size]!;
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

/** Positions that agree in the tokens nearer than `distance`. */
interface Group {
  readonly low: number;
  readonly high: number;
  readonly distance: number;
}

/** Sorts by the nearest token alone, and returns where the positions after each token start. */
function countNearest(tokens: Uint16Array, positions: Uint32Array, symbols: number) {
  const starts = new Uint32Array(symbols + 1);
  for (const position of positions) starts[tokens[position - 1]! + 1]!++;
  for (let token = 0; token < symbols; token++) starts[token + 1]! += starts[token]!;
  const next = starts.slice();
  const order = new Uint32Array(positions.length);
  for (const position of positions) order[next[tokens[position - 1]!]!++] = position;
  return { order, starts };
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
