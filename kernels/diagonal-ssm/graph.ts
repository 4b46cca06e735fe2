/**
 * The diagonal recurrence as matrix products. With u_i the C tokens of block i and S_i the modes before it,
 *
 *   y_i = Toeplitz(f_0 … f_{C−1}) u_i + Vandermonde(R λ … R λ^C) S_i,     S_{i+1} = λ^C S_i + Σ_j λ^{C−1−j} u_{i,j}
 *
 * one matrix per channel for each of the two sums. Only S depends on the previous block.
 */
import { formatShape } from '../onnx/dimension.ts';
import { add, mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, transpose } from '../onnx/layout.ts';
import { lengthOf, minus, padTo, pieces, takeFrom, times } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import { type Placed, placeTensor } from '../onnx/parameters.ts';
import { reduceSum } from '../onnx/reduce.ts';
import { chainOverBlocks, multiply, parts } from './chain.ts';
import type { DiagonalSsmParameters, DiagonalSsmState } from './reference.ts';
import { diagonalSsmTables } from './tables.ts';

type Result = { readonly output: Value; readonly state: Placed<DiagonalSsmState> };

/** input [T, d] → output [T, d], T at most `longest`: the chain over blocks is unrolled. */
export function diagonalSsmGraph(
  g: GraphBuilder,
  input: Value,
  parameters: DiagonalSsmParameters,
  { modes }: Placed<DiagonalSsmState>,
  longest = 512,
): Result {
  const tables = diagonalSsmTables(parameters);
  const { block } = tables;
  const [d, m] = widths(modes);
  const length = lengthOf(input, 0);
  const blocks = pieces(length, block);
  const whole = times(blocks, block);
  const padding = minus(whole, length);
  // Padded at the start, so that the last block ends with the last token and its modes are the state.
  const columns = transpose(padTo(input, 0, whole, 0, 'start'), [1, 0]); // [d, n·C]
  const u = reshape(columns, [d, blocks.dimension, block]); // [d, n, C]
  const written = matmul(u, placeTensor(g, tables.write)); // [d, n, 2m]
  const rewind = reshape(gather(placeTensor(g, tables.rewind), padding.value, 0), [d, 1, 2 * m]);
  const start = multiply(parts(reshape(modes, [d, 1, 2 * m]), m, 2), parts(rewind, m, 2));
  const decay = parts(placeTensor(g, tables.decay), m, 2);
  const S = chainOverBlocks(decay, parts(written, m, 2), start, blocks, Math.ceil(longest / block), 1);
  const y = matmul(concat([u, ...S.before], 2), placeTensor(g, tables.read)); // [d, n, C]
  const output = transpose(reshape(y, [d, whole.dimension]), [1, 0]); // [n·C, d]
  return {
    output: takeFrom(output, 0, padding.value, length),
    state: { modes: reshape(concat(S.after, 2), [d, 2, m]) },
  };
}

/** One token, input [1, d]: the recurrence itself. */
export function diagonalSsmStepGraph(
  g: GraphBuilder,
  input: Value,
  { poles, residues, skip }: DiagonalSsmParameters,
  { modes }: Placed<DiagonalSsmState>,
): Result {
  const [d, m] = widths(modes);
  const λ = parts(placeTensor(g, poles), 1, 1); // [d, 1, m]
  const u = reshape(input, [d, 1, 1]);
  const turned = multiply(parts(modes, 1, 1), λ);
  const next = concat([add(turned[0], u), turned[1]], 1); // [d, 2, m]
  // Re(R h) = R_re h_re − R_im h_im
  const signed = residues.data.map((value, i) => (Math.floor(i / m) % 2 === 0 ? value : -value));
  const weighed = mul(next, placeTensor(g, { shape: residues.shape, data: signed }));
  const read = reduceSum(reshape(weighed, [d, 2 * m]), 1); // [d]
  const output = add(reshape(read, [1, d]), mul(input, reshape(placeTensor(g, skip), [1, d])));
  return { output, state: { modes: next } };
}

function widths(modes: Value): [d: number, m: number] {
  const [d, , m] = modes.shape;
  if (typeof d !== 'number' || typeof m !== 'number') {
    throw new RangeError(`diagonal recurrence: modes of ${formatShape(modes.shape)}`);
  }
  return [d, m];
}
