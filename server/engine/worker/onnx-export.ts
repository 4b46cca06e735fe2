/** The model as one ONNX file for other programs: ids and what came before in, logits and what comes next out. */
import { decodeGraph } from '../../../kernels/model/graphs.ts';
import { emptyRepositoryMemory } from '../../../kernels/model/memory.ts';
import { tensorsOf } from '../../../kernels/onnx/parameters.ts';
import { selfContained } from '../../../kernels/onnx/self-contained.ts';
import { slotsOf } from './model.ts';
import type { LoadedWeights } from './weights.ts';

/** Tokens that one run takes at most: filters are as long. */
export const longestRun = 512;

export interface ExportedModel {
  readonly bytes: Uint8Array;
  /** Names of inputs that a run may leave out: the state before a file's first token, and the memory of a repository of one file. */
  readonly optional: readonly string[];
}

/**
 * In float32. `ids` int64 [T] → `logits` float32 [T, V]; each state `x` has the output `x'` for the next run. (onnxruntime's binding for
 * Node lets inputs with defaults be left out, but not be given; those for Python, C++ and C# let both.)
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
