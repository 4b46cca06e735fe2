import { diagonalSsmGraph, diagonalSsmStepGraph } from '../diagonal-ssm/graph.ts';
import type { DiagonalSsmState } from '../diagonal-ssm/reference.ts';
import type { MonarchFactors } from '../monarch/factors.ts';
import { chooseFactors, transformLength } from '../monarch/factors.ts';
import { monarchBlockGraph } from '../monarch/graph.ts';
import { mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, pad, reshape, slice, split } from '../onnx/layout.ts';
import { lengthOf, padTo, pieces, takeFirst, times } from '../onnx/length.ts';
import type { Placed } from '../onnx/parameters.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import type { Tensor } from '../tensor.ts';
import { type HyenaParameters, type HyenaState, reversedRows } from './reference.ts';

type Result = { readonly output: Value; readonly state: Placed<HyenaState> };

/** Up to here a filter is cheaper as a plain convolution than by Fourier transforms. */
const shortFilter = 24;

/**
 * projections [T, 3d] → output [T, d]: the same as `hyena`. Short filters run as one Conv, longer ones as Monarch
 * convolutions over overlapping blocks, modal ones as a diagonal recurrence, for which T is at most `longest`.
 */
export function hyenaGraph(
  g: GraphBuilder,
  projections: Value,
  { short, filter }: HyenaParameters,
  state: Placed<HyenaState>,
  longest?: number,
): Result {
  const local = shortConvolutionGraph(g, projections, { kernel: weight(g, short) }, { past: state.short });
  const { gate, gated } = gates(local.output);
  const long = convolve();
  return {
    output: mul(gate, long.output),
    state: { short: local.state.past, filter: long.state },
  };

  function convolve(): { output: Value; state: Value } {
    if (filter.kind === 'modal') {
      return fromModes(diagonalSsmGraph(g, gated, filter.modal, { modes: state.filter }, longest));
    }
    if (filter.taps.shape[0]! > shortFilter) return blockConvolution(g, gated, filter.taps, state.filter);
    const kernel = weight(g, reversedRows(filter.taps));
    const { output, state: next } = shortConvolutionGraph(g, gated, { kernel }, { past: state.filter });
    return { output, state: next.past };
  }
}

/** One token, projections [1, 3d]. */
export function hyenaStepGraph(
  g: GraphBuilder,
  projections: Value,
  { short, filter }: HyenaParameters,
  state: Placed<HyenaState>,
): Result {
  const local = shortConvolutionStepGraph(
    g,
    projections,
    { kernel: weight(g, short) },
    { past: state.short },
  );
  const { gate, gated } = gates(local.output);
  const long = convolve();
  return {
    output: mul(gate, long.output),
    state: { short: local.state.past, filter: long.state },
  };

  function convolve(): { output: Value; state: Value } {
    if (filter.kind === 'modal') {
      return fromModes(diagonalSsmStepGraph(g, gated, filter.modal, { modes: state.filter }));
    }
    const kernel = weight(g, reversedRows(filter.taps));
    const { output, state: next } = shortConvolutionStepGraph(g, gated, { kernel }, { past: state.filter });
    return { output, state: next.past };
  }
}

/**
 * x [T, d] by taps [W, d] with the last W − 1 inputs before it: overlap-save. A transform twice as long as a block reads the block
 * and the one before it, which holds all that a filter of W ≤ block + 1 can reach.
 */
function blockConvolution(
  g: GraphBuilder,
  x: Value,
  taps: Tensor,
  past: Value,
): { output: Value; state: Value } {
  const width = taps.shape[0]!;
  const d = taps.shape[1]!;
  const factors: MonarchFactors = chooseFactors(2 ** Math.ceil(Math.log2(2 * (width - 1))));
  const block = transformLength(factors) / 2;
  const length = lengthOf(x, 0);
  const blocks = pieces(length, block);
  const sequence = concat([past, x], 0); // [W − 1 + T, d]
  const before = block === width - 1 ? past : pad(past, 0, block - width + 1, 0); // [C, d]
  const first = reshape(before, [1, block, d]); // [1, C, d]
  const rest = reshape(padTo(x, 0, times(blocks, block)), [blocks.dimension, block, d]); // [n, C, d]
  const previous = takeFirst(concat([first, rest], 0), 0, blocks); // [n, C, d]
  const convolved = monarchBlockGraph(g, concat([previous, rest], 1), taps, factors); // [n, C, d]
  const output = takeFirst(reshape(convolved, [times(blocks, block).dimension, d]), 0, length);
  return { output, state: slice(sequence, 0, 1 - width) };
}

/** From [T, 3d]: x1, and x2 ⊙ v. */
function gates(local: Value): { gate: Value; gated: Value } {
  const d = (local.shape[1] as number) / 3;
  const [x1, x2, v] = split(local, [d, d, d], 1);
  return { gate: x1!, gated: mul(x2!, v!) };
}

function fromModes({ output, state }: { output: Value; state: Placed<DiagonalSsmState> }): {
  output: Value;
  state: Value;
} {
  return { output, state: state.modes };
}

function weight(g: GraphBuilder, { shape, data }: Tensor): Value {
  return g.weight(Float32Array.from(data), shape);
}
