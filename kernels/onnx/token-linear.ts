/**
 * Linear layers with activations and weights in eight bits: one scale per token and one per column, so that a token's
 * result does not depend on its neighbours. Products and sums are exact integers (`MatMulInteger`).
 */

import { formatShape } from './dimension.ts';
import { abs, add, maximum, mul, sub } from './elementwise.ts';
import type { Value } from './graph-builder.ts';
import { concat, reshape, split } from './layout.ts';
import { filled, type Length } from './length.ts';
import { uint8ZeroPoint } from './quantize.ts';
import { reduceMax } from './reduce.ts';

/**
 * W[k, n] ≈ scales[n]·weight[k, n], integers of −127 to 127. int8 is fastest, where the processor adds such products
 * exactly; uint8 (128 more) is exact everywhere.
 */
export interface TokenWeight {
  /** int8 or uint8 [K, N] */
  readonly weight: Value;
  /** [N] */
  readonly scales: Value;
}

/** Rows x[t, k] ≈ scales[t]·(levels[t, k] − 128), within half a step of the row's largest / 127. */
export interface QuantizedRows {
  /** uint8 [T, K] */
  readonly levels: Value;
  /** [T, 1] */
  readonly scales: Value;
}

/** Zero point of every row, uint8 [T]: shared by all products of a graph. */
export function rowZeroPoints(length: Length): Value {
  return filled([length], 'uint8', uint8ZeroPoint, length.value.graph);
}

/** Prevents division by zero for a row of zeros. */
const leastScale = 1e-12;
/** Steps of the second byte per half step of the first, both ways. */
const fineSteps = 254;

/** Quantises x [T, K] to eight bits. */
export function quantizeRows(x: Value, zeroPoints: Value): QuantizedRows {
  const scales = maximum(mul(reduceMax(abs(x), -1), 1 / 127), leastScale); // [T]
  return { levels: levelsOf(x, scales, zeroPoints), scales: column(scales) };
}

/** x [T, K] times W, [T, N]. */
export function tokenLinear({ levels, scales }: QuantizedRows, weight: TokenWeight): Value {
  return mul(integerProduct(levels, weight), scales);
}

/** Same before the row scales, for results that are scaled anyway. */
export function unscaledTokenLinear({ levels }: QuantizedRows, weight: TokenWeight): Value {
  return integerProduct(levels, weight);
}

/**
 * Same with x in sixteen bits: a second byte holds the first one's remainder. Twice the arithmetic, but one pass over
 * the weights: for layers with outliers, beside which one byte would leave nothing of the rest.
 * @param rowFactors [T, 1] factors of x, applied after the product, where that is cheaper
 */
export function wideTokenLinear(x: Value, weight: TokenWeight, zeroPoints: Value, rowFactors?: Value): Value {
  const scales = maximum(mul(reduceMax(abs(x), -1), 1 / 127), leastScale); // [T]
  const coarse = levelsOf(x, scales, zeroPoints);
  const rest = sub(x, dequantizeRows(coarse, scales, zeroPoints));
  const fine = levelsOf(rest, mul(scales, 1 / fineSteps), zeroPoints);
  const products = integerProduct(concatRows(coarse, fine), weight); // [2, T, N]
  const [ofCoarse, ofFine] = split(products, [1, 1], 0) as [Value, Value];
  const sum = add(ofCoarse, mul(ofFine, 1 / fineSteps)); // [1, T, N]
  const factors = rowFactors === undefined ? column(scales) : mul(column(scales), rowFactors);
  return mul(reshape(sum, [x.shape[0]!, weight.weight.shape[1]!]), factors);
}

/** Σ_k (levels[…, k] − 128)·weight[k, n]·scales[n], without the row scales. */
function integerProduct(levels: Value, { weight, scales }: TokenWeight): Value {
  const [inputs, outputs] = weight.shape;
  if (levels.shape.at(-1) !== inputs || scales.shape[0] !== outputs) {
    const shapes = [levels, weight, scales].map(({ shape }) => formatShape(shape)).join(', ');
    throw new RangeError(`MatMulIntegerToFloat: ${shapes} do not fit`);
  }
  const { graph } = levels;
  const zeroPoint = graph.scalar('uint8', uint8ZeroPoint);
  return graph.node({
    type: 'MatMulIntegerToFloat',
    domain: 'com.microsoft',
    inputs: [
      levels,
      weight,
      graph.scalar('float32', 1),
      scales,
      zeroPoint,
      weight.type === 'uint8' ? zeroPoint : undefined,
    ],
    outputs: [{ type: 'float32', shape: levels.shape.with(-1, outputs!) }],
  })[0]!;
}

function levelsOf(x: Value, scales: Value, zeroPoints: Value): Value {
  return x.graph.node({
    type: 'QuantizeLinear',
    inputs: [x, scales, zeroPoints],
    attributes: { axis: 0 },
    outputs: [{ type: 'uint8', shape: x.shape }],
  })[0]!;
}

function dequantizeRows(levels: Value, scales: Value, zeroPoints: Value): Value {
  return levels.graph.node({
    type: 'DequantizeLinear',
    inputs: [levels, scales, zeroPoints],
    attributes: { axis: 0 },
    outputs: [{ type: 'float32', shape: levels.shape }],
  })[0]!;
}

/** Stacks two [T, K] as [2, T, K]. */
function concatRows(first: Value, second: Value): Value {
  return concat(
    [first, second].map(rows => reshape(rows, [1, ...rows.shape])),
    0,
  );
}

function column(scales: Value): Value {
  return reshape(scales, [scales.shape[0]!, 1]);
}
