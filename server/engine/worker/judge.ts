/** What the judge graph is asked about each token, and what it says of it. */
import type { Judged } from '../messages.ts';
import type { FloatTensor, IndexTensor } from '../tensor.ts';

/** @param asked other tokens, by position; −1 for none */
export function noteJudged(ids: ArrayLike<number>, asked: Int32Array) {
  const judged: Judged = {
    bits: new Float32Array(ids.length),
    expected: new Float32Array(ids.length),
    asked: new Float32Array(ids.length),
  };
  return {
    judged,
    /** Each position's own token, and the one asked about (0 where none is): [n, 2]. */
    tokens(start: number, end: number): IndexTensor {
      const data = new BigInt64Array(2 * (end - start));
      for (let at = start, i = 0; at < end; at++) {
        data[i++] = BigInt(ids[at]!);
        data[i++] = BigInt(Math.max(0, asked[at]!));
      }
      return { shape: [end - start, 2], data };
    },
    /** The graph's outputs for the positions from one on, in nats. */
    add(first: number, out: Readonly<Record<string, FloatTensor>>): void {
      const [surprisal, entropy] = [out['surprisal']!.data, out['entropy']!.data];
      for (let row = 0; row < entropy.length; row++) {
        const at = first + row;
        judged.bits[at] = surprisal[2 * row]! / Math.LN2;
        judged.expected[at] = entropy[row]! / Math.LN2;
        if (asked[at]! >= 0) judged.asked[at] = surprisal[2 * row + 1]! / Math.LN2;
      }
    },
  };
}
