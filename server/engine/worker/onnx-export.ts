/** Exports the model as one ONNX file for other programs: ids and state in, logits and next state out. */
import { decodeGraph } from '../../../kernels/model/graphs.ts';
import { emptyRepositoryMemory } from '../../../kernels/model/memory.ts';
import { tensorsOf } from '../../../kernels/onnx/parameters.ts';
import { selfContained } from '../../../kernels/onnx/self-contained.ts';
import { slotsOf } from './model.ts';
import type { LoadedWeights } from './weights.ts';

/** Maximum tokens per run, which is also the length of filters. */
export const longestRun = 512;

export interface ExportedModel {
  readonly bytes: Uint8Array;
  /** Names of optional inputs: the state before a file's first token, and the memory of a repository of one file. */
  readonly optional: readonly string[];
}

/**
 * In float32. `ids` int64 [T] → `logits` float32 [T, V]; each state `x` has the output `x'` for the next run.
 * (onnxruntime's Node binding can omit inputs with defaults, but not set them; Python, C++ and C# can do both.)
 */
export function exportModelGraphs({ config, weights }: LoadedWeights): ExportedModel {
  const slots = slotsOf(config);
  const graph = decodeGraph(config, weights, {
    lowering: 'float32',
    slots,
    logits: 'all',
    longest: longestRun,
  });
  const memory = [...tensorsOf(emptyRepositoryMemory(config, slots))].map(
    ([name, value]) => [`memory.${name}`, value] as const,
  );
  const defaults = new Map([...graph.initialState, ...memory]);
  return { bytes: selfContained(graph.model, defaults), optional: [...defaults.keys()] };
}
