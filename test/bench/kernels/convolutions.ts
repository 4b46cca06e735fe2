/** A convolution as long as its input, in three ways: Monarch, onnxruntime's DFT operator, and directly. */
import { implicitFilter, initialImplicitFilter } from '../../../kernels/hyena/filter.ts';
import { chooseFactors } from '../../../kernels/monarch/factors.ts';
import { monarchConvolutionGraph } from '../../../kernels/monarch/graph.ts';
import { add, mul, sub } from '../../../kernels/onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../../../kernels/onnx/graph-builder.ts';
import { concat, pad, reshape, slice, split, transpose } from '../../../kernels/onnx/layout.ts';
import { conv1d } from '../../../kernels/onnx/matmul.ts';
import { placeTensor } from '../../../kernels/onnx/parameters.ts';
import { shortConvolutionGraph } from '../../../kernels/short-convolution/graph.ts';
import { randomNormal, type Tensor } from '../../../kernels/tensor.ts';
import { width } from './case.ts';
import { noise, openGraph, type Timed } from './timing.ts';

/** A direct convolution has quadratic cost: beyond this it is not run. */
const longestDirect = 4096;

/**
 * Ways to convolve [length, d] causally with as many taps, the direct one up to a length. Throws when they disagree.
 */
export async function convolutions(length: number, direct = longestDirect): Promise<readonly Timed[]> {
  const taps = randomNormal([length, width], 1, 1 / Math.sqrt(length));
  const ways = [
    await way('Monarch', length, (g, x) => monarchConvolutionGraph(g, x, taps, chooseFactors(2 * length))),
    await way('DFT operator', length, (g, x) => dftConvolution(g, x, taps)),
  ];
  if (length <= direct) ways.push(await way('direct', length, (g, x) => directConvolution(g, x, taps)));
  const [first, ...others] = await Promise.all(ways.map(one => one.output()));
  for (const [index, other] of others.entries()) {
    const error = other.reduce((largest, value, at) => Math.max(largest, Math.abs(value - first![at]!)), 0);
    if (!(error < 1e-3))
      throw new Error(`${ways[index + 1]!.name} differs from ${ways[0]!.name} by ${error}`);
  }
  return ways;
}

/** Hyena of order 2 over [length, 3d] at once: its filter has as many taps as there are tokens. */
export async function wholeHyena(length: number): Promise<Timed> {
  const taps = implicitFilter(initialImplicitFilter(width, 1), length);
  const kernel = randomNormal([3, 3 * width], 2);
  const session = await openGraph(g => {
    const projections = g.input('projections', 'float32', [length, 3 * width]);
    const past = g.constant(
      'float32',
      Array.from({ length: 6 * width }, () => 0),
      [2, 3 * width],
    );
    const local = shortConvolutionGraph(g, projections, { kernel: placeTensor(g, kernel) }, { past });
    const [x1, x2, v] = split(local.output, [width, width, width], 1) as [Value, Value, Value];
    const long = monarchConvolutionGraph(g, mul(x2, v), taps, chooseFactors(2 * length));
    return { y: mul(x1, long) };
  });
  const feeds = { projections: noise([length, 3 * width]) };
  return { name: `Hyena over ${length}`, run: () => session.run(feeds) };
}

async function way(
  name: string,
  length: number,
  build: (g: GraphBuilder, x: Value) => Value,
): Promise<Timed & { output(): Promise<Float32Array> }> {
  const session = await openGraph(g => ({ y: build(g, g.input('x', 'float32', [length, width])) }));
  const feeds = { x: noise([length, width]) };
  return {
    name,
    run: () => session.run(feeds),
    output: async () => (await session.run(feeds)).y!.data as Float32Array,
  };
}

/** Forward transform of the real signal, product with the spectrum of the taps, and back. */
function dftConvolution(g: GraphBuilder, x: Value, taps: Tensor): Value {
  const length = taps.shape[0]!;
  const size = 2 * length;
  const spectrum = (signal: Value): readonly [Value, Value] => {
    const padded = pad(reshape(transpose(signal, [1, 0]), [width, length, 1]), 1, 0, length); // [d, N, 1]
    const half = dft(g, padded, [width, size / 2 + 1, 2], { onesided: 1 });
    return [slice(half, 2, 0, 1), slice(half, 2, 1)];
  };
  const [xr, xi] = spectrum(x);
  // The taps are constant, so their spectrum is computed when the session opens.
  const [hr, hi] = spectrum(g.weight(Float32Array.from(taps.data), taps.shape));
  const product = concat([sub(mul(xr, hr), mul(xi, hi)), add(mul(xr, hi), mul(xi, hr))], 2);
  // The real part of an inverse over the positive frequencies alone, counting all but the first and last twice.
  const twice = Float32Array.from({ length: size / 2 + 1 }, (_, k) => (k === 0 || k === size / 2 ? 1 : 2));
  const weighted = mul(product, g.weight(twice, [size / 2 + 1, 1]));
  const whole = pad(weighted, 1, 0, size / 2 - 1); // [d, N, 2]
  const inverse = dft(g, whole, [width, size, 2], { inverse: 1 });
  return transpose(reshape(slice(slice(inverse, 2, 0, 1), 1, 0, length), [width, length]), [1, 0]);
}

function dft(
  g: GraphBuilder,
  x: Value,
  shape: readonly number[],
  attributes: Readonly<Record<string, number>>,
): Value {
  const [result] = g.node({
    type: 'DFT',
    inputs: [x, undefined, g.scalar('int64', 1)],
    attributes,
    outputs: [{ type: 'float32', shape }],
  });
  return result!;
}

function directConvolution(g: GraphBuilder, x: Value, taps: Tensor): Value {
  const length = taps.shape[0]!;
  const signal = pad(reshape(transpose(x, [1, 0]), [1, width, length]), 2, length - 1, 0);
  const newestLast = new Float32Array(width * length);
  for (const [index, tap] of taps.data.entries()) {
    const [j, c] = [Math.floor(index / width), index % width];
    newestLast[c * length + length - 1 - j] = tap;
  }
  const convolved = conv1d(signal, g.weight(newestLast, [width, 1, length]), width); // [1, d, L]
  return transpose(reshape(convolved, [width, length]), [1, 0]);
}
