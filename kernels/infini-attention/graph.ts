import { formatShape } from '../onnx/dimension.ts';
import { add, cast, div, maximum, minimum, mul, sigmoid, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, transpose } from '../onnx/layout.ts';
import {
  filled,
  fixedLength,
  type Length,
  lengthOf,
  minus,
  pieces,
  range,
  takeFirst,
  takeFrom,
  times,
} from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { cumulativeSum, reduceSum, rmsNormalize } from '../onnx/reduce.ts';
import { type FeatureMap, featuresGraph, isNormalized } from './feature-map.ts';
import { type CompressiveMemory, smallestDenominator, type WriteRule } from './memory.ts';
import type { InfiniAttentionParameters, InfiniAttentionState } from './reference.ts';
import { sideReadEpsilon } from './side-read.ts';

/** Same as `readMemory`: q [T, H, dk] to [T, H, dv]. */
export function readMemoryGraph(
  g: GraphBuilder,
  map: FeatureMap,
  q: Value,
  memory: Placed<CompressiveMemory>,
): Value {
  return transpose(answers(map, transpose(featuresGraph(g, map, q), [1, 0, 2]), memory), [1, 0, 2]);
}

/** Same as `writeMemory`, for one segment k [S, H, dk], v [S, H, dv]. */
export function writeMemoryGraph(
  g: GraphBuilder,
  map: FeatureMap,
  rule: WriteRule,
  k: Value,
  v: Value,
  before: Placed<CompressiveMemory>,
): Placed<CompressiveMemory> {
  const keys = transpose(featuresGraph(g, map, k), [1, 0, 2]); // [H, S, D]
  const values = transpose(v, [1, 0, 2]);
  return {
    memory: add(before.memory, change(map, rule, keys, values, before)),
    normalizer: add(before.normalizer, reduceSum(keys, 1)),
  };
}

/** Σ_s β_s φ(k_s) v_sᵀ of k [S, H, dk], v [S, H, dv] and an optional strength β [S, H]: [H, D, dv]. */
export function bindingsGraph(g: GraphBuilder, map: FeatureMap, k: Value, v: Value, strength?: Value): Value {
  const keys = transpose(featuresGraph(g, map, k), [1, 0, 2]); // [H, S, D]
  const values = transpose(v, [1, 0, 2]);
  if (strength === undefined) return matmul(swapped(keys), values);
  const weighed = mul(transpose(reshape(strength, [-1, keys.shape[0]!, 1]), [1, 0, 2]), keys);
  return matmul(swapped(weighed), values);
}

/** Same as `sideRead`: q [T, H, dk], memory [H, D, dv], gate [H] → [T, H, dv]. */
export function sideReadGraph(g: GraphBuilder, map: FeatureMap, q: Value, memory: Value, gate: Value): Value {
  const [heads, , width] = memory.shape;
  if (isNormalized(map)) throw new RangeError('side read: ELU + 1 has a normaliser; its read is a mean');
  if (typeof width !== 'number') throw new RangeError('side read: the width of the memory is not known');
  const ones = g.constant(
    'float32',
    Array.from({ length: width }, () => 1),
  );
  const answer = matmul(transpose(featuresGraph(g, map, q), [1, 0, 2]), memory); // [H, T, dv]
  const open = reshape(sigmoid(gate), [heads!, 1, 1]);
  return transpose(mul(rmsNormalize(answer, ones, sideReadEpsilon), open), [1, 0, 2]);
}

/** o = σ(β)·read + (1 − σ(β))·local, of [T, H, dv] each; β [H]. */
function mixGraph(_g: GraphBuilder, gate: Value, read: Value, local: Value): Value {
  const weight = reshape(sigmoid(gate), [gate.shape[0]!, 1]);
  return add(local, mul(weight, sub(read, local)));
}

/**
 * Same as `infiniAttention`. The linear rule takes chunks of any length. The delta rule handles segments one by one, so
 * a chunk may complete at most `longest` segments, all of which are computed even when absent; 1 is enough for chunks
 * of up to a segment.
 */
export function infiniAttentionGraph(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  local: Value,
  { featureMap, rule, segment, gate }: Placed<InfiniAttentionParameters>,
  state: Placed<InfiniAttentionState>,
  longest = 1,
): { output: Value; state: Placed<InfiniAttentionState> } {
  const [, heads] = q.shape;
  if (q.shape.length !== 3 || typeof heads !== 'number') {
    throw new RangeError(`Infini-attention: q is ${formatShape(q.shape)} and should be [T, H, dk]`);
  }
  const length = lengthOf(q, 0);
  const pending = cast(state.pending, 'int64'); // [1]
  // All tokens since the start of the pending segment: n segments, the last one padded.
  const used: Length = { dimension: length.dimension, value: add(length.value, pending) };
  const segments = pieces(used, segment);
  const whole = times(segments, segment);
  const begun: Length = { dimension: 0, value: pending };
  const rest = minus(minus(whole, begun), length);
  const zeros = (count: Length | number, x: Value): Value =>
    filled([count, heads, x.shape[2] as number], 'float32', 0, g);
  const aligned = (past: Value, x: Value): Value => concat([past, x, zeros(rest, x)], 0); // [n·S, H, d]
  const started = (past: Value): Value => takeFirst(past, 0, begun);
  const allKeys = aligned(started(state.pendingKeys), k);
  const allValues = aligned(started(state.pendingValues), v);
  const bySegment = (x: Value): Value =>
    transpose(reshape(x, [segments.dimension, segment, heads, x.shape[2]!]), [0, 2, 1, 3]);
  const keys = featuresGraph(g, featureMap, bySegment(allKeys)); // [n, H, S, D]
  const queries = featuresGraph(g, featureMap, bySegment(aligned(zeros(begun, q), q)));
  const after = memories(featureMap, rule, keys, bySegment(allValues), state, longest);
  const each = range(segments);
  const before = { memory: gather(after.memory, each), normalizer: gather(after.normalizer, each) };
  const read = answers(featureMap, queries, before); // [n, H, S, dv]
  const inOrder = reshape(transpose(read, [0, 2, 1, 3]), [whole.dimension, heads, v.shape[2]!]);
  const complete = div(used.value, segment); // [1]
  const one = (x: Value): Value => reshape(gather(x, complete), x.shape.slice(1));
  const left = mul(complete, segment);
  const remaining = (x: Value): Value =>
    takeFrom(concat([x, zeros(segment, x)], 0), 0, left, fixedLength(g, segment));
  return {
    output: mixGraph(g, gate, takeFrom(inOrder, 0, pending, length), local),
    state: {
      memory: one(after.memory),
      normalizer: one(after.normalizer),
      pendingKeys: remaining(allKeys),
      pendingValues: remaining(allValues),
      pending: cast(sub(used.value, left), 'float32'),
    },
  };
}

/**
 * The memories before the first segment and after each, from keys [n, H, S, D] and values [n, H, S, dv]: [n + 1, H, D,
 * dv] and [n + 1, H, D]; always `longest` + 1 for the delta rule, so exceeding it fails at run time.
 */
function memories(
  map: FeatureMap,
  rule: WriteRule,
  keys: Value,
  values: Value,
  { memory, normalizer }: Placed<CompressiveMemory>,
  longest: number,
): Placed<CompressiveMemory> {
  const first = (x: Value): Value => reshape(x, [1, ...x.shape]);
  const running = (x: Value, start: Value): Value =>
    concat([first(start), add(cumulativeSum(x, 0), start)], 0);
  const normalizers = running(reduceSum(keys, 2), normalizer);
  if (rule === 'linear') {
    return { memory: running(matmul(swapped(keys), values), memory), normalizer: normalizers };
  }
  const last = sub(lengthOf(keys, 0).value, 1);
  const states = [memory]; // [H, D, dv] each
  for (let index = 0; index < longest; index++) {
    const at = minimum(last, index);
    const pick = (x: Value): Value => reshape(gather(x, at), x.shape.slice(1));
    const known = { memory: states.at(-1)!, normalizer: pick(normalizers) };
    states.push(add(known.memory, change(map, rule, pick(keys), pick(values), known)));
  }
  return { memory: concat(states.map(first), 0), normalizer: normalizers };
}

/** A segment's update of M: φ(K)ᵀV, or for the delta rule φ(K)ᵀ(V − what M returns for K). keys [H, S, D]. */
function change(
  map: FeatureMap,
  rule: WriteRule,
  keys: Value,
  values: Value,
  before: Placed<CompressiveMemory>,
): Value {
  const news = rule === 'delta' ? sub(values, answers(map, keys, before)) : values;
  return matmul(swapped(keys), news);
}

/** φM / max(φ·z, ε) for φ [..., S, D], M [..., D, dv] and z [..., D]. */
function answers(map: FeatureMap, features: Value, { memory, normalizer }: Placed<CompressiveMemory>): Value {
  const product = matmul(features, memory);
  if (!isNormalized(map)) return product;
  const denominator = matmul(features, reshape(normalizer, [...normalizer.shape, 1])); // [..., S, 1]
  return div(product, maximum(denominator, smallestDenominator));
}

/** Swaps the last two axes. */
function swapped(x: Value): Value {
  const order = x.shape.map((_, axis) => axis);
  return transpose(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}
