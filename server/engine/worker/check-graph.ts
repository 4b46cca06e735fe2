/**
 * The graph that a device must compute correctly to be trusted: a small transformer block with RMS normalisation, four
 * matrix products, softmax attention, and the residual sum.
 *   n = x / √(mean x² + ε) ⊙ g;  q, k, v = n·Wq, n·Wk, n·Wv;  y = x + softmax(q·kᵀ / √d)·v·Wo
 */
import { add, mul } from '../../../kernels/onnx/elementwise.ts';
import { GraphBuilder, type OnnxModel } from '../../../kernels/onnx/graph-builder.ts';
import { transpose } from '../../../kernels/onnx/layout.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { rmsNormalize, softmax } from '../../../kernels/onnx/reduce.ts';
import { randomNormal, type Tensor, zeros } from '../../../kernels/tensor.ts';
import type { CheckResult } from '../messages.ts';
import type { GraphSession } from './session.ts';

const length = 48;
const width = 64;
const epsilon = 1e-5;
/** Same bound as for every kernel. */
const tolerance = 1e-4;

interface Weights {
  readonly gain: Tensor; // [d]
  readonly query: Tensor; // [d, d]
  readonly key: Tensor; // [d, d]
  readonly value: Tensor; // [d, d]
  readonly output: Tensor; // [d, d]
}

export function checkGraph(): OnnxModel {
  const graph = new GraphBuilder();
  const weights = checkWeights();
  const weight = ({ data, shape }: Tensor) => graph.weight(Float32Array.from(data), shape);
  const x = graph.input('x', 'float32', ['T', width]); // [T, d]
  const normal = rmsNormalize(x, weight(weights.gain), epsilon); // [T, d]
  const query = matmul(normal, weight(weights.query)); // [T, d]
  const key = matmul(normal, weight(weights.key)); // [T, d]
  const value = matmul(normal, weight(weights.value)); // [T, d]
  const scores = mul(matmul(query, transpose(key, [1, 0])), 1 / Math.sqrt(width)); // [T, T]
  const read = matmul(softmax(scores), value); // [T, d]
  graph.output('y', add(x, matmul(read, weight(weights.output)))); // [T, d]
  return graph.build();
}

/** Runs the graph on random numbers and compares it with the reference. */
export async function check(session: GraphSession, seed: number): Promise<CheckResult> {
  const x = randomNormal([length, width], seed);
  const expected = checkReference(x);
  const started = performance.now();
  const { y } = await session.run({ x: { shape: x.shape, data: Float32Array.from(x.data) } });
  const milliseconds = performance.now() - started;
  const error = y === undefined ? Number.POSITIVE_INFINITY : relativeError(y.data, expected.data);
  return { error, right: error <= tolerance, milliseconds };
}

/** The reference: the same in float64 and plain loops. x and the result are [T, d]. */
export function checkReference(x: Tensor): Tensor {
  const weights = checkWeights();
  const normal = normalize(x, weights.gain); // [T, d]
  const query = multiply(normal, weights.query); // [T, d]
  const key = multiply(normal, weights.key); // [T, d]
  const value = multiply(normal, weights.value); // [T, d]
  const rows = x.shape[0]!;
  const read = zeros([rows, width]);
  for (let t = 0; t < rows; t++) {
    const scores = Float64Array.from({ length: rows }, (_, s) => {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += query.data[t * width + i]! * key.data[s * width + i]!;
      return sum / Math.sqrt(width);
    });
    const largest = scores.reduce((a, b) => Math.max(a, b));
    const shares = scores.map(score => Math.exp(score - largest));
    const total = shares.reduce((a, b) => a + b);
    for (let s = 0; s < rows; s++) {
      for (let i = 0; i < width; i++) {
        read.data[t * width + i]! += (shares[s]! / total) * value.data[s * width + i]!;
      }
    }
  }
  const change = multiply(read, weights.output);
  return { shape: x.shape, data: x.data.map((number, index) => number + change.data[index]!) };
}

function checkWeights(): Weights {
  const matrix = (seed: number) => randomNormal([width, width], seed, 1 / Math.sqrt(width));
  return {
    gain: randomNormal([width], 1),
    query: matrix(2),
    key: matrix(3),
    value: matrix(4),
    output: matrix(5),
  };
}

function normalize(x: Tensor, gain: Tensor): Tensor {
  const result = zeros(x.shape);
  for (let start = 0; start < x.data.length; start += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += x.data[start + i]! ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) result.data[start + i] = x.data[start + i]! * scale * gain.data[i]!;
  }
  return result;
}

function multiply(x: Tensor, weight: Tensor): Tensor {
  const result = zeros(x.shape);
  for (let t = 0; t < x.shape[0]!; t++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        result.data[t * width + j]! += x.data[t * width + i]! * weight.data[i * width + j]!;
      }
    }
  }
  return result;
}

/** Any NaN counts as an infinite error. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (let index = 0; index < expected.length; index++) {
    const here = Math.abs(actual[index]! - expected[index]!);
    if (Number.isNaN(here)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, here);
    scale = Math.max(scale, Math.abs(expected[index]!));
  }
  return difference / scale;
}
