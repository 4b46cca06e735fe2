/** From rows of logits to how surprising each token is, where the logits are: a row takes 32 KB, what is wanted of it 12 bytes. */
import type { Judged } from '../messages.ts';

/** @param asked other tokens, by position; −1 for none */
export function judgeRows(ids: ArrayLike<number>, asked: Int32Array, vocabulary: number) {
  const judged: Judged = {
    bits: new Float32Array(ids.length),
    expected: new Float32Array(ids.length),
    asked: new Float32Array(ids.length),
  };
  return {
    judged,
    /** Logits of the tokens from a position on, [n, vocabulary]. */
    add(logits: Float32Array, first: number): void {
      for (let at = first, row = 0; row < logits.length; at++, row += vocabulary) {
        const { log, expected, largest } = summaryOf(logits, row, vocabulary);
        const bitsOf = (id: number) => (log - (logits[row + id]! - largest)) / Math.LN2;
        judged.bits[at] = bitsOf(ids[at]!);
        judged.expected[at] = expected;
        judged.asked[at] = asked[at]! < 0 ? 0 : bitsOf(asked[at]!);
      }
    },
  };
}

function summaryOf(logits: Float32Array, row: number, vocabulary: number) {
  let largest = Number.NEGATIVE_INFINITY;
  for (let id = row; id < row + vocabulary; id++) if (logits[id]! > largest) largest = logits[id]!;
  let sum = 0;
  let weighed = 0;
  for (let id = row; id < row + vocabulary; id++) {
    const below = logits[id]! - largest;
    if (below < negligible) continue;
    const power = Math.exp(below);
    sum += power;
    weighed += power * below;
  }
  const log = Math.log(sum);
  return { log, largest, expected: (log - weighed / sum) / Math.LN2 };
}

/** Differences of logits below which a token adds nothing that shows. */
const negligible = -16;
