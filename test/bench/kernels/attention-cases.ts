/** Attention with a constant cost per token at any length. */
import { dilatedAttentionGraph } from '../../../kernels/dilated-attention/graph.ts';
import {
  geometricLevels,
  initialDilatedAttentionState,
  slotsOf,
} from '../../../kernels/dilated-attention/reference.ts';
import { stridedReadGraph } from '../../../kernels/dilated-attention/strided-read-graph.ts';
import { defaultBlock, windowAttentionGraph } from '../../../kernels/flash-attention/graph.ts';
import { initialWindowAttentionState } from '../../../kernels/flash-attention/reference.ts';
import { infiniAttentionGraph } from '../../../kernels/infini-attention/graph.ts';
import { initialInfiniAttentionState } from '../../../kernels/infini-attention/reference.ts';
import { full, randomNormal, zeros } from '../../../kernels/tensor.ts';
import { benchCase, type Case, heads, headWidth } from './case.ts';

const perHead = [heads, headWidth];
const scale = full([heads], 1 / Math.sqrt(headWidth));
const window = 256;
const block = defaultBlock(window);
/** Levels for a million tokens. */
const levels = geometricLevels(256, 4, 2 ** 20);
const dilatedChunk = 1024;
/** Tokens in a strided memory of a million: w₀ dense, then (a − 1)·w₀ per level. */
const stridedSlots = 256 * (1 + 3 * (levels.length - 1));
const infini = (rule: 'linear' | 'delta') =>
  ({ featureMap: { kind: 'signed' }, rule, segment: 256, gate: zeros([heads]) }) as const;

export const attentionCases: readonly Case[] = [
  benchCase(
    {
      name: 'window attention',
      inputs: { q: perHead, k: perHead, v: perHead },
      parameters: { window, scale, normalize: false },
      initialState: () => initialWindowAttentionState(window, heads, headWidth),
      graph: (g, { q, k, v }, parameters, state) => windowAttentionGraph(g, q!, k!, v!, parameters, state),
    },
    {
      stateFormula: '2·w·d + 1',
    },
  ),
  benchCase(
    {
      name: 'dilated attention',
      inputs: { q: perHead, k: perHead, v: perHead },
      parameters: { levels, scale },
      initialState: () => initialDilatedAttentionState(levels, heads, headWidth),
      graph: (g, { q, k, v }, parameters, state) => dilatedAttentionGraph(g, q!, k!, v!, parameters, state),
    },
    {
      stateFormula: '2·w₀·d·log_a(N/w₀) + …',
      // Its memory is copied once per run: longer runs copy less often.
      chunk: dilatedChunk,
      products: levels.flatMap(level => {
        const dense = level.rate === 1;
        const rows = dense ? block : Math.max(1, dilatedChunk / level.rate);
        const keys = slotsOf(level) + rows;
        const batch = dense ? (heads * dilatedChunk) / block : heads;
        return [
          { batch, rows, inner: headWidth, columns: keys },
          { batch, rows, inner: keys, columns: headWidth },
        ];
      }),
    },
  ),
  benchCase(
    {
      name: 'strided read of 1M',
      inputs: { q: perHead },
      parameters: { scale },
      initialState: () => ({
        keys: randomNormal([heads, stridedSlots, headWidth], 1),
        values: randomNormal([heads, stridedSlots, headWidth], 2),
        valid: full([heads, stridedSlots], 1),
      }),
      graph: (g, { q }, parameters, state) => ({
        output: stridedReadGraph(g, q!, parameters, state).output,
        state,
      }),
    },
    {
      stateFormula: '(2·d + H)·w₀·(1 + (a − 1)·log_a(N/w₀))',
      carriesState: false,
    },
  ),
  ...(['linear', 'delta'] as const).map(rule =>
    benchCase(
      {
        name: `Infini-attention, ${rule}`,
        inputs: { q: perHead, k: perHead, v: perHead, local: perHead },
        parameters: infini(rule),
        initialState: () => initialInfiniAttentionState(infini(rule), heads, headWidth, headWidth),
        graph: (g, { q, k, v, local }, parameters, state) =>
          infiniAttentionGraph(g, q!, k!, v!, local!, parameters, state),
      },
      {
        stateFormula: 'H·(dk·dv + dk) + 2·S·d + 1',
      },
    ),
  ),
  ...(['linear', 'delta'] as const).map(rule =>
    benchCase(
      {
        // The paper's whole block: its memory and its local attention, over a window as long as a segment.
        name: `Infini-attention, ${rule}, with its local attention`,
        inputs: { q: perHead, k: perHead, v: perHead },
        parameters: { infini: infini(rule), window: { window, scale, normalize: false } },
        initialState: () => ({
          memory: initialInfiniAttentionState(infini(rule), heads, headWidth, headWidth),
          near: initialWindowAttentionState(window, heads, headWidth),
        }),
        graph: (g, { q, k, v }, parameters, state) => {
          const near = windowAttentionGraph(g, q!, k!, v!, parameters.window, state.near);
          const mixed = infiniAttentionGraph(g, q!, k!, v!, near.output, parameters.infini, state.memory);
          return { output: mixed.output, state: { memory: mixed.state, near: near.state } };
        },
      },
      { stateFormula: 'H·(dk·dv + dk) + 2·S·d + 2·w·d + 2' },
    ),
  ),
];
