import { diagonalSsmGraph, diagonalSsmStepGraph } from '../diagonal-ssm/graph.ts';
import { chooseFactors, transformLength } from '../monarch/factors.ts';
import { monarchBlockGraph } from '../monarch/graph.ts';
import { mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, pad, reshape, slice, split } from '../onnx/layout.ts';
import { lengthOf, padTo, pieces, takeFirst, times } from '../onnx/length.ts';
import { type Placed, placeTensor } from '../onnx/parameters.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import type { Tensor } from '../tensor.ts';
import {
  type HyenaFilter,
  type HyenaParameters,
  type HyenaState,
  hyenaOrder,
  reversedRows,
} from './reference.ts';

type Result = { readonly output: Value; readonly state: Placed<HyenaState> };

/** Longest filter for which a plain convolution beats Fourier transforms. */
const shortFilter = 24;

/**
 * projections [T, (N + 1)·d] → output [T, d]: same as `hyena`. Short filters run as one Conv, longer ones as Monarch
 * convolutions over overlapping blocks, modal ones as a diagonal recurrence, for which T is at most `longest`. In a
 * batch, d counts the channels of all sequences; each sequence's projections are adjacent.
 */
export function hyenaGraph(
  g: GraphBuilder,
  projections: Value,
  parameters: HyenaParameters,
  state: Placed<HyenaState>,
  longest?: number,
  batch = 1,
): Result {
  const kernel = placeTensor(g, parameters.short);
  const local = shortConvolutionGraph(g, projections, { kernel }, { past: state.short });
  const parts = apart(local.output, hyenaOrder(parameters) + 1, batch);
  const { output, filters } = recur(parts, parameters, (x, filter, n) =>
    convolve(g, x, filter, state.filters[n]!, longest),
  );
  return { output, state: { short: local.state.past, filters } };
}

/** One token, projections [1, (N + 1)·d]. */
export function hyenaStepGraph(
  g: GraphBuilder,
  projections: Value,
  parameters: HyenaParameters,
  state: Placed<HyenaState>,
): Result {
  const kernel = placeTensor(g, parameters.short);
  const local = shortConvolutionStepGraph(g, projections, { kernel }, { past: state.short });
  const parts = apart(local.output, hyenaOrder(parameters) + 1, 1);
  const { output, filters } = recur(parts, parameters, (x, filter, n) =>
    convolveStep(g, x, filter, state.filters[n]!),
  );
  return { output, state: { short: local.state.past, filters } };
}

/** Maps x_1, …, x_N, v to y, and gives the next state of every filter. */
function recur(
  parts: readonly Value[],
  { filters }: HyenaParameters,
  run: (x: Value, filter: HyenaFilter, n: number) => Convolved,
): { output: Value; filters: Value[] } {
  const next: Value[] = [];
  let z = parts.at(-1)!;
  for (let n = parts.length - 2; n >= 0; n--) {
    const filter = filters[n];
    if (filter !== undefined) {
      const convolved = run(z, filter, n);
      next[n] = convolved.state;
      z = convolved.output;
    }
    z = mul(parts[n]!, z);
  }
  return { output: z, filters: next };
}

/** A filtered x [T, d] and the filter's next state. */
interface Convolved {
  readonly output: Value;
  readonly state: Value;
}

function convolve(g: GraphBuilder, x: Value, filter: HyenaFilter, state: Value, longest?: number): Convolved {
  if (filter.kind === 'modal') {
    const { output, state: next } = diagonalSsmGraph(g, x, filter.modal, { modes: state }, longest);
    return { output, state: next.modes };
  }
  if (filter.taps.shape[0]! > shortFilter) return blockConvolution(g, x, filter.taps, state);
  const kernel = placeTensor(g, reversedRows(filter.taps));
  const { output, state: next } = shortConvolutionGraph(g, x, { kernel }, { past: state });
  return { output, state: next.past };
}

function convolveStep(g: GraphBuilder, x: Value, filter: HyenaFilter, state: Value): Convolved {
  if (filter.kind === 'modal') {
    const { output, state: next } = diagonalSsmStepGraph(g, x, filter.modal, { modes: state });
    return { output, state: next.modes };
  }
  const kernel = placeTensor(g, reversedRows(filter.taps));
  const { output, state: next } = shortConvolutionStepGraph(g, x, { kernel }, { past: state });
  return { output, state: next.past };
}

/**
 * x [T, d] by taps [W, d] with the last W − 1 inputs before it: overlap-save. A transform twice as long as a block
 * covers the block and the one before it, all that a filter of W ≤ block + 1 can reach.
 */
function blockConvolution(g: GraphBuilder, x: Value, taps: Tensor, past: Value): Convolved {
  const width = taps.shape[0]!;
  const d = taps.shape[1]!;
  const factors = chooseFactors(2 ** Math.ceil(Math.log2(2 * (width - 1))));
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

/** Splits [T, count·d] into `count` of [T, d]. */
function apart(local: Value, count: number, batch: number): Value[] {
  const [T, all] = [local.shape[0]!, (local.shape[1] as number) / count];
  const d = all / batch;
  const widths = Array.from({ length: count }, () => d);
  if (batch === 1) return [...split(local, widths, -1)];
  return split(reshape(local, [T, batch, count * d]), widths, -1).map(part => reshape(part, [T, all]));
}
