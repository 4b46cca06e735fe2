/**
 * Linear layers with activations and weights in eight bits: one scale a token and one scale a column, so that what a token comes to
 * does not depend on the tokens beside it. Products and sums are exact whole numbers (`MatMulInteger`).
 */

import { formatShape } from './dimension.ts';
import { abs, add, maximum, mul, sub } from './elementwise.ts';
import type { Value } from './graph-builder.ts';
import { concat, reshape, split } from './layout.ts';
import { filled, type Length } from './length.ts';
import { uint8ZeroPoint } from './quantize.ts';
import { reduceMax } from './reduce.ts';

/**
 * W[k, n] ≈ scales[n]·weight[k, n], whole numbers of −127 to 127. As int8 they are multiplied fastest, where the processor adds such products
 * exactly; as uint8 (128 more) they are exact everywhere.
 */
export interface TokenWeight {
  /** int8 or uint8 [K, N] */
  readonly weight: Value;
  /** [N] */
  readonly scales: Value;
}

/** Rows x[t, k] ≈ scales[t]·(levels[t, k] − 128), exact to half a step of the row's largest / 127. */
export interface QuantizedRows {
  /** uint8 [T, K] */
  readonly levels: Value;
  /** [T, 1] */
  readonly scales: Value;
}

/** What every row's numbers are centred on, uint8 [T]: once for all products of a graph. */
export function rowZeroPoints(length: Length): Value {
  return filled([length], 'uint8', uint8ZeroPoint, length.value.graph);
}

/** Keeps a row of zeros from being divided by its scale of zero. */
const leastScale = 1e-12;
/** Steps of the second byte in half a step of the first, both ways. */
const fineSteps = 254;

/** x [T, K] in eight bits. */
export function quantizeRows(x: Value, zeroPoints: Value): QuantizedRows {
  const scales = maximum(mul(reduceMax(abs(x), -1), 1 / 127), leastScale); // [T]
  return { levels: levelsOf(x, scales, zeroPoints), scales: column(scales) };
}

/** x [T, K] times W, [T, N]. */
export function tokenLinear({ levels, scales }: QuantizedRows, weight: TokenWeight): Value {
  return mul(integerProduct(levels, weight), scales);
}

/** The same before the rows' scales: for what is scaled again anyway. */
export function unscaledTokenLinear({ levels }: QuantizedRows, weight: TokenWeight): Value {
  return integerProduct(levels, weight);
}

/**
 * The same with x in sixteen bits: what the first byte leaves over goes through a second one. Twice the arithmetic, but one pass over the weights:
 * for layers whose activations have outliers, beside which one byte would leave nothing of the rest.
 * @param rowFactors [T, 1] what x is to be multiplied by: so small a thing is cheaper behind the product
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

/** Σ_k (levels[…, k] − 128)·weight[k, n]·scales[n]: what is left to do is the rows' own scales. */
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

/** Two times [T, K] as [2, T, K]. */
function concatRows(first: Value, second: Value): Value {
  return concat(
    [first, second].map(rows => reshape(rows, [1, ...rows.shape])),
    0,
  );
}

function column(scales: Value): Value {
  return reshape(scales, [scales.shape[0]!, 1]);
}
