/** Token mixers of one file, as graphs with carried state. Each mirrors a module of the PyTorch reference. */
import type { DiagonalSsmParameters } from '../diagonal-ssm/reference.ts';
import { windowAttentionGraph, windowAttentionStepGraph } from '../flash-attention/graph.ts';
import {
  initialWindowAttentionState,
  queryKeyEpsilon,
  type WindowAttentionState,
} from '../flash-attention/reference.ts';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../gated-delta/graph.ts';
import { initialGatedDeltaState } from '../gated-delta/reference.ts';
import { h3Graph, h3StepGraph } from '../h3/graph.ts';
import { initialH3State } from '../h3/reference.ts';
import { hyenaGraph, hyenaStepGraph } from '../hyena/graph.ts';
import { type HyenaFilter, initialHyenaState } from '../hyena/reference.ts';
import { add, exp, mul, neg, sigmoid, silu, softplus } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { reshape, split } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { rotateGraph } from '../rotary/graph.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import { initialShortConvolutionState } from '../short-convolution/reference.ts';
import { type Tensor, tensor } from '../tensor.ts';
import type { LowerMixer, ModelConfig } from './config.ts';
import {
  type Layer,
  normalize,
  parameter,
  place,
  project,
  repeated,
  sideBySide,
  tiled,
  tokenByToken,
} from './layer.ts';

/** A layer's state between chunks: tensors by name, nested as in its operators. */
export type MixerState = { readonly [name: string]: Tensor | MixerState };
export type PlacedState = { readonly [name: string]: Value | PlacedState };
export interface Mixed {
  readonly output: Value;
  readonly state: PlacedState;
}

interface Mixer<State> {
  /** Before the first token. */
  initial(layer: Omit<Layer, 'g' | 'angles'>): State;
  graph(layer: Layer, x: Value, state: Placed<State>): { output: Value; state: Placed<State> };
}

const shortTaps = 3;
const gateTaps = 4;

function hyenaMixer(kind: 'short' | 'medium' | 'long') {
  const parameters = (layer: Omit<Layer, 'g' | 'angles'>) => {
    const width = layer.config.width;
    return {
      short: tiled(layer, parameter(layer as Layer, 'short', [shortTaps, 3 * width]), 1),
      filters: [filterOf(layer as Layer, kind)],
    };
  };
  return {
    initial: (layer: Omit<Layer, 'g' | 'angles'>) => initialHyenaState(parameters(layer)),
    graph: (layer: Layer, x: Value, state: Placed<ReturnType<typeof initialHyenaState>>) => {
      const projections = sideBySide(layer, project(layer, x, 'project', 3 * layer.config.width)); // [T, B·3d]
      const mixed = layer.step
        ? hyenaStepGraph(layer.g, projections, parameters(layer), state)
        : hyenaGraph(layer.g, projections, parameters(layer), state, layer.longest, layer.batch);
      const output = tokenByToken(layer, mixed.output);
      return { output: project(layer, output, 'out', layer.config.width), state: mixed.state };
    },
  } satisfies Mixer<ReturnType<typeof initialHyenaState>>;
}

const h3 = {
  initial: (layer: Omit<Layer, 'g' | 'angles'>) => initialH3State(h3Parameters(layer as Layer)),
  graph: (layer: Layer, x: Value, state: Placed<ReturnType<typeof initialH3State>>) => {
    const { width, heads } = layer.config;
    const parts = split(project(layer, x, 'project', 3 * width), [width, width, width], 1);
    const [q, k, v] = parts.map(part => sideBySide(layer, part)) as [Value, Value, Value]; // [T, B·d] each
    const inputs = { q: mul(q, 1 / Math.sqrt(width / heads)), k, v };
    const run = layer.step ? h3StepGraph : h3Graph;
    const mixed = run(layer.g, inputs, h3Parameters(layer), state, layer.longest);
    const output = normalizeHeads(tokenByToken(layer, mixed.output), heads);
    return { output: project(layer, output, 'out', width), state: mixed.state };
  },
} satisfies Mixer<ReturnType<typeof initialH3State>>;

const gatedDelta = {
  initial: ({ config: { width, heads }, batch }: Omit<Layer, 'g' | 'angles'>) => ({
    short: initialShortConvolutionState(gateTaps, batch * 3 * width),
    delta: initialGatedDeltaState(batch * heads, width / heads, width / heads),
  }),
  graph: (layer: Layer, x: Value, state: Placed<{ short: { past: Tensor }; delta: { memory: Tensor } }>) => {
    const { g, config, step, longest } = layer;
    const { width, heads } = config;
    const convolve = step ? shortConvolutionStepGraph : shortConvolutionGraph;
    const kernel = place(g, tiled(layer, parameter(layer, 'short', [gateTaps, 3 * width]), 1));
    const local = convolve(
      g,
      sideBySide(layer, project(layer, x, 'project', 3 * width)),
      { kernel },
      state.short,
    );
    const parts = split(tokenByToken(layer, silu(local.output)), [width, width, width], 1);
    const [q, k, v] = parts.map(part => sideBySide(layer, part)) as [Value, Value, Value]; // [T, B·d] each
    const [decay, beta] = split(gates(layer, x, 2 * heads), [heads, heads], 1) as [Value, Value]; // [T, H] each
    const rate = exp(place(g, parameter(layer, 'rate', [heads])));
    const inputs = {
      q,
      k,
      v,
      logDecay: sideBySide(layer, neg(mul(softplus(decay), rate))), // [T, B·H]
      beta: sideBySide(layer, sigmoid(beta)),
    };
    const mixed = step
      ? gatedDeltaFusedGraph(g, inputs, state.delta)
      : gatedDeltaChunkGraph(g, inputs, state.delta, longest);
    return {
      output: project(layer, normalizeHeads(tokenByToken(layer, mixed.output), heads), 'out', width),
      state: { short: local.state, delta: mixed.state },
    };
  },
} satisfies Mixer<{ short: { past: Tensor }; delta: { memory: Tensor } }>;

const windowMixer = {
  initial: (layer: Omit<Layer, 'g' | 'angles'>) =>
    initialWindowState(layer.config, reach(layer, layer.config.window), layer.batch),
  graph: (layer: Layer, x: Value, state: Placed<ReturnType<typeof initialWindowAttentionState>>) => {
    const attended = attendWindow(layer, headsOf(layer, x), reach(layer, layer.config.window), state);
    return { output: project(layer, attended.output, 'out', layer.config.width), state: attended.state };
  },
} satisfies Mixer<ReturnType<typeof initialWindowAttentionState>>;

const mixers = {
  hyena_short: hyenaMixer('short'),
  hyena_medium: hyenaMixer('medium'),
  hyena_long: hyenaMixer('long'),
  h3,
  gated_delta: gatedDelta,
  window: windowMixer,
} as const;

export function initialMixerState(kind: LowerMixer, layer: Omit<Layer, 'g' | 'angles'>): MixerState {
  return mixers[kind].initial(layer) as unknown as MixerState;
}

/** x [T, d], normalised → [T, d]. */
export function mixerGraph(kind: LowerMixer, layer: Layer, x: Value, state: PlacedState): Mixed {
  // Each mixer's state comes from its own `initial`: both are in one row of the table.
  const mixer = mixers[kind] as unknown as Mixer<MixerState>;
  return mixer.graph(layer, x, state as Placed<MixerState>) as unknown as Mixed;
}

export function initialWindowState(
  { width, heads }: ModelConfig,
  window: number,
  batch = 1,
): WindowAttentionState {
  return initialWindowAttentionState(window, batch * heads, width / heads);
}

export interface AttentionHeads {
  /** [T, B·H, dh], normalised, scaled and rotated; `plain` is not rotated, for keys without a position. */
  readonly q: Value;
  readonly plain: Value;
  readonly k: Value;
  readonly v: Value;
}

/** Queries, keys and values of window attention; queries include the head's learned scale. */
export function headsOf(layer: Layer, x: Value): AttentionHeads {
  const { g, config, angles, batch } = layer;
  const { width, heads } = config;
  const parts = split(project(layer, x, 'project', 3 * width), [width, width, width], 1);
  const [q, k, v] = parts.map(part => reshape(part, [-1, batch * heads, width / heads])) as [
    Value,
    Value,
    Value,
  ];
  const scale = reshape(place(g, tiled(layer, parameter(layer, 'scale', [heads]), 0)), [batch * heads, 1]);
  const plain = mul(normalize(q, queryKeyEpsilon), scale);
  return {
    q: rotateGraph(g, plain, angles),
    plain,
    k: rotateGraph(g, normalize(k, queryKeyEpsilon), angles),
    v,
  };
}

/** Output with heads side by side, [T·B, d]. */
export function attendWindow(
  { g, config, step, batch }: Layer,
  { q, k, v }: AttentionHeads,
  window: number,
  state: Placed<ReturnType<typeof initialWindowAttentionState>>,
): { output: Value; state: Placed<ReturnType<typeof initialWindowAttentionState>> } {
  const scale = repeated(g, 1, batch * config.heads);
  const parameters = { window, scale, normalize: false } as const;
  const attend = step ? windowAttentionStepGraph : windowAttentionGraph;
  const { output, state: next } = attend(g, q, k, v, parameters, state);
  return { output: reshape(output, [-1, config.width]), state: next };
}

/** x · Wᵀ + b of a layer's gates, in float32: [T, count]. */
export function gates(layer: Layer, x: Value, count: number): Value {
  const { g, weights, name, config } = layer;
  const matrix = g.weight(weights.matrix(`${name}.gates.weight`, config.width, count), [config.width, count]);
  return add(matmul(x, matrix), place(g, parameter(layer, 'gates.bias', [count])));
}

function normalizeHeads(x: Value, heads: number): Value {
  const width = x.shape[1] as number;
  return reshape(normalize(reshape(x, [x.shape[0]!, heads, width / heads])), [x.shape[0]!, width]);
}

/** Reach of a filter or window; a batch holds whole files, so no further than their length. */
function reach({ batch, longest }: Pick<Layer, 'batch' | 'longest'>, length: number): number {
  return batch === 1 ? length : Math.min(length, longest);
}

function filterOf(layer: Layer, kind: 'short' | 'medium' | 'long'): HyenaFilter {
  const { width, short_filter, medium_filter, long_modes } = layer.config;
  if (kind === 'long') return { kind: 'modal', modal: modesOf(layer, 'filter', width, long_modes) };
  const length = kind === 'short' ? short_filter : medium_filter;
  const taps = parameter(layer, 'filter.taps', [length, width]);
  return { kind: 'taps', taps: tiled(layer, firstRows(taps, reach(layer, length)), 1) };
}

function firstRows({ shape, data }: Tensor, rows: number): Tensor {
  const width = shape[1]!;
  return tensor([rows, width], data.slice(0, rows * width));
}

function h3Parameters(layer: Layer): Parameters<typeof initialH3State>[0] {
  const { config } = layer;
  return {
    shift: tiled(layer, parameter(layer, 'shift', [gateTaps, config.width]), 1),
    ssm: modesOf(layer, 'modes', config.heads, config.state_modes),
  };
}

/** A diagonal state space as poles and residues, its exported form. */
function modesOf(layer: Layer, field: string, channels: number, modes: number): DiagonalSsmParameters {
  return {
    poles: tiled(layer, parameter(layer, `${field}.poles`, [channels, 2, modes]), 0),
    residues: tiled(layer, parameter(layer, `${field}.residues`, [channels, 2, modes]), 0),
    skip: tiled(layer, parameter(layer, `${field}.skip`, [channels]), 0),
  };
}
