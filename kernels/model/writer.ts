/**
 * The memory writers after the self-decoder: what each token of a file contributes. Mirrors the PyTorch reference's
 * MemoryWriter.
 */
import { queryKeyEpsilon } from '../flash-attention/reference.ts';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../gated-delta/graph.ts';
import { bindingsGraph } from '../infini-attention/graph.ts';
import { add, mul, sigmoid } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { pad, reshape, split } from '../onnx/layout.ts';
import type { Placed } from '../onnx/parameters.ts';
import { shortConvolutionGraph, shortConvolutionStepGraph } from '../short-convolution/graph.ts';
import {
  type Layer,
  normalize,
  parameter,
  place,
  project,
  sideBySide,
  tiled,
  tokenByToken,
} from './layer.ts';
import type { WriterState } from './memory.ts';
import { gates } from './mixers.ts';

export interface Written {
  readonly state: Placed<WriterState>;
  /** For the dilated memory: [T·B, H, dh] each; the keys are normalised. */
  readonly keys: Value;
  readonly values: Value;
  /** For the continuous memory: [T·B, cw]. */
  readonly signal: Value;
}

const taps = 4;

/**
 * n [T·B, d], the normalised output of the self-decoder.
 * @param there [T·B, 1], 0 for padding and 1 elsewhere; defaults to 1
 */
export function writerGraph(layer: Layer, n: Value, state: Placed<WriterState>, there?: Value): Written {
  const { g, config, step, longest, batch } = layer;
  const { memory_heads, memory_key: dk, memory_value: dv, width, heads, continuous_width } = config;
  const Hm = batch * memory_heads;
  const [keyWidth, valueWidth] = [memory_heads * dk, memory_heads * dv];
  const bound = 2 * (keyWidth + valueWidth);
  const projected = project(layer, n, 'project', bound + 2 * width + continuous_width);
  const [bindings, key, value, signal] = split(projected, [bound, width, width, continuous_width], 1) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const kernel = place(g, tiled(layer, parameter(layer, 'short', [taps, bound]), 1));
  const convolve = step ? shortConvolutionStepGraph : shortConvolutionGraph;
  const local = convolve(g, sideBySide(layer, bindings), { kernel }, { past: state.short });
  const parts = split(tokenByToken(layer, local.output), [keyWidth, valueWidth, keyWidth, valueWidth], 1) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const [linearKeys, linearValues, deltaKeys, deltaValues] = parts;
  const open = sigmoid(gates(layer, n, 2 * memory_heads));
  const betas = split(there === undefined ? open : mul(open, there), [memory_heads, memory_heads], 1);
  const [linearBeta, deltaBeta] = betas.map(beta => sideBySide(layer, beta)) as [Value, Value]; // [T, Hm] each

  const written = bindingsGraph(
    g,
    { kind: 'signed' },
    reshape(linearKeys, [-1, Hm, dk]),
    reshape(linearValues, [-1, Hm, dv]),
    linearBeta,
  );
  const linear = add(state.linear, written);

  // The rule acts on columns independently. With values in the first dv and zeros in the last dk, a memory that starts
  // as [0 | I] ends as [N | P].
  const values = reshape(pad(reshape(deltaValues, [-1, Hm, dv]), 2, 0, dk), [-1, Hm * (dv + dk)]);
  const noDecay = mul(deltaBeta, 0);
  const keys = sideBySide(layer, deltaKeys);
  const inputs = { q: keys, k: keys, v: values, logDecay: noDecay, beta: deltaBeta };
  const delta = step
    ? gatedDeltaFusedGraph(g, inputs, { memory: state.delta })
    : gatedDeltaChunkGraph(g, inputs, { memory: state.delta }, longest);
  return {
    state: { short: local.state.past, linear, delta: delta.state.memory },
    keys: normalize(reshape(key, [-1, heads, width / heads]), queryKeyEpsilon),
    values: reshape(value, [-1, heads, width / heads]),
    signal,
  };
}
