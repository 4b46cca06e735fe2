import { counting, cutIntoBlocks } from '../flash-attention/blocks.ts';
import { defaultBlock } from '../flash-attention/graph.ts';
import { type AttentionPartials, noScore } from '../flash-attention/partials.ts';
import { finishAttentionGraph, mergePartialsGraph } from '../flash-attention/tiles.ts';
import { addDimensions, formatShape, type Shape, symbol } from '../onnx/dimension.ts';
import {
  add,
  and,
  cast,
  div,
  exp,
  greater,
  greaterOrEqual,
  maximum as larger,
  less,
  lessOrEqual,
  mod,
  mul,
  minimum as smaller,
  sub,
  where,
} from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, scatterRows, slice, transpose } from '../onnx/layout.ts';
import {
  filled,
  fixedLength,
  type Length,
  lengthOf,
  minus,
  range,
  takeFirst,
  takeFrom,
} from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { reduceMax, reduceSum } from '../onnx/reduce.ts';
import {
  type DilatedAttentionParameters,
  type DilatedAttentionState,
  type DilatedLevel,
  type HeadOffsets,
  offsetOf,
  slotsOf,
} from './reference.ts';

/**
 * Same as `dilatedAttention`. At each level a head's tokens are gathered, attend to the stored groups and to each
 * other, and the results are scattered back; rate 1, which does most of the work, runs in blocks as window attention
 * does. At other levels work grows with the square of the chunk over the rate: chunks of up to four times the smallest
 * segment are best.
 */
export function dilatedAttentionGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  { levels, scale, offsets }: Placed<DilatedAttentionParameters>,
  state: Placed<DilatedAttentionState>,
  block = defaultBlock(levels[0]?.segment ?? 1),
): { output: Value; state: Placed<DilatedAttentionState> } {
  const [, heads, width] = q.shape;
  if (q.shape.length !== 3 || typeof heads !== 'number' || typeof width !== 'number') {
    throw new RangeError(`dilated attention: q is ${formatShape(q.shape)} and should be [T, H, dh]`);
  }
  const length = lengthOf(q, 0);
  const position = cast(state.position, 'int64'); // [1]
  const operands = { q: mul(q, reshape(scale, [heads, 1])), k, v };
  const results = levels.map((level, index) => {
    const kept = state.levels[index]!;
    return level.rate === 1
      ? attendToAll(g, operands, slotsOf(level), kept, position, length, block)
      : attendAtLevel(g, operands, level, kept, position, length, offsets);
  });
  const dense = results.filter(({ tokens }) => tokens === undefined).map(({ partials }) => partials);
  const nothing = (): Placed<AttentionPartials> => ({
    maximum: filled([heads, length], 'float32', noScore, g),
    denominator: filled([heads, length], 'float32', 0, g),
    weighted: filled([heads, length, v.shape[2] as number], 'float32', 0, g),
  });
  const base = dense.length > 0 ? dense.reduce((a, b) => mergePartialsGraph(g, a, b)) : nothing();
  const sparse = results.filter(({ tokens }) => tokens !== undefined);
  const merged = sparse.length > 0 ? mergeScattered(base, sparse) : base;
  return {
    output: finishAttentionGraph(g, merged),
    state: {
      levels: results.map(({ keys, values }) => ({ keys, values })),
      position: add(state.position, cast(length.value, 'float32')),
    },
  };
}

interface Operands {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
}

interface LevelResult {
  /** [H, T] where every head owns every token, otherwise [H, n] for the owned ones. */
  readonly partials: Placed<AttentionPartials>;
  /** int64 [H, n]: index of each owned token, head · T + token; arbitrary where it is outside the chunk. */
  readonly tokens?: Value;
  /** float32 [H, n]: 1 where the owned token is in the chunk. */
  readonly inside?: Value;
  readonly keys: Value;
  readonly values: Value;
}

/** Merges each level's results into the partials of the tokens it owns: a batched `mergePartials`. */
function mergeScattered(
  base: Placed<AttentionPartials>,
  levels: readonly LevelResult[],
): Placed<AttentionPartials> {
  const depth = base.weighted.shape[2]!;
  const joined = (of: (level: LevelResult) => Value, rest: Shape = []): Value =>
    concat(
      levels.map(level => reshape(of(level), [-1, ...rest])),
      0,
    );
  const tokens = joined(({ tokens: owned }) => owned!);
  const inside = joined(({ inside: there }) => there!);
  const found = {
    maximum: where(
      greater(inside, 0),
      joined(({ partials }) => partials.maximum),
      noScore,
    ),
    denominator: joined(({ partials }) => partials.denominator),
    weighted: joined(({ partials }) => partials.weighted, [depth]),
  };
  const start = {
    maximum: reshape(base.maximum, [-1]), // [H·T]
    denominator: reshape(base.denominator, [-1]),
    weighted: reshape(base.weighted, [-1, depth]),
  };
  const perRow = (x: Value): Value => reshape(x, [x.shape[0]!, 1]);
  const maximum = scatterRows(start.maximum, tokens, found.maximum, 'max');
  const before = exp(sub(start.maximum, maximum));
  const factor = mul(exp(sub(found.maximum, gather(maximum, tokens))), inside);
  const denominator = scatterRows(
    mul(start.denominator, before),
    tokens,
    mul(found.denominator, factor),
    'add',
  );
  const weighted = scatterRows(
    mul(start.weighted, perRow(before)),
    tokens,
    mul(found.weighted, perRow(factor)),
    'add',
  );
  return {
    maximum: reshape(maximum, base.maximum.shape),
    denominator: reshape(denominator, base.denominator.shape),
    weighted: reshape(weighted, base.weighted.shape),
  };
}

/** A level where each head owns one token of every group. */
function attendAtLevel(
  g: GraphBuilder,
  { q, k, v }: Operands,
  level: DilatedLevel,
  kept: { readonly keys: Value; readonly values: Value },
  position: Value,
  length: Length,
  offsets?: HeadOffsets,
): LevelResult {
  const slots = slotsOf(level);
  const owners = ownership(g, level, q.shape[1] as number, position, length, offsets);
  const [keys, values] = [append(kept.keys, k, owners), append(kept.values, v, owners)]; // [H, w/r + n − o, d]
  // Groups are numbered from the start of the sequence.
  const query = reshape(add(range(owners.groups), owners.firstGroup), [owners.groups.dimension, 1]);
  const oldest = sub(add(owners.firstGroup, owners.overlap.value), slots);
  const key = reshape(add(range(keys.length), oldest), [1, keys.length.dimension]);
  return {
    partials: attend(owners.gather(q), keys.all, values.all, biasOf(g, query, key, slots)),
    tokens: owners.tokens,
    inside: owners.inside,
    keys: slice(keys.all, 1, -slots),
    values: slice(values.all, 1, -slots),
  };
}

/** The level of rate 1: every head owns every token. */
function attendToAll(
  g: GraphBuilder,
  { q, k, v }: Operands,
  slots: number,
  kept: { readonly keys: Value; readonly values: Value },
  position: Value,
  length: Length,
  block: number,
): LevelResult {
  const blocks = cutIntoBlocks(g, length, slots, block);
  const headsFirst = (x: Value): Value => transpose(x, [1, 0, 2]);
  const keys = blocks.around(kept.keys, headsFirst(k));
  const values = blocks.around(kept.values, headsFirst(v));
  const starts = reshape(add(mul(range(blocks.count), block), position), [blocks.count.dimension, 1, 1]);
  const query = add(starts, counting(g, [1, block, 1]));
  const key = sub(add(starts, counting(g, [1, 1, slots + block])), slots);
  const found = attend(blocks.cut(headsFirst(q)), keys.seen, values.seen, biasOf(g, query, key, slots));
  const scalars = (x: Value): Value => {
    const joined = blocks.join(reshape(x, [...x.shape, 1]));
    return reshape(joined, joined.shape.slice(0, 2));
  };
  return {
    partials: {
      maximum: scalars(found.maximum),
      denominator: scalars(found.denominator),
      weighted: blocks.join(found.weighted),
    },
    keys: keys.kept,
    values: values.kept,
  };
}

/** From group numbers: 0 where a query sees a key (same segment, not later), `noScore` elsewhere. */
function biasOf(g: GraphBuilder, query: Value, key: Value, slots: number): Value {
  const segmentStart = mul(div(query, slots), slots);
  const sees = and(lessOrEqual(key, query), greaterOrEqual(key, segmentStart));
  return where(sees, 0, g.scalar('float32', noScore));
}

/** Partials of q [..., n, dh] over k [..., s, dh] and v [..., s, dv]. */
function attend(q: Value, k: Value, v: Value, bias: Value): Placed<AttentionPartials> {
  const axes = k.shape.map((_, axis) => axis);
  const transposed = transpose(k, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
  const scores = add(matmul(q, transposed), bias);
  const maximum = reduceMax(scores, -1, true);
  const weights = exp(sub(scores, maximum));
  return {
    maximum: reshape(maximum, maximum.shape.slice(0, -1)),
    denominator: reduceSum(weights, -1),
    weighted: matmul(weights, v),
  };
}

/** The tokens of a chunk that a head owns at one level, in groups of r. */
interface Ownership {
  /** Groups the chunk overlaps. */
  readonly groups: Length;
  /** int64 [1]: index of the first of them. */
  readonly firstGroup: Value;
  /** 1 if that group began in the previous chunk, so that the state holds part of it; otherwise 0. */
  readonly overlap: Length;
  /** As in `LevelResult`. */
  readonly tokens: Value;
  readonly inside: Value;
  /** Gathers tokens [T, H, d] into owned ones [H, n, d]; zeros where the owned token is outside the chunk. */
  gather(x: Value): Value;
}

function ownership(
  g: GraphBuilder,
  { rate }: DilatedLevel,
  heads: number,
  position: Value,
  length: Length,
  offsets?: HeadOffsets,
): Ownership {
  const offset = mod(position, rate); // [1]: tokens of the first group in earlier chunks
  const overlap: Length = { dimension: symbol(`overlap of ${rate}`), value: smaller(offset, 1) };
  const groups: Length = {
    dimension: addDimensions(overlap.dimension, symbol(`new groups of ${rate}`)),
    value: div(add(add(offset, length.value), rate - 1), rate),
  };
  // Head j's token of group i: i·r + its offset in a group − chunk offset.
  const head = counting(g, [heads, 1]);
  const own = Array.from({ length: heads }, (_, j) => offsetOf(j, heads, rate, offsets));
  const token = sub(add(mul(range(groups), rate), g.constant('int64', own, [heads, 1])), offset); // [H, n]
  const inside = cast(and(greaterOrEqual(token, 0), less(token, length.value)), 'float32');
  const clamped = larger(smaller(token, sub(length.value, 1)), 0);
  const source = add(mul(clamped, heads), head); // into tokens times heads
  return {
    groups,
    firstGroup: div(position, rate),
    overlap,
    tokens: add(clamped, mul(head, length.value)),
    inside,
    gather: x =>
      mul(gather(reshape(x, [-1, x.shape[2]!]), source), reshape(inside, [heads, groups.dimension, 1])),
  };
}

/** The stored groups and the chunk's; the chunk's first may complete the last stored one. */
function append(kept: Value, x: Value, owners: Ownership): { all: Value; length: Length } {
  const { groups, overlap } = owners;
  const fresh = owners.gather(x); // [H, n, d]
  const slots = kept.shape[1] as number;
  const whole = minus(fixedLength(x.graph, slots), overlap);
  const added = minus(groups, overlap);
  const completed = add(takeFrom(kept, 1, whole.value, overlap), takeFirst(fresh, 1, overlap));
  const all = concat([takeFirst(kept, 1, whole), completed, takeFrom(fresh, 1, overlap.value, added)], 1);
  return { all, length: lengthOf(all, 1) };
}
