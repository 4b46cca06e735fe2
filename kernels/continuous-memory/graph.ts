import {
  add,
  cast,
  div,
  exp,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  mul,
  sigmoid,
  softplus,
  sqrt,
  sub,
  where,
} from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, slice, split, transpose } from '../onnx/layout.ts';
import { lengthOf, range, takeFrom } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import { type Placed, placeTensor } from '../onnx/parameters.ts';
import { cumulativeSum, reduceSum } from '../onnx/reduce.ts';
import { evenPoints, type GaussianBasis } from './basis.ts';
import type { ContinuousMemoryPlan } from './plan.ts';
import {
  binsOf,
  type ContinuousMemoryParameters,
  type ContinuousMemoryState,
  type ContinuousReadConfig,
  type ContinuousReadParameters,
  evenShare,
  readEpsilon,
} from './reference.ts';

/**
 * Reads with q [T, H·dk] and writes x [T, d] → output [T, H·dv]. Same as `continuousMemory` for T ≤ L, so that a call
 * completes at most one segment.
 */
export function continuousMemoryGraph(
  g: GraphBuilder,
  { q, x }: { readonly q: Value; readonly x: Value },
  parameters: Placed<ContinuousMemoryParameters>,
  read: ContinuousReadConfig,
  plan: ContinuousMemoryPlan,
  state: Placed<ContinuousMemoryState>,
): { readonly output: Value; readonly state: Placed<ContinuousMemoryState> } {
  const { segment, basis } = plan.config;
  const bins = binsOf(plan);
  const length = lengthOf(x, 0);
  const filled = cast(state.filled, 'int64'); // [1]
  const place = add(range(length), filled); // [T]: position in this segment or the next
  const here = reshape(cast(less(place, segment), 'float32'), [length.dimension, 1]); // 1 before the border
  const total = add(filled, length.value);
  const complete = greaterOrEqual(total, segment); // [1]

  // The first segment is fitted alone; tokens past its end belong to the second.
  const E = placeTensor(g, plan.fitNew);
  const now = where(greater(state.begun, 0), E, placeTensor(g, plan.fitFirst));
  const columns = takeFrom(concat([now, E], 1), 1, filled, length); // [N, T]
  const gathered = add(state.pending, matmul(columns, mul(x, here)));
  const begun = matmul(columns, mul(x, sub(1, here)));

  const readFrom = (coefficients: Value) => {
    const [keys, values] = [matmul(coefficients, parameters.key), matmul(coefficients, parameters.value)];
    return continuousReadGraph(g, { q, keys, values }, parameters, read, basis, bins);
  };
  const before = readFrom(state.coefficients);
  const noticed = add(state.attention, reduceSum(mul(before.seen, here), 0)); // [bins]
  const taken = add(matmul(carry(g, plan, noticed), state.coefficients), gathered);
  const coefficients = where(complete, taken, state.coefficients);
  const after = readFrom(coefficients);
  const rest = reduceSum(mul(after.seen, sub(1, here)), 0);

  return {
    output: add(mul(before.output, here), mul(after.output, sub(1, here))),
    state: {
      coefficients,
      pending: where(complete, begun, gathered),
      filled: cast(where(complete, sub(total, segment), total), 'float32'),
      begun: where(complete, g.scalar('float32', 1), state.begun),
      attention: plan.config.sampling === 'uniform' ? state.attention : where(complete, rest, noticed),
    },
  };
}

/**
 * Read only: q [T, H·dk], keys [N, H·dk], values [N, H·dv] → output [T, H·dv], seen [T, bins]. Same as
 * `continuousRead`.
 */
export function continuousReadGraph(
  g: GraphBuilder,
  operands: ContinuousReadOperands,
  parameters: Placed<ContinuousReadParameters>,
  read: ContinuousReadConfig,
  basis: GaussianBasis,
  bins: number,
): { readonly output: Value; readonly seen: Value } {
  const place = locate(operands, parameters, read);
  const half = new Float64Array(bins).fill((0.5 / bins) ** 2);
  const mass = bells(g, place, evenPoints(bins), half); // [H, T, bins]
  return {
    output: answer(g, operands.values, place, read, basis),
    seen: reduceSum(div(mass, reduceSum(mass, 2, true)), 0),
  };
}

/** `continuousReadGraph` without the attention histogram. */
export function continuousOutputGraph(
  g: GraphBuilder,
  operands: ContinuousReadOperands,
  parameters: Placed<ContinuousReadParameters>,
  read: ContinuousReadConfig,
  basis: GaussianBasis,
): Value {
  return answer(g, operands.values, locate(operands, parameters, read), read, basis);
}

/** q [T, H·dk], keys [N, H·dk], values [N, H·dv]. */
interface ContinuousReadOperands {
  readonly q: Value;
  readonly keys: Value;
  readonly values: Value;
}

/** Mean μ and variance σ² of each query's density: [H, T, 1] each. */
interface Place {
  readonly mean: Value;
  readonly variance: Value;
}

function locate(
  { q, keys }: ContinuousReadOperands,
  { location, locationBias }: Placed<ContinuousReadParameters>,
  { heads, varianceFloor }: ContinuousReadConfig,
): Place {
  const [T, N] = [q.shape[0]!, keys.shape[0]!];
  const dk = (q.shape[1] as number) / heads;
  const queries = transpose(reshape(q, [T, heads, dk]), [1, 0, 2]); // [H, T, dk]
  const columns = transpose(reshape(keys, [N, heads, dk]), [1, 2, 0]); // [H, dk, N]
  const scores = mul(matmul(queries, columns), 1 / Math.sqrt(dk)); // [H, T, N]
  const [towards, spread] = split(add(matmul(scores, location), locationBias), [1, 1], 2);
  return { mean: sigmoid(towards!), variance: add(softplus(spread!), varianceFloor) };
}

/** exp(−(μ − point)²/(2(σ² + variance))): [H, T, points]. */
function bells(
  g: GraphBuilder,
  { mean, variance }: Place,
  points: Float64Array,
  variances: Float64Array,
): Value {
  const distance = sub(mean, g.constant('float32', [...points]));
  const width = mul(add(variance, g.constant('float32', [...variances])), -2);
  return exp(div(mul(distance, distance), width));
}

/** values [N, H·dv] weighted by each query's density: [T, H·dv]. */
function answer(
  g: GraphBuilder,
  values: Value,
  place: Place,
  { form, heads }: ContinuousReadConfig,
  { centres, widths }: GaussianBasis,
): Value {
  const N = centres.length;
  const [T, dv] = [place.mean.shape[1]!, (values.shape[1] as number) / heads];
  const squares = widths.map(width => width ** 2);
  const bell = bells(g, place, centres, squares); // [H, T, N]
  const narrowest = Math.min(...squares);
  const heightOf = (variances: Value | number): Value => sqrt(add(place.variance, variances)); // 1/height, up to √2π
  const equal = squares.every(square => square === narrowest);
  // Relative to the height of the narrowest basis; equal widths need no factor.
  const relative = equal
    ? bell
    : mul(bell, div(heightOf(narrowest), heightOf(g.constant('float32', [...squares]))));
  const summed = matmul(relative, transpose(reshape(values, [N, heads, dv]), [1, 0, 2])); // [H, T, dv]
  const output =
    form === 'mean'
      ? div(summed, add(reduceSum(relative, 2, true), readEpsilon))
      : div(summed, mul(heightOf(narrowest), Math.sqrt(2 * Math.PI)));
  return reshape(transpose(output, [1, 0, 2]), [T, heads * dv]);
}

/** [N, N]: maps coefficients to those of the signal sampled and squeezed. */
function carry(g: GraphBuilder, plan: ContinuousMemoryPlan, attention: Value): Value {
  const { basis, samples, sampling } = plan.config;
  if (sampling === 'uniform') return placeTensor(g, plan.carry);
  const points = reshape(stickySamples(g, attention, samples, sampling.bins), [samples, 1]);
  const variances = basis.widths.map(width => width ** 2);
  const distance = sub(points, g.constant('float32', [...basis.centres])); // [M, N]
  const exponent = mul(
    mul(distance, distance),
    g.constant(
      'float32',
      Array.from(variances, v => -0.5 / v),
    ),
  );
  const density = mul(
    exp(exponent),
    g.constant(
      'float32',
      Array.from(variances, v => 1 / Math.sqrt(2 * Math.PI * v)),
    ),
  );
  return matmul(placeTensor(g, plan.fitOld), density);
}

/** Points in [0, 1] at the quantiles (m + ½)/M of the attention [bins], linear within a bin: [M]. */
function stickySamples(g: GraphBuilder, attention: Value, samples: number, bins: number): Value {
  const sum = reduceSum(attention, 0, true); // [1]
  const mass = add(attention, mul(add(sum, 1), evenShare / bins)); // [bins]
  const share = div(mass, reduceSum(mass, 0, true));
  const ends = cumulativeSum(share, 0); // [bins]
  const targets = g.constant('float32', [...evenPoints(samples)], [samples, 1]);
  // The last bin absorbs rounding errors.
  const passed = cast(lessOrEqual(reshape(slice(ends, 0, 0, -1), [1, bins - 1]), targets), 'float32'); // [M, bins − 1]
  const bin = cast(reduceSum(passed, 1), 'int64'); // [M]
  const inBin = gather(share, bin, 0);
  const start = sub(gather(ends, bin, 0), inBin);
  const inside = div(sub(reshape(targets, [samples]), start), inBin);
  return div(add(cast(bin, 'float32'), inside), bins);
}
