import { formatShape } from '../onnx/dimension.ts';
import { add, cast, mod, mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, slice } from '../onnx/layout.ts';
import type { Placed } from '../onnx/parameters.ts';
import { type NgramParameters, type NgramState, ngramMultipliers } from './reference.ts';

/** Same as `ngram`; ids are int64 [T]. */
export function ngramGraph(
  _g: GraphBuilder,
  ids: Value,
  { bigrams, trigrams }: Placed<NgramParameters>,
  { previous }: Placed<NgramState>,
): { output: Value; state: Placed<NgramState> } {
  const [m0, m1, m2] = ngramMultipliers;
  const tokens = concat([cast(previous, 'int64'), add(ids, 1)], 0); // [T + 2]
  const current = mul(slice(tokens, 0, 2), m0); // [T]
  const pairs = add(current, mul(slice(tokens, 0, 1, -1), m1));
  const triples = add(pairs, mul(slice(tokens, 0, 0, -2), m2));
  const output = add(
    gather(bigrams, mod(pairs, buckets(bigrams))),
    gather(trigrams, mod(triples, buckets(trigrams))),
  );
  return { output, state: { previous: cast(slice(tokens, 0, -2), 'float32') } };
}

function buckets(table: Value): number {
  const [count] = table.shape;
  if (typeof count !== 'number')
    throw new RangeError(`n-gram embedding: a table ${formatShape(table.shape)}`);
  return count;
}
