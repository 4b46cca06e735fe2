import { add } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape } from '../onnx/layout.ts';
import {
  filled,
  fixedLength,
  type Length,
  minus,
  pieces,
  plus,
  range,
  takeFirst,
  takeFrom,
  times,
} from '../onnx/length.ts';
import { sizeOf } from '../tensor.ts';

/**
 * A sequence cut into n blocks of B queries that see `window` keys back at most: block i multiplies the window + B keys
 * that any of its queries can see; column c is key i·B + c of [past, sequence].
 */
export interface Blocks {
  /** n */
  readonly count: Length;
  /** B */
  readonly size: number;
  /** x [H, T, d] as [H, n, B, d], zero-padded at the end. */
  cut(x: Value): Value;
  /**
   * The keys each block sees, from past [H, window, d] and x [H, T, d]: [H, n, window + B, d]; and the next chunk's
   * past.
   */
  around(past: Value, x: Value): { readonly seen: Value; readonly kept: Value };
  /** x [H, n, B, d] as [H, T, d]. */
  join(x: Value): Value;
}

/** Cuts a sequence of `length`; the window must be a whole number of blocks. */
export function cutIntoBlocks(g: GraphBuilder, length: Length, window: number, size: number): Blocks {
  if (window % size !== 0) {
    throw new RangeError(`attention: blocks of ${size} in a window of ${window}`);
  }
  const count = pieces(length, size);
  const whole = times(count, size);
  const padding = minus(whole, length);
  const [heads, depth] = [0, 2] as const;
  const zeros = (x: Value): Value =>
    filled([x.shape[heads] as number, padding, x.shape[depth] as number], 'float32', 0, g);
  // Block i sees pieces i to i + window / B, of B keys each: copied by pieces, not by rows.
  const pieceCount = window / size + 1;
  const seenPieces = add(reshape(range(count), [count.dimension, 1]), counting(g, [1, pieceCount])); // [n, pieces]
  return {
    count,
    size,
    cut: x => reshape(concat([x, zeros(x)], 1), [x.shape[heads]!, count.dimension, size, x.shape[depth]!]),
    around: (past, x) => {
      const width = x.shape[depth] as number;
      const all = concat([past, x, zeros(x)], 1); // [H, window + nB, d]
      const inPieces = reshape(all, [x.shape[heads]!, plus(count, pieceCount - 1).dimension, size * width]);
      const gathered = gather(inPieces, seenPieces, 1); // [H, n, pieces, B·d]
      return {
        seen: reshape(gathered, [x.shape[heads]!, count.dimension, window + size, width]),
        kept: takeFrom(all, 1, length.value, fixedLength(g, window)),
      };
    },
    join: x => takeFirst(reshape(x, [x.shape[heads]!, whole.dimension, x.shape[3]!]), 1, length),
  };
}

/** 0, 1, 2 … along the only long axis of a shape; int64. */
export function counting(g: GraphBuilder, shape: readonly number[]): Value {
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => index);
  return g.constant('int64', values, shape);
}
