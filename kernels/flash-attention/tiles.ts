import { add, div, exp, greaterOrEqual, maximum as larger, mul, sub, where } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { reshape, transpose } from '../onnx/layout.ts';
import { lengthOf, range } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { reduceMax, reduceSum } from '../onnx/reduce.ts';
import { type AttentionPartials, noScore } from './partials.ts';

/** Positions of a tile of queries and a tile of keys in the sequence: int64 [1] each. */
export interface TilePositions {
  readonly queries: Value;
  readonly keys: Value;
}

/**
 * Partials of q [H, T, dh] over one tile of keys k [H, S, dh] and values v [H, S, dv], same as `attend`. With positions
 * a query sees the keys up to its own; without, all of them. Merging tile by tile needs RAM for one tile of scores,
 * however long the sequence.
 */
export function attendGraph(
  _g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  positions?: TilePositions,
): Placed<AttentionPartials> {
  const products = matmul(q, transpose(k, [0, 2, 1])); // [H, T, S]
  const [heads, length, keys] = products.shape as [number, never, never];
  if (positions === undefined) {
    const maximum = reduceMax(products, -1, true); // [H, T, 1]
    const weights = exp(sub(products, maximum));
    return {
      maximum: reshape(maximum, [heads, length]),
      denominator: reduceSum(weights, -1),
      weighted: matmul(weights, v),
    };
  }
  const query = reshape(add(range(lengthOf(q, 1)), positions.queries), [length, 1]);
  const key = reshape(add(range(lengthOf(k, 1)), positions.keys), [1, keys]);
  const sees = greaterOrEqual(query, key); // [T, S]
  const scores = where(sees, products, noScore);
  const maximum = reduceMax(scores, -1, true);
  const weights = where(sees, exp(sub(scores, maximum)), 0);
  return {
    maximum: reshape(maximum, [heads, length]),
    denominator: reduceSum(weights, -1),
    weighted: matmul(weights, v),
  };
}

/** Same as `mergePartials`. */
export function mergePartialsGraph(
  _g: GraphBuilder,
  a: Placed<AttentionPartials>,
  b: Placed<AttentionPartials>,
): Placed<AttentionPartials> {
  const maximum = larger(a.maximum, b.maximum); // [H, T]
  const scaleA = exp(sub(a.maximum, maximum));
  const scaleB = exp(sub(b.maximum, maximum));
  const rows = (scale: Value) => reshape(scale, [...scale.shape, 1]);
  return {
    maximum,
    denominator: add(mul(a.denominator, scaleA), mul(b.denominator, scaleB)),
    weighted: add(mul(a.weighted, rows(scaleA)), mul(b.weighted, rows(scaleB))),
  };
}

/** Same as `finishAttention`: [T, H, dv]. */
export function finishAttentionGraph(
  _g: GraphBuilder,
  { denominator, weighted }: Placed<AttentionPartials>,
): Value {
  // A denominator is 0 or at least 1 (the maximum's own term).
  const safe = reshape(larger(denominator, 0.5), [...denominator.shape, 1]);
  return transpose(div(weighted, safe), [1, 0, 2]);
}
