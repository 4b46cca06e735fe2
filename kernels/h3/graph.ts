/**
 * H3 as matrix products. Within a block of C tokens it is attention with scores weighted by the filter; earlier tokens
 * enter through the modes of the recurrence, each a dh × dh matrix:
 *
 *   Y = (Q K̄ᵀ ⊙ F) V + Σ_n (r_n ⊙ Q) S_n,   F_{ts} = f_{t−s},   S_n ← λ_n^C S_n + (w_n ⊙ K̄)ᵀ V
 *
 * with r_n and w_n the powers of λ_n at every token. The modes are stacked, so both sums are one product.
 */
import { chainOverBlocks, multiply, parts } from '../diagonal-ssm/chain.ts';
import { blockLength, diagonalSsmTables } from '../diagonal-ssm/tables.ts';
import { formatShape } from '../onnx/dimension.ts';
import { add, mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, slice, transpose } from '../onnx/layout.ts';
import { lengthOf, minus, padTo, pieces, takeFrom, times } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import { type Placed, placeTensor } from '../onnx/parameters.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import type { H3Inputs, H3Parameters, H3State } from './reference.ts';

type Result = { readonly output: Value; readonly state: Placed<H3State> };

/** q, k, v [T, d] → output [T, d], T at most `longest`: the chain over blocks is unrolled. */
export function h3Graph(
  g: GraphBuilder,
  { q, k, v }: Placed<H3Inputs>,
  { shift, ssm }: H3Parameters,
  state: Placed<H3State>,
  longest = 512,
): Result {
  const [heads, m, dh] = lengthsOf(state.modes);
  const tables = diagonalSsmTables(ssm, blockLength(ssm, Math.min(128, longest)));
  const { block } = tables;
  const shifted = shortConvolutionGraph(g, k, { kernel: placeTensor(g, shift) }, { past: state.shift });
  const length = lengthOf(q, 0);
  const blocks = pieces(length, block);
  const n = blocks.dimension;
  const whole = times(blocks, block);
  const padding = minus(whole, length);
  // Padded at the start, so that the last block ends with the last token and its modes are the state.
  const perHead = (x: Value, order: readonly number[]): Value =>
    transpose(reshape(padTo(x, 0, whole, 0, 'start'), [n, block, heads, dh]), order);
  const Q = perHead(q, [0, 2, 1, 3]); // [n, H, C, dh]
  const V = perHead(v, [0, 2, 1, 3]); // [n, H, C, dh]
  const K = perHead(shifted.output, [0, 2, 3, 1]); // [n, H, dh, C]

  const read = placeTensor(g, tables.read); // [H, C + 2m, C]
  const F = transpose(slice(read, 1, 0, block), [0, 2, 1]); // [H, C, C], rows t
  const local = matmul(mul(matmul(Q, K), F), V); // [n, H, C, dh]

  const w = reshape(transpose(placeTensor(g, tables.write), [0, 2, 1]), [heads, 2 * m, 1, block]);
  const keys = mul(reshape(K, [n, heads, 1, dh, block]), w); // [n, H, 2m, dh, C]
  const written = matmul(reshape(keys, [n, heads, 2 * m * dh, block]), V); // [n, H, 2m·dh, dh]
  const perMode = (x: Value): Value => reshape(x, [x.shape[0]!, heads, 2 * m, dh * dh]);
  const rewind = reshape(gather(placeTensor(g, tables.rewind), padding.value, 0), [1, heads, 2 * m, 1]);
  const decay = reshape(placeTensor(g, tables.decay), [1, heads, 2 * m, 1]);
  const S = chainOverBlocks(
    parts(decay, m, 2),
    parts(perMode(written), m, 2),
    multiply(parts(perMode(reshape(state.modes, [1, heads, 2 * m * dh, dh])), m, 2), parts(rewind, m, 2)),
    blocks,
    Math.ceil(longest / block),
    0,
  );
  const before = reshape(concat(S.before, 2), [n, heads, 2 * m * dh, dh]);
  const r = reshape(transpose(slice(read, 1, block), [0, 2, 1]), [heads, block, 2 * m, 1]);
  const queries = mul(reshape(Q, [n, heads, block, 1, dh]), r); // [n, H, C, 2m, dh]
  const far = matmul(reshape(queries, [n, heads, block, 2 * m * dh]), before); // [n, H, C, dh]

  const output = reshape(transpose(add(local, far), [0, 2, 1, 3]), [whole.dimension, heads * dh]);
  return {
    output: takeFrom(output, 0, padding.value, length),
    state: {
      shift: shifted.state.past,
      modes: reshape(concat(S.after, 2), [heads, 2, m, dh, dh]),
    },
  };
}

/** One token, q, k, v [1, d]: the recurrence itself. */
export function h3StepGraph(
  g: GraphBuilder,
  { q, k, v }: Placed<H3Inputs>,
  { shift, ssm }: H3Parameters,
  state: Placed<H3State>,
): Result {
  const [heads, m, dh] = lengthsOf(state.modes);
  const shifted = shortConvolutionStepGraph(g, k, { kernel: placeTensor(g, shift) }, { past: state.shift });
  const binding = matmul(reshape(shifted.output, [heads, dh, 1]), reshape(v, [heads, 1, dh])); // [H, dh, dh]
  const modes = parts(reshape(state.modes, [heads, 2, m, dh * dh]), 1, 1); // [H, 1, m, dh²]
  const λ = parts(placeTensor(g, { shape: [heads, 2, m, 1], data: ssm.poles.data }), 1, 1); // [H, 1, m, 1]
  const turned = multiply(modes, λ);
  const next = concat([add(turned[0], reshape(binding, [heads, 1, 1, dh * dh])), turned[1]], 1); // [H, 2, m, dh²]
  // Re(R h) = R_re h_re − R_im h_im, plus D for the current token.
  const signed = ssm.residues.data.map((value, i) => (Math.floor(i / m) % 2 === 0 ? value : -value));
  const R = placeTensor(g, { shape: [heads, 1, 2 * m], data: signed });
  const summed = reshape(matmul(R, reshape(next, [heads, 2 * m, dh * dh])), [heads, dh, dh]);
  const skip = mul(binding, reshape(placeTensor(g, ssm.skip), [heads, 1, 1]));
  const output = matmul(reshape(q, [heads, 1, dh]), add(summed, skip)); // [H, 1, dh]
  return {
    output: reshape(output, [1, heads * dh]),
    state: { shift: shifted.state.past, modes: reshape(next, [heads, 2, m, dh, dh]) },
  };
}

function lengthsOf(modes: Value): [heads: number, m: number, dh: number] {
  const [heads, , m, dh] = modes.shape;
  if (typeof heads !== 'number' || typeof m !== 'number' || typeof dh !== 'number') {
    throw new RangeError(`H3: modes of ${formatShape(modes.shape)}`);
  }
  return [heads, m, dh];
}
