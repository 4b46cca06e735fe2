import { counting, cutIntoBlocks } from '../flash-attention/blocks.ts';
import { defaultBlock } from '../flash-attention/graph.ts';
import { type AttentionPartials, noScore } from '../flash-attention/partials.ts';
import { addDimensions, type Dimension, formatShape, symbol } from '../onnx/dimension.ts';
import {
  add,
  and,
  cast,
  div,
  equal,
  exp,
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
import { concat, gather, reshape, slice, transpose } from '../onnx/layout.ts';
import { fixedLength, type Length, lengthOf, minus, range, takeFirst, takeFrom } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { reduceMax, reduceSum } from '../onnx/reduce.ts';
import {
  type DilatedAttentionParameters,
  type DilatedAttentionState,
  type DilatedLevel,
  slotsOf,
} from './reference.ts';

/**
 * The same as `dilatedAttention`. At each level the tokens that a head owns are gathered, attend to the kept groups and to each
 * other, and are handed back to their tokens; at rate 1, where most of the work is, in blocks as window attention does. At the
 * other levels work grows with the square of the chunk over the rate: chunks of up to four times the smallest segment are best.
 */
export function dilatedAttentionGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  { levels, scale }: Placed<DilatedAttentionParameters>,
  state: Placed<DilatedAttentionState>,
  block = defaultBlock(levels[0]?.segment ?? 1),
): { output: Value; state: Placed<DilatedAttentionState> } {
  const [, heads, width] = q.shape;
  if (q.shape.length !== 3 || typeof heads !== 'number' || typeof width !== 'number') {
    throw new RangeError(`dilated attention: q is ${formatShape(q.shape)} and should be [T, H, dh]`);
  }
  const length = lengthOf(q, 0);
  const position = cast(state.position, 'int64'); // [1]
  const scaled = mul(q, reshape(scale, [heads, 1]));
  const results = levels.map((level, index) =>
    attendAtLevel(g, { q: scaled, k, v }, level, state.levels[index]!, position, length, block),
  );
  // Each [T, H]: the maximum over all levels, then what every level counts in its terms.
  const maximum = results.map(result => result.maximum).reduce((a, b) => larger(a, b));
  const factors = results.map(result => where(result.present, exp(sub(result.maximum, maximum)), 0));
  const denominator = results
    .map((result, index) => mul(result.denominator, factors[index]!))
    .reduce((a, b) => add(a, b));
  const perRow = (x: Value) => reshape(x, [...x.shape, 1]);
  const weighted = results
    .map((result, index) => mul(result.weighted, perRow(factors[index]!)))
    .reduce((a, b) => add(a, b)); // [T, H, dv]
  // A denominator is 0 or at least 1, the exponential of the largest score's distance to itself.
  const output = div(weighted, perRow(larger(denominator, 0.5)));
  return {
    output,
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
  /** [T, H]; `noScore` where the level has nothing for a token and head. */
  readonly maximum: Value;
  /** [T, H] and [T, H, dv]; of no meaning where not present. */
  readonly denominator: Value;
  readonly weighted: Value;
  /** bool [T, H] */
  readonly present: Value;
  readonly keys: Value;
  readonly values: Value;
}

function attendAtLevel(
  g: GraphBuilder,
  operands: Operands,
  level: DilatedLevel,
  kept: { readonly keys: Value; readonly values: Value },
  position: Value,
  length: Length,
  block: number,
): LevelResult {
  if (level.rate === 1) return attendToAll(g, operands, slotsOf(level), kept, position, length, block);
  const { q, k, v } = operands;
  const slots = slotsOf(level);
  const owners = ownership(g, level, q.shape[1] as number, position, length);
  const [keys, values] = [append(kept.keys, k, owners), append(kept.values, v, owners)]; // [H, w/r + n − o, d]
  // Groups are numbered from the start of the sequence.
  const query = reshape(add(range(owners.groups), owners.firstGroup), [owners.groups.dimension, 1]);
  const oldest = sub(add(owners.firstGroup, owners.overlap.value), slots);
  const key = reshape(add(range(keys.length), oldest), [1, keys.length.dimension]);
  const partials = attend(owners.gather(q), keys.all, values.all, biasOf(g, query, key, slots)); // of [H, n, …]
  return {
    maximum: where(owners.present, owners.handBack(partials.maximum), noScore),
    denominator: owners.handBack(partials.denominator),
    weighted: owners.handBack(partials.weighted),
    present: owners.present,
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
  const partials = attend(blocks.cut(headsFirst(q)), keys.seen, values.seen, biasOf(g, query, key, slots));
  const perToken = (x: Value): Value => {
    const joined = blocks.join(reshape(x, [...x.shape.slice(0, 3), 1]));
    return transpose(reshape(joined, joined.shape.slice(0, 2)), [1, 0]);
  };
  return {
    maximum: perToken(partials.maximum),
    denominator: perToken(partials.denominator),
    weighted: headsFirst(blocks.join(partials.weighted)),
    present: g.constant('bool', [1], [1, 1]),
    keys: keys.kept,
    values: values.kept,
  };
}

/** 0 where a query sees a key, of its own segment and not after itself, `noScore` elsewhere; from their groups' numbers. */
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

/** Which tokens of a chunk a head owns at one level, in groups of r. */
interface Ownership {
  /** Groups that the chunk touches. */
  readonly groups: Length;
  /** int64 [1]: the number of the first of them. */
  readonly firstGroup: Value;
  /** 0 or 1: whether that group began in the chunk before, so that the state holds a part of it. */
  readonly overlap: Length;
  /** bool [T, H] */
  readonly present: Value;
  /** From tokens [T, H, d] to owned ones [H, n, d]; zeros where the owned token is not in the chunk. */
  gather(x: Value): Value;
  /** From owned ones [H, n] or [H, n, d] to tokens [T, H] or [T, H, d]; anything where not present. */
  handBack(x: Value): Value;
}

function ownership(
  g: GraphBuilder,
  { rate }: DilatedLevel,
  heads: number,
  position: Value,
  length: Length,
): Ownership {
  const count = length.dimension;
  const offset = mod(position, rate); // [1]: tokens of the first group that came before
  const firstGroup = div(position, rate);
  const overlap: Length = { dimension: symbol(`overlap of ${rate}`), value: smaller(offset, 1) };
  const groups: Length = {
    dimension: addDimensions(overlap.dimension, symbol(`new groups of ${rate}`)),
    value: div(add(add(offset, length.value), rate - 1), rate),
  };
  const head = counting(g, [1, heads]);
  const own = mod(head, rate);
  // The token of group i that head j owns: i·r + (j mod r) − offset.
  const starts = reshape(mul(range(groups), rate), [groups.dimension, 1]);
  const token = sub(add(starts, own), offset); // [n, H]
  const inside = and(greaterOrEqual(token, 0), less(token, length.value));
  const clamped = larger(smaller(token, sub(length.value, 1)), 0);
  const source = transpose(add(mul(clamped, heads), head), [1, 0]); // [H, n], into tokens times heads
  const filled = reshape(cast(transpose(inside, [1, 0]), 'float32'), [heads, groups.dimension, 1]);
  const at = reshape(add(range(length), offset), [count, 1]); // [T, 1], counted from the first group's start
  const target = add(mul(head, groups.value), div(at, rate)); // [T, H], into heads times groups
  const flat = (x: Value, rows: Dimension): Value => reshape(x, [rows, ...x.shape.slice(2)]);
  return {
    groups,
    firstGroup,
    overlap,
    present: equal(mod(at, rate), own),
    gather: x => mul(gather(flat(x, -1), source), filled),
    handBack: x => gather(flat(x, -1), target),
  };
}

/** The kept groups and those of the chunk, where the first of these may complete the last of those. */
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
