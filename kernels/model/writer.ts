/** The memory writers after the self-decoder: what each token of a file leaves behind. Mirrors the twin's MemoryWriter. */
import { queryKeyEpsilon } from '../flash-attention/reference.ts';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../gated-delta/graph.ts';
import { add, mul, sigmoid } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { pad, reshape, split, transpose } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';
import type { Placed } from '../onnx/parameters.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import { type Layer, normalize, normalizeLength, parameter, place, project } from './layer.ts';
import type { WriterState } from './memory.ts';
import { gates } from './mixers.ts';

export interface Written {
  readonly state: Placed<WriterState>;
  /** For the dilated memory: [T, H, dh] each; the keys are normalised. */
  readonly keys: Value;
  readonly values: Value;
  /** For the continuous memory: [T, cw]. */
  readonly signal: Value;
}

const taps = 4;

/** n [T, d], the normalised output of the self-decoder. */
export function writerGraph(layer: Layer, n: Value, state: Placed<WriterState>): Written {
  const { g, config, step, longest } = layer;
  const { memory_heads: Hm, memory_key: dk, memory_value: dv, width, heads, continuous_width } = config;
  const T = n.shape[0]!;
  const [keyWidth, valueWidth] = [Hm * dk, Hm * dv];
  const bound = 2 * (keyWidth + valueWidth);
  const projected = project(layer, n, 'project', bound + 2 * width + continuous_width);
  const [bindings, key, value, signal] = split(projected, [bound, width, width, continuous_width], 1) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const kernel = place(g, parameter(layer, 'short', [taps, bound]));
  const convolve = step ? shortConvolutionStepGraph : shortConvolutionGraph;
  const local = convolve(g, bindings, { kernel }, { past: state.short });
  const parts = split(local.output, [keyWidth, valueWidth, keyWidth, valueWidth], 1) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const [linearKeys, linearValues, deltaKeys, deltaValues] = parts;
  const [linearBeta, deltaBeta] = split(sigmoid(gates(layer, n, 2 * Hm)), [Hm, Hm], 1) as [Value, Value]; // [T, Hm] each

  const perHead = (x: Value, of: number): Value => transpose(reshape(x, [T, Hm, of]), [1, 0, 2]); // [Hm, T, of]
  const weighed = mul(perHead(linearBeta, 1), normalizeLength(perHead(linearKeys, dk)));
  const linear = add(state.linear, matmul(transpose(weighed, [0, 2, 1]), perHead(linearValues, dv)));

  // The rule acts on the columns of the memory alone. With values in the first dv and none in the last dk, a memory that starts as [0 | I]
  // ends as [N | P].
  const values = reshape(pad(reshape(deltaValues, [T, Hm, dv]), 2, 0, dk), [T, Hm * (dv + dk)]);
  const noDecay = mul(deltaBeta, 0);
  const inputs = { q: deltaKeys, k: deltaKeys, v: values, logDecay: noDecay, beta: deltaBeta };
  const delta = step
    ? gatedDeltaFusedGraph(g, inputs, { memory: state.delta })
    : gatedDeltaChunkGraph(g, inputs, { memory: state.delta }, longest);
  return {
    state: { short: local.state.past, linear, delta: delta.state.memory },
    keys: normalize(reshape(key, [T, heads, width / heads]), queryKeyEpsilon),
    values: reshape(value, [T, heads, width / heads]),
    signal,
  };
}
