/** A decoder's attention over cached keys and its own, in a graph. */
import { symbol } from '../onnx/dimension.ts';
import { add, cast, greater, lessOrEqual, sub, where } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { reshape, slice, transpose } from '../onnx/layout.ts';
import { expand, type Length, range } from '../onnx/length.ts';
import type { DecoderConfig } from './config.ts';

/** Entries of each state that a run of `count` tokens writes after those before it. */
export function rowsWritten({ heads, keyHeads }: DecoderConfig, count: number): number {
  return count === 1 ? heads / keyHeads : count;
}

interface KeysAndValues {
  readonly keys: Value;
  readonly values: Value;
}

interface Read extends KeysAndValues {
  /** [T, H·dh] */
  readonly read: Value;
}

/** Causal softmax attention over cached and new keys, by onnxruntime's GroupQueryAttention. */
export class Attention {
  readonly #heads: number;
  /** int32 [1]: cached and new keys. */
  readonly #total: Value;
  readonly #single: SingleToken | undefined;

  /**
   * @param length int64 [1]: n, cached keys
   * @param hasSingle whether one token alone is treated apart, which pays on processors
   */
  constructor({ heads, keyHeads }: DecoderConfig, length: Value, tokens: Length, hasSingle: boolean) {
    this.#heads = heads;
    this.#total = cast(add(length, tokens.value), 'int32');
    const share = heads / keyHeads;
    if (hasSingle && share > 1) this.#single = new SingleToken(length, tokens, share);
  }

  /**
   * @param queries [T, H·dh], rotated
   * @param added [T, K·dh]
   * @param past [1, K, P, dh]
   */
  read(queries: Value, added: KeysAndValues, past: KeysAndValues): Read {
    const heads = this.#heads;
    const plain = () => groupQueryAttention(queries, added, past, this.#total, heads);
    const single = this.#single;
    if (single === undefined) return plain();
    const ordered = ({ read, keys, values }: Read) => [read, keys, values];
    const [read, keys, values] = queries.graph.choose(
      single.isSingle,
      [queries, past.keys, past.values].map(({ type, shape }) => ({ type, shape })),
      () => ordered(single.read(queries, added, past, heads)),
      () => ordered(plain()),
    );
    return { read: read!, keys: keys!, values: values! };
  }
}

/**
 * A single token's attention. By the plain way onnxruntime reads a head's keys once for every query head that shares
 * them. Here these query heads run as tokens of their own, which reads them once. Each such token brings a key; a bias
 * hides all but the first, which is the token's, and the next run overwrites them.
 */
class SingleToken {
  /** bool [1] */
  readonly isSingle: Value;
  readonly #share: number;
  readonly #total: Value;
  /** [1, 1, share, n + share] */
  readonly #bias: Value;

  constructor(length: Value, tokens: Length, share: number) {
    this.isSingle = lessOrEqual(tokens.value, 1);
    this.#share = share;
    const total = { dimension: symbol('S'), value: add(length, share) };
    this.#total = cast(total.value, 'int32');
    const isHidden = greater(range(total), length);
    const row = where(isHidden, hidden, length.graph.scalar('float32', 0));
    this.#bias = expand(reshape(row, [1, 1, 1, total.dimension]), [1, 1, share, total]);
  }

  read(queries: Value, added: KeysAndValues, past: KeysAndValues, heads: number): Read {
    const share = this.#share;
    const keyHeads = heads / share;
    const width = (queries.shape[1] as number) / heads;
    const one = (x: Value): Value => slice(x, 0, 0, 1);
    // Query head k·share + j is row j of key head k.
    const rows = reshape(transpose(reshape(one(queries), [keyHeads, share, width]), [1, 0, 2]), [
      share,
      keyHeads * width,
    ]);
    const repeated = (x: Value): Value => expand(one(x), [share, x.shape[1] as number]);
    const result = groupQueryAttention(
      rows,
      { keys: repeated(added.keys), values: repeated(added.values) },
      past,
      this.#total,
      keyHeads,
      this.#bias,
    );
    const read = transpose(reshape(result.read, [share, keyHeads, width]), [1, 0, 2]);
    return { ...result, read: reshape(read, [1, heads * width]) };
  }
}

/** Added to the scores of keys that are not to be seen. */
const hidden = -1e30;

/** @param bias [1, 1, T, total], added to the scores */
function groupQueryAttention(
  queries: Value,
  added: KeysAndValues,
  past: KeysAndValues,
  total: Value,
  heads: number,
  bias?: Value,
): Read {
  const { graph: g } = queries;
  const batch = (x: Value): Value => reshape(x, [1, ...x.shape]);
  const unused = [undefined, undefined, undefined];
  const [read, keys, values] = g.node({
    type: 'GroupQueryAttention',
    domain: 'com.microsoft',
    inputs: [
      batch(queries),
      batch(added.keys),
      batch(added.values),
      past.keys,
      past.values,
      sub(total, 1),
      reshape(total, []),
      ...(bias === undefined ? [] : [...unused, bias]),
    ],
    attributes: { num_heads: heads, kv_num_heads: past.keys.shape[1] as number },
    outputs: [
      { type: 'float32', shape: [1, ...queries.shape] },
      { type: 'float32', shape: past.keys.shape },
      { type: 'float32', shape: past.values.shape },
    ],
  });
  return { read: reshape(read!, queries.shape), keys: keys!, values: values! };
}
