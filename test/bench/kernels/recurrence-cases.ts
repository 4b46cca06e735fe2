/** Convolutions and recurrences with a state of fixed size. */
import { gaussianBasis } from '../../../kernels/continuous-memory/basis.ts';
import { continuousMemoryGraph } from '../../../kernels/continuous-memory/graph.ts';
import { planContinuousMemory } from '../../../kernels/continuous-memory/plan.ts';
import { initialContinuousMemoryState } from '../../../kernels/continuous-memory/reference.ts';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../../../kernels/gated-delta/graph.ts';
import { initialGatedDeltaState } from '../../../kernels/gated-delta/reference.ts';
import { h3Graph } from '../../../kernels/h3/graph.ts';
import { initialH3State } from '../../../kernels/h3/reference.ts';
import { hyenaGraph } from '../../../kernels/hyena/graph.ts';
import { type HyenaFilter, initialHyenaState } from '../../../kernels/hyena/reference.ts';
import { abs, neg } from '../../../kernels/onnx/elementwise.ts';
import { s4dGraph } from '../../../kernels/s4d/graph.ts';
import { discretise, initialS4dParameters, initialS4dState } from '../../../kernels/s4d/reference.ts';
import { randomNormal } from '../../../kernels/tensor.ts';
import { benchCase, type Case, chunk, heads, headWidth, width } from './case.ts';

const stateSize = 16;
const s4dParameters = initialS4dParameters(width, stateSize, 1);
const h3Parameters = {
  shift: randomNormal([4, width], 1),
  ssm: discretise(initialS4dParameters(heads, stateSize, 2)),
};
const hyenaFilters: readonly { name: string; filter: HyenaFilter; state: string }[] = [
  {
    name: 'Hyena, 7 taps',
    filter: { kind: 'taps', taps: randomNormal([7, width], 3) },
    state: '(W − 1)·d + 6·d',
  },
  {
    name: 'Hyena, 128 taps',
    filter: { kind: 'taps', taps: randomNormal([128, width], 4, 0.1) },
    state: '(W − 1)·d + 6·d',
  },
  {
    name: 'Hyena, 16 modes',
    filter: { kind: 'modal', modal: discretise(initialS4dParameters(width, 32, 5)) },
    state: '2·d·16 + 6·d',
  },
];
/** N = 128 functions for segments of 512 tokens. */
const continuous = {
  segment: 512,
  samples: 256,
  kept: 0.75,
  ridge: 0.5,
  basis: gaussianBasis(128, [0.01, 0.05]),
} as const;
const continuousReading = { form: 'density', heads, varianceFloor: 1e-4 } as const;
const continuousParameters = {
  key: randomNormal([width, width], 6, 1 / 16),
  value: randomNormal([width, width], 7, 1 / 16),
  location: randomNormal([128, 2], 8, 0.1),
  locationBias: randomNormal([2], 9),
};
const deltaInputs = { q: [width], k: [width], v: [width], logDecay: [heads], beta: [heads] };

export const recurrenceCases: readonly Case[] = [
  ...hyenaFilters.map(({ name, filter, state: stateFormula }) => {
    const parameters = { short: randomNormal([3, 3 * width], 1), filters: [filter] };
    return benchCase(
      {
        name,
        inputs: { projections: [3 * width] },
        parameters: {},
        initialState: () => initialHyenaState(parameters),
        graph: (g, { projections }, _, state) => hyenaGraph(g, projections!, parameters, state),
      },
      { stateFormula },
    );
  }),
  benchCase(
    {
      name: 'S4D',
      inputs: { u: [width] },
      parameters: {},
      initialState: () => initialS4dState(width, stateSize),
      graph: (g, { u }, _, state) => s4dGraph(g, u!, s4dParameters, state),
    },
    { stateFormula: 'd·N' },
  ),
  benchCase(
    {
      name: 'H3',
      inputs: { q: [width], k: [width], v: [width] },
      parameters: {},
      initialState: () => initialH3State(h3Parameters),
      graph: (g, { q, k, v }, _, state) => h3Graph(g, { q: q!, k: k!, v: v! }, h3Parameters, state),
    },
    { stateFormula: 'd·dh·N + (W − 1)·d' },
  ),
  ...(
    [
      // Unrolled only as far as a run reaches, so that counted products are executed ones.
      [
        'gated delta rule',
        (...given: Parameters<typeof gatedDeltaFusedGraph>) => gatedDeltaChunkGraph(...given, chunk),
      ],
      ['gated delta rule, fused', gatedDeltaFusedGraph],
    ] as const
  ).map(([name, graph]) =>
    benchCase(
      {
        name,
        inputs: deltaInputs,
        parameters: {},
        initialState: () => initialGatedDeltaState(heads, headWidth, headWidth),
        graph: (g, { q, k, v, logDecay, beta }, _, state) => {
          // Noise mapped into the gates' range: g ≤ 0 and 0 ≤ β ≤ 1.
          const decay = neg(abs(logDecay!));
          return graph(g, { q: q!, k: k!, v: v!, logDecay: decay, beta: abs(beta!) }, state);
        },
      },
      { stateFormula: 'H·dk·dv' },
    ),
  ),
  ...(['uniform', { bins: 32 }] as const).map(sampling => {
    const plan = planContinuousMemory({ ...continuous, sampling });
    return benchCase(
      {
        name: `continuous memory, ${sampling === 'uniform' ? 'uniform' : 'sticky'}`,
        inputs: { q: [width], x: [width] },
        parameters: continuousParameters,
        initialState: () => initialContinuousMemoryState(plan, width),
        graph: (g, { q, x }, parameters, state) =>
          continuousMemoryGraph(g, { q: q!, x: x! }, parameters, continuousReading, plan, state),
      },
      { stateFormula: 'N·d + S·d + bins + …' },
    );
  }),
];
