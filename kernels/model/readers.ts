/**
 * The cross-decoder's blocks that read the memory of the rest of the repository, each beside window attention over the
 * file itself. Mirrors the PyTorch reference's readers.py: with an empty memory each equals its local part. The reads
 * are operators with folders of their own: the side read of Infini-attention, the strided read beside a window, and the
 * continuous memory read as a mean.
 */
import { gaussianBasis } from '../continuous-memory/basis.ts';
import { continuousOutputGraph } from '../continuous-memory/graph.ts';
import { stridedReadBesideWindowGraph } from '../dilated-attention/strided-read-graph.ts';
import type { WindowAttentionState } from '../flash-attention/reference.ts';
import { sideReadGraph } from '../infini-attention/graph.ts';
import { add, mul } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { concat, reshape, split } from '../onnx/layout.ts';
import type { Placed } from '../onnx/parameters.ts';
import { type Layer, normalize, parameter, place, project, repeated } from './layer.ts';
import type { RepositoryMemory } from './memory.ts';
import { attendWindow, headsOf, type Mixed, type PlacedState } from './mixers.ts';

export type Reader = 'infini' | 'dilated' | 'continuous';
type Memory = Placed<RepositoryMemory>;
type Window = Placed<WindowAttentionState>;

/** A query of smaller variance could fall between two bases. */
const leastVariance = 1e-4;

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

/** x [T, d], normalised → [T, d]. Carries the window's state. */
export function readerGraph(kind: Reader, layer: Layer, x: Value, memory: Memory, state: PlacedState): Mixed {
  return readers[kind](layer, x, memory, state as unknown as Window) as unknown as Mixed;
}

/** The side read over the linear and delta memories, which share only the shape of M. */
function infiniRead(layer: Layer, x: Value, memory: Memory, state: Window) {
  const { g, config } = layer;
  const { memory_heads: Hm, memory_key: dk, memory_value: dv, width } = config;
  const T = x.shape[0]!;
  const local = attendWindow(layer, headsOf(layer, x), config.reader_window, state);
  const q = reshape(project(layer, x, 'query', 2 * Hm * dk), [T, 2 * Hm, dk]);
  const both = concat([memory.linear, memory.delta], 0); // [2Hm, dk, dv]
  const gate = place(g, parameter(layer, 'gate', [2 * Hm]));
  const read = sideReadGraph(g, { kind: 'signed' }, q, both, gate); // [T, 2Hm, dv]
  const side = reshape(read, [T, 2 * Hm * dv]);
  const output = add(project(layer, local.output, 'out', width), project(layer, side, 'read_out', width));
  return { output, state: local.state };
}

/** The strided read beside the window. The queries include the head's learned scale. */
function dilatedRead(layer: Layer, x: Value, { keys, values, hidden }: Memory, state: Window) {
  const { g, config, step } = layer;
  const parameters = {
    window: config.reader_window,
    scale: repeated(g, 1, config.heads),
    normalize: false,
  } as const;
  const heads = headsOf(layer, x);
  const kept = { keys, values, hidden };
  const attended = stridedReadBesideWindowGraph(g, heads, parameters, state, kept, step);
  const side = reshape(attended.output, [x.shape[0]!, config.width]);
  return { output: project(layer, side, 'out', config.width), state: attended.state };
}

/** The continuous memory, read as a mean by normalised queries and keys. */
function continuousRead(layer: Layer, x: Value, memory: Memory, state: Window) {
  const { g, config, weights, name } = layer;
  const {
    continuous_heads: heads,
    continuous_width: cw,
    continuous_bases: N,
    continuous_sigma: sigma,
    width,
  } = config;
  const local = attendWindow(layer, headsOf(layer, x), config.reader_window, state);
  const normalized = (z: Value): Value => {
    const rows = z.shape[0]!;
    return reshape(normalize(reshape(z, [rows, heads, cw / heads])), [rows, cw]);
  };
  const [key, values] = split(project(layer, memory.continuous, 'key_value', 2 * cw), [cw, cw], 1) as [
    Value,
    Value,
  ];
  const parameters = {
    location: g.weight(weights.matrix(`${name}.location.weight`, N, 2), [N, 2]),
    locationBias: place(g, parameter(layer, 'location.bias', [2])),
  };
  const side = continuousOutputGraph(
    g,
    { q: normalized(project(layer, x, 'query', cw)), keys: normalized(key), values },
    parameters,
    { form: 'mean', heads, varianceFloor: leastVariance },
    gaussianBasis(N, [sigma]),
  ); // [T, cw]
  const seen = mul(project(layer, side, 'read_out', width), memory.open);
  return { output: add(project(layer, local.output, 'out', width), seen), state: local.state };
}
