/**
 * The blocks of the cross-decoder that read the memory of the rest of the repository, each beside attention over a window of the file
 * itself. Mirrors the twin's readers.py: with an empty memory each equals its own local part.
 */
import { windowAttentionGraph, windowAttentionStepGraph } from '../flash-attention/graph.ts';
import type { WindowAttentionState } from '../flash-attention/reference.ts';
import { add, div, exp, mul, sigmoid, softplus, sub } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { concat, reshape, slice, split, transpose } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { reduceSum } from '../onnx/reduce.ts';
import { type Layer, normalize, normalizeLength, parameter, place, project, repeated } from './layer.ts';
import type { RepositoryMemory } from './memory.ts';
import { attendWindow, headsOf, type Mixed, type PlacedState } from './mixers.ts';

export type Reader = 'infini' | 'dilated' | 'continuous';
type Memory = Placed<RepositoryMemory>;
type Window = Placed<WindowAttentionState>;

/** Below this variance a query would see between two bases. */
const leastVariance = 1e-4;
const leastMass = 1e-6;

const readers: Readonly<
  Record<Reader, (layer: Layer, x: Value, memory: Memory, state: Window) => { output: Value; state: Window }>
> = {
  infini: infiniRead,
  dilated: dilatedRead,
  continuous: continuousRead,
};

export function isReader(kind: string): kind is Reader {
  return Object.hasOwn(readers, kind);
}

/** x [T, d], normalised → [T, d]. The carried state is that of the window. */
export function readerGraph(kind: Reader, layer: Layer, x: Value, memory: Memory, state: PlacedState): Mixed {
  return readers[kind](layer, x, memory, state as unknown as Window) as unknown as Mixed;
}

/** Infini-attention (arXiv 2404.07143): o = rms_norm(q̂ᵀ M) · σ(γ) a head, over the linear and the delta memory. */
function infiniRead(layer: Layer, x: Value, memory: Memory, state: Window) {
  const { g, config } = layer;
  const { memory_heads: Hm, memory_key: dk, memory_value: dv, width } = config;
  const T = x.shape[0]!;
  const local = attendWindow(layer, headsOf(layer, x), config.reader_window, state);
  const queries = reshape(project(layer, x, 'query', 2 * Hm * dk), [T, 2 * Hm, dk]);
  const q = transpose(normalizeLength(queries), [1, 0, 2]); // [2Hm, T, dk]
  const both = concat([memory.linear, memory.delta], 0); // [2Hm, dk, dv]
  const gate = reshape(sigmoid(place(g, parameter(layer, 'gate', [2 * Hm]))), [2 * Hm, 1, 1]);
  const read = mul(normalize(matmul(q, both)), gate); // [2Hm, T, dv]
  const side = reshape(transpose(read, [1, 0, 2]), [T, 2 * Hm * dv]);
  const output = add(project(layer, local.output, 'out', width), project(layer, side, 'read_out', width));
  return { output, state: local.state };
}

/** LongNet's dilated pattern (arXiv 2307.02486): one softmax over the window and the kept keys, which have no position. */
function dilatedRead(layer: Layer, x: Value, memory: Memory, state: Window) {
  const { g, config, step } = layer;
  const { q, plain, k, v } = headsOf(layer, x);
  const scale = repeated(g, 1, config.heads);
  const parameters = { window: config.reader_window, scale, normalize: false } as const;
  const further = { queries: plain, keys: memory.keys, values: memory.values, bias: memory.hidden };
  const attended = step
    ? windowAttentionStepGraph(g, q, k, v, parameters, state, further)
    : windowAttentionGraph(g, q, k, v, parameters, state, undefined, further);
  const side = reshape(attended.output, [x.shape[0]!, config.width]);
  return { output: project(layer, side, 'out', config.width), state: attended.state };
}

/**
 * ∞-former (arXiv 2109.00301): s = K q/√dk over the N bases, μ = σ(w_μ·s), σ² = softplus(w_σ·s), r_n = N(μ; μ_n, σ² + σ_n²),
 * o = Vᵀ r / Σ r, with K and V projected from the coefficients B.
 */
function continuousRead(layer: Layer, x: Value, memory: Memory, state: Window) {
  const { g, config, weights, name } = layer;
  const {
    continuous_heads: H,
    continuous_width: cw,
    continuous_bases: N,
    continuous_sigma: sigma,
    width,
  } = config;
  const T = x.shape[0]!;
  const local = attendWindow(layer, headsOf(layer, x), config.reader_window, state);
  const perHead = (z: Value): Value => transpose(reshape(z, [z.shape[0]!, H, cw / H]), [1, 0, 2]); // [H, ·, cw / H]
  const q = normalize(perHead(project(layer, x, 'query', cw)));
  const [key, value] = split(project(layer, memory.continuous, 'key_value', 2 * cw), [cw, cw], 1) as [
    Value,
    Value,
  ];
  const scores = mul(matmul(q, transpose(normalize(perHead(key)), [0, 2, 1])), 1 / Math.sqrt(cw / H)); // [H, T, N]
  const matrix = g.weight(weights.matrix(`${name}.location.weight`, N, 2), [N, 2]);
  const location = add(matmul(scores, matrix), place(g, parameter(layer, 'location.bias', [2]))); // [H, T, 2]
  const mean = sigmoid(slice(location, 2, 0, 1));
  const variance = add(softplus(slice(location, 2, 1, 2)), leastVariance + sigma * sigma);
  const centres = g.constant(
    'float32',
    Array.from({ length: N }, (_, n) => (n + 0.5) / N),
  );
  const distance = sub(mean, centres); // [H, T, N]
  const density = exp(mul(div(mul(distance, distance), variance), -0.5));
  const read = div(matmul(density, perHead(value)), add(reduceSum(density, -1, true), leastMass)); // [H, T, cw / H]
  const side = reshape(transpose(read, [1, 0, 2]), [T, cw]);
  const seen = mul(project(layer, side, 'read_out', width), memory.open);
  return { output: add(project(layer, local.output, 'out', width), seen), state: local.state };
}
