/**
 * Causal convolution as matrix products: the signal's spectrum times the filter's, and back. Time is the first axis and
 * channels the last throughout, so that every product is large and nothing is transposed.
 */
import { add, mul, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, reshape } from '../onnx/layout.ts';
import { lengthOf, padTo, takeFirst } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import { placeTensor } from '../onnx/parameters.ts';
import type { Tensor } from '../tensor.ts';
import {
  complexStage,
  firstStage,
  type Half,
  lastStage,
  type MonarchFactors,
  transformLength,
} from './factors.ts';
import { filterSpectrum } from './spectrum.ts';

/** x [T, d], T ≤ N/2, by taps [W, d], W ≤ N/2 → [T, d], with zeros before x. A shorter T costs the same as N/2. */
export function monarchConvolutionGraph(
  g: GraphBuilder,
  x: Value,
  taps: Tensor,
  factors: MonarchFactors,
): Value {
  const half = transformLength(factors) / 2;
  if (taps.shape[0]! > half) throw new RangeError(`monarch: ${taps.shape[0]} taps are more than ${half}`);
  const length = lengthOf(x, 0);
  const whole = { dimension: half, value: g.constant('int64', [half]) };
  const padded = length.dimension === half ? x : padTo(x, 0, whole); // [N/2, d]
  const y = filtered(g, padded, taps, factors, 'first', 'first');
  return length.dimension === half ? y : takeFirst(y, 0, length);
}

/**
 * Overlap-save: x [..., N, d], whose first half is the past → [..., N/2, d], the convolution at the second half, by
 * taps [W, d], W ≤ N/2 + 1.
 */
export function monarchBlockGraph(g: GraphBuilder, x: Value, taps: Tensor, factors: MonarchFactors): Value {
  const half = transformLength(factors) / 2;
  if (taps.shape[0]! > half + 1)
    throw new RangeError(`monarch: ${taps.shape[0]} taps are more than ${half + 1}`);
  return filtered(g, x, taps, factors, 'both', 'second');
}

function filtered(
  g: GraphBuilder,
  x: Value,
  taps: Tensor,
  factors: MonarchFactors,
  reads: Half,
  writes: Half,
): Value {
  const [re, im] = forwardTransform(g, x, factors, reads);
  const h = filterSpectrum(taps, factors);
  const [hre, him] = [placeTensor(g, h.real), placeTensor(g, h.imaginary)];
  const product: Spectrum = [sub(mul(re, hre), mul(im, him)), add(mul(re, him), mul(im, hre))];
  return inverseTransform(g, product, factors, writes);
}

/** Real and imaginary parts, each [..., (n_1/2 + 1)·n_2, n_3, d], or [..., n_1/2 + 1, n_2, d] of two factors. */
type Spectrum = readonly [re: Value, im: Value];

/** The half spectrum of x [..., N or N/2, d]. */
function forwardTransform(g: GraphBuilder, x: Value, factors: MonarchFactors, half: Half): Spectrum {
  const [n1, n2, n3] = factors;
  const batch = x.shape.slice(0, -2);
  const d = x.shape.at(-1) as number;
  const columns = half === 'both' ? n1 : n1 / 2;
  const first = g.weight(firstStage(factors, half), [n1 + 2, columns]);
  let a = matmul(first, reshape(x, [...batch, columns, n2 * n3 * d])); // [..., (k1, part), (j2, j3, d)]
  a = reshape(a, [...batch, n1 / 2 + 1, 2 * n2, n3 * d]); // [..., k1, (part, j2), (j3, d)]
  if (n3 > 1) {
    a = matmul(stage(g, complexStage(factors, 2, 'forward', 'index, part', 'part, index')), a); // [..., k1, (k2, part), (j3, d)]
    a = reshape(a, [...batch, (n1 / 2 + 1) * n2, 2 * n3, d]); // [..., (k1, k2), (part, j3), d]
  }
  const last = n3 > 1 ? 3 : 2;
  const re = matmul(stage(g, complexStage(factors, last, 'forward', 'real', 'part, index')), a);
  const im = matmul(stage(g, complexStage(factors, last, 'forward', 'imaginary', 'part, index')), a);
  return [re, im];
}

/** Inverse of a half spectrum: half or all of the N samples, [..., N/2 or N, d]. */
function inverseTransform(g: GraphBuilder, [re, im]: Spectrum, factors: MonarchFactors, half: Half): Value {
  const [n1, n2, n3] = factors;
  const batch = re.shape.slice(0, -3);
  const d = re.shape.at(-1) as number;
  const rows = half === 'both' ? n1 : n1 / 2;
  const first = n3 > 1 ? 3 : 2;
  let a = matmul(
    stage(g, complexStage(factors, first, 'inverse', 'part, index', 'part, index')),
    concat([re, im], -2), // [..., k1 or (k1, k2), (part, k), d]
  );
  if (n3 > 1) {
    a = reshape(a, [...batch, n1 / 2 + 1, n2 * 2, n3 * d]); // [..., k1, (k2, part), (j3, d)]
    a = matmul(stage(g, complexStage(factors, 2, 'inverse', 'part, index', 'index, part')), a); // [..., k1, (part, j2), (j3, d)]
  }
  a = reshape(a, [...batch, n1 + 2, n2 * n3 * d]); // [..., (k1, part), (j2, j3, d)]
  const last = g.weight(lastStage(factors, half), [rows, n1 + 2]);
  return reshape(matmul(last, a), [...batch, rows * n2 * n3, d]);
}

function stage(g: GraphBuilder, { shape, data }: { shape: readonly number[]; data: Float32Array }): Value {
  return g.weight(data, shape);
}
