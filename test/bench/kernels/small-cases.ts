/** The layers around the long operators, measured the same way. */
import { gatedMlpGraph, squaredMlpGraph } from '../../../kernels/mlp/graph.ts';
import { ngramGraph } from '../../../kernels/ngram/graph.ts';
import { initialNgramState } from '../../../kernels/ngram/reference.ts';
import { normGraph } from '../../../kernels/norm/graph.ts';
import { rotaryGraph } from '../../../kernels/rotary/graph.ts';
import { initialRotaryState } from '../../../kernels/rotary/reference.ts';
import { shortConvolutionGraph } from '../../../kernels/short-convolution/graph.ts';
import { initialShortConvolutionState } from '../../../kernels/short-convolution/reference.ts';
import { full, randomNormal } from '../../../kernels/tensor.ts';
import { benchCase, type Case, heads, headWidth, width } from './case.ts';

const perHead = [heads, headWidth];
const matrix = (rows: number, columns: number, seed: number) =>
  randomNormal([rows, columns], seed, 1 / Math.sqrt(rows));

export const smallCases: readonly Case[] = [
  benchCase({
    name: 'norm',
    inputs: { x: [width] },
    parameters: { gain: full([width], 1), epsilon: 1e-5 },
    initialState: () => ({}),
    graph: (g, { x }, parameters) => ({ output: normGraph(g, x!, parameters), state: {} }),
  }),
  benchCase({
    name: 'gated MLP',
    inputs: { x: [width] },
    parameters: { gate: matrix(width, 768, 1), up: matrix(width, 768, 2), down: matrix(768, width, 3) },
    initialState: () => ({}),
    graph: (g, { x }, parameters) => ({ output: gatedMlpGraph(g, x!, parameters), state: {} }),
  }),
  benchCase({
    name: 'ReLU² MLP',
    inputs: { x: [width] },
    parameters: { up: matrix(width, 1024, 1), down: matrix(1024, width, 2) },
    initialState: () => ({}),
    graph: (g, { x }, parameters) => ({ output: squaredMlpGraph(g, x!, parameters), state: {} }),
  }),
  benchCase(
    {
      name: 'rotary',
      inputs: { x: perHead },
      parameters: { base: 10_000 },
      initialState: initialRotaryState,
      graph: (g, { x }, parameters, state) => rotaryGraph(g, x!, parameters, state),
    },
    { stateFormula: '1', long: false },
  ),
  benchCase(
    {
      name: 'short convolution',
      inputs: { x: [width] },
      parameters: { kernel: randomNormal([4, width], 1) },
      initialState: () => initialShortConvolutionState(4, width),
      graph: (g, { x }, parameters, state) => shortConvolutionGraph(g, x!, parameters, state),
    },
    { stateFormula: '(W − 1)·d', long: false },
  ),
  benchCase(
    {
      name: 'n-gram embedding',
      inputs: { ids: [] },
      integers: ['ids'],
      parameters: { bigrams: randomNormal([8191, width], 1), trigrams: randomNormal([16381, width], 2) },
      initialState: initialNgramState,
      graph: (g, { ids }, parameters, state) => ngramGraph(g, ids!, parameters, state),
    },
    { stateFormula: '2', long: false },
  ),
];
