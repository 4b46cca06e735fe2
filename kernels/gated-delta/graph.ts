/** The gated delta rule as one fused node, and in chunks of matrix products. Both equal `gatedDelta`. */

import { formatShape } from '../onnx/dimension.ts';
import { add, exp, minimum, mul, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, lowerTriangle, reshape, slice, split, transpose } from '../onnx/layout.ts';
import { type Length, lengthOf, padTo, pieces, plus, takeFirst, times } from '../onnx/length.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { cumulativeSum, rmsNormalize } from '../onnx/reduce.ts';
import { joined, piece, reached } from '../onnx/unrolled.ts';
import { type GatedDeltaInputs, type GatedDeltaState, keyNormEpsilon } from './reference.ts';
import { solveUnitLower } from './solve.ts';

type Result = { readonly output: Value; readonly state: Placed<GatedDeltaState> };

/** Tokens per chunk in the chunked form. */
const chunk = 64;

/** One node, onnxruntime's LinearAttention: every provider, T tokens, and the fastest at T = 1. */
export function gatedDeltaFusedGraph(
  g: GraphBuilder,
  { q, k, v, logDecay, beta }: Placed<GatedDeltaInputs>,
  { memory }: Placed<GatedDeltaState>,
): Result {
  const [heads, dk, dv] = headsOf(memory);
  const T = q.shape[0]!;
  const batched = (x: Value): Value => reshape(x, [1, T, x.shape[1]!]);
  const [output, next] = g.node({
    type: 'LinearAttention',
    domain: 'com.microsoft',
    inputs: [
      batched(reshape(normalised(g, q, heads), [T, heads * dk])),
      batched(reshape(normalised(g, k, heads), [T, heads * dk])),
      batched(v),
      reshape(memory, [1, heads, dk, dv]),
      batched(logDecay),
      batched(beta),
    ],
    attributes: { q_num_heads: heads, kv_num_heads: heads, update_rule: 'gated_delta', scale: { float: 1 } },
    outputs: [
      { type: 'float32', shape: [1, T, heads * dv] },
      { type: 'float32', shape: [1, heads, dk, dv] },
    ],
  });
  return { output: reshape(output!, [T, heads * dv]), state: { memory: reshape(next!, [heads, dk, dv]) } };
}

/**
 * In chunks of 64 (arXiv 2412.06464, section 3.3). With G_i the sum of the log decays up to i inside a chunk and S the
 * memory before it,
 *
 *   (I + L) V' = β ⊙ (V − e^G ⊙ K S),  L_ij = β_i e^{G_i − G_j} k_i·k_j  below the diagonal
 *   O = e^G ⊙ Q S + A V',              A_ij = e^{G_i − G_j} q_i·k_j      on and below it
 *   S ← e^{G_64} S + (e^{G_64 − G} ⊙ K)ᵀ V'
 *
 * so with [U, W] = (I + L)⁻¹ [β V, β e^G K] only V' = U − W S and the new S depend on the previous chunk. A padded
 * token has β = 0 and g = 0 and no effect. T is at most `longest`: the chain over chunks is unrolled.
 */
export function gatedDeltaChunkGraph(
  g: GraphBuilder,
  inputs: Placed<GatedDeltaInputs>,
  { memory }: Placed<GatedDeltaState>,
  longest = 512,
): Result {
  const [heads, dk, dv] = headsOf(memory);
  const length = lengthOf(inputs.q, 0);
  const chunks = pieces(length, chunk);
  const whole = times(chunks, chunk);
  const n = chunks.dimension;
  const perHead = (x: Value, width: number): Value =>
    transpose(reshape(padTo(x, 0, whole), [n, chunk, heads, width]), [0, 2, 1, 3]); // [n, H, C, width]

  const q = perHead(reshape(normalised(g, inputs.q, heads), [length.dimension, heads * dk]), dk);
  const k = perHead(reshape(normalised(g, inputs.k, heads), [length.dimension, heads * dk]), dk);
  const beta = perHead(inputs.beta, 1); // [n, H, C, 1]
  const scaled = mul(k, beta); // β K
  const G = cumulativeSum(perHead(inputs.logDecay, 1), 2); // [n, H, C, 1]
  const row = transpose(G, [0, 1, 3, 2]); // [n, H, 1, C]
  const last = slice(G, 2, -1); // [n, H, 1, 1]
  const columns = transpose(k, [0, 1, 3, 2]); // [n, H, dk, C]
  // exp of the difference, not a product of exponentials: e^{−G_j} alone overflows. Entries above the diagonal are
  // unused.
  const decay = exp(minimum(sub(G, row), 0)); // [n, H, C, C]

  const L = mul(matmul(scaled, columns), decay); // [n, H, C, C]
  const right = concat([mul(perHead(inputs.v, dv), beta), mul(scaled, exp(G))], 3); // [n, H, C, dv + dk]
  const [U, W] = split(solveUnitLower(g, L, right), [dv, dk], 3) as [Value, Value]; // [n, H, C, dv], [n, H, C, dk]
  const kept = mul(columns, exp(sub(last, row))); // [n, H, dk, C]
  const chained = chain({ U, W, kept, decay: exp(last) }, memory, chunks, Math.ceil(longest / chunk));

  const A = lowerTriangle(mul(matmul(q, columns), decay)); // [n, H, C, C]
  const output = add(matmul(A, chained.changes), matmul(mul(q, exp(G)), chained.before)); // [n, H, C, dv]
  const tokens = reshape(transpose(output, [0, 2, 1, 3]), [whole.dimension, heads * dv]);
  return { output: takeFirst(tokens, 0, length), state: { memory: chained.after } };
}

/**
 * V' = U − W S, then S ← e^{G_64} S + keptᵀ V', chunk by chunk over n ≤ `most` chunks: V' of each [n, H, C, dv], the
 * memory before each [n, H, dk, dv], and the final one.
 */
function chain(
  terms: Readonly<Record<'U' | 'W' | 'kept' | 'decay', Value>>,
  start: Value,
  chunks: Length,
  most: number,
): { changes: Value; before: Value; after: Value } {
  const [heads, dk, dv] = headsOf(start);
  const states = [reshape(start, [1, heads, dk, dv])];
  const changes: Value[] = [];
  for (let i = 0; i < most; i++) {
    const [U, W, kept, decay] = [terms.U, terms.W, terms.kept, terms.decay].map(x => piece(x, 0, i)) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const S = reached(states[i]!, 0, i, chunks);
    const change = sub(U, matmul(W, S)); // [1, H, C, dv]
    changes.push(change);
    states.push(add(mul(S, decay), matmul(kept, change)));
  }
  const all = joined(states, 0, plus(chunks, 1)); // [n + 1, H, dk, dv]
  return {
    changes: joined(changes, 0, chunks),
    before: slice(all, 0, 0, -1),
    after: reshape(slice(all, 0, -1), [heads, dk, dv]),
  };
}

/** x/√(Σx² + ε) per head: [T, H·dk] → [T, H, dk]. */
function normalised(g: GraphBuilder, x: Value, heads: number): Value {
  const width = (x.shape[1] as number) / heads;
  const gain = g.constant(
    'float32',
    Array.from({ length: width }, () => 1 / Math.sqrt(width)),
  );
  return rmsNormalize(reshape(x, [x.shape[0]!, heads, width]), gain, keyNormEpsilon / width);
}

function headsOf(memory: Value): [heads: number, dk: number, dv: number] {
  const [heads, dk, dv] = memory.shape;
  if (typeof heads !== 'number' || typeof dk !== 'number' || typeof dv !== 'number') {
    throw new RangeError(`gated delta rule: a memory of ${formatShape(memory.shape)}`);
  }
  return [heads, dk, dv];
}
