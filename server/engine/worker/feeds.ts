/** What graphs are fed: ids, states and memories as tensors of the runtime. */
import type { RepositoryMemory } from '../../../kernels/model/memory.ts';
import { tensorsOf } from '../../../kernels/onnx/parameters.ts';
import type { Tensor } from '../../../kernels/tensor.ts';
import type { FloatTensor, IndexTensor } from '../tensor.ts';
import type { DecoderState } from './state-cache.ts';

export function idTensor(ids: ArrayLike<number>, start: number, end: number): IndexTensor {
  const data = BigInt64Array.from({ length: end - start }, (_, i) => BigInt(ids[start + i]!));
  return { shape: [end - start], data };
}

export function stateAfter(initial: DecoderState, out: Readonly<Record<string, FloatTensor>>): DecoderState {
  return Object.fromEntries(Object.keys(initial).map(name => [name, out[`${name}'`]!]));
}

export function feedsOf(memory: RepositoryMemory): DecoderState {
  return floatsOf(new Map([...tensorsOf(memory)].map(([name, value]) => [`memory.${name}`, value])));
}

export function floatsOf(tensors: ReadonlyMap<string, Tensor>): DecoderState {
  return Object.fromEntries([...tensors].map(([name, value]) => [name, floatTensor(value)]));
}

export function floatTensor({ shape, data }: Tensor | FloatTensor): FloatTensor {
  return { shape, data: Float32Array.from(data) };
}
