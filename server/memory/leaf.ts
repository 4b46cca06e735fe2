/** A file's memory as bytes, to be kept under the hash of its content. Safetensors, so that anything can look into it. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import {
  readSafetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from '../../kernels/weights/safetensors.ts';
import { type FileMemory, stridedCount } from '../engine/file-memory.ts';
import type { FloatTensor } from '../engine/session.ts';

/** Of what a leaf holds and means; another one is not read. */
const version = '1';

/** @param modelId of the model that read the file: memories of different models do not go together */
export function encodeLeaf(
  { length, linear, delta, continuous, strided }: FileMemory,
  modelId: string,
): Uint8Array {
  const { keys, values, stride } = strided;
  const tensors = new Map(
    Object.entries({ linear, delta, continuous, keys, values }).map(([name, tensor]) => [
      name,
      stored(tensor),
    ]),
  );
  const metadata = { leaf: version, model: modelId, length: String(length), stride: String(stride) };
  return writeSafetensors({ tensors, metadata });
}

/** @throws RangeError that says what is wrong: not a leaf, of another version or model, of other shapes, not all numbers */
export function decodeLeaf(bytes: Uint8Array, modelId: string, config: ModelConfig): FileMemory {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata['leaf'] !== version)
    throw new RangeError(`A leaf of version ${metadata['leaf'] ?? 'unknown'} is not of version ${version}.`);
  if (metadata['model'] !== modelId)
    throw new RangeError(`A leaf of model ${metadata['model'] ?? 'unknown'} is not of model ${modelId}.`);
  const length = countIn(metadata, 'length');
  const stride = countIn(metadata, 'stride');
  const { heads, width, memory_heads: Hm, memory_key: dk, memory_value: dv } = config;
  const kept = [heads, stridedCount(length, stride, heads), width / heads];
  return {
    length,
    linear: tensorIn(tensors, 'linear', [Hm, dk, dv]),
    delta: tensorIn(tensors, 'delta', [Hm, dk, dv + dk]),
    continuous: tensorIn(tensors, 'continuous', [config.continuous_bases, config.continuous_width]),
    strided: { stride, keys: tensorIn(tensors, 'keys', kept), values: tensorIn(tensors, 'values', kept) },
  };
}

function stored({ shape, data }: FloatTensor): StoredTensor {
  const bytes = new Uint8Array(data.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of data.entries()) view.setFloat32(at * 4, value, true);
  return { type: 'F32', shape, bytes };
}

function countIn(metadata: Readonly<Record<string, string>>, name: string): number {
  const value = Number(metadata[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`A leaf has no ${name}.`);
  return value;
}

function tensorIn(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
): FloatTensor {
  const found = tensors.get(name);
  if (found?.shape.join() !== shape.join())
    throw new RangeError(
      `${name} of a leaf is [${found?.shape.join(', ') ?? ''}] and should be [${shape.join(', ')}].`,
    );
  const data = toFloat32(found);
  if (!data.every(Number.isFinite)) throw new RangeError(`${name} of a leaf holds what is not a number.`);
  return { shape, data };
}
