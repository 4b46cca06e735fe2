/**
 * Serializes a file's memory in two parts: the sums that folders are merged from, and the keys of the dilated memory,
 * needed only by nearby files. Each is a safetensors file, so any tool can inspect it. Rows have eight bits and a scale
 * each: a quarter of float32, with less error than the model's own quantised weights.
 */
import type { ModelConfig } from '../../kernels/model/config.ts';
import {
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from '../../kernels/weights/safetensors.ts';
import { type FileMemory, stridedCount } from '../engine/file-memory.ts';
import type { FloatTensor } from '../engine/tensor.ts';
import type { SpanMemory } from './merge.ts';

export interface Leaf {
  readonly sums: Uint8Array;
  readonly keys: Uint8Array;
}

/** Keys and values of a file, still encoded. */
export interface StoredKeys {
  readonly stride: number;
  /** Per head. */
  readonly count: number;
  /** Writes a head's i-th key or value [dh] into `into` at `at`. */
  copy(part: 'keys' | 'values', head: number, i: number, into: Float32Array, at: number): void;
}

/** Format version of a leaf; other versions are ignored. */
const version = '2';
const levels = 127;

const sums = ['linear', 'delta', 'continuous'] as const;
const strided = ['keys', 'values'] as const;

/** @param modelId of the model that prefilled the file: memories of different models are incompatible */
export function encodeLeaf(memory: FileMemory, modelId: string): Leaf {
  const metadata = { leaf: version, model: modelId, length: String(memory.length) };
  const { stride, ...kept } = memory.strided;
  return {
    sums: writeSafetensors({ tensors: quantised(memory, sums), metadata }),
    keys: writeSafetensors({
      tensors: quantised(kept, strided),
      metadata: { ...metadata, stride: String(stride) },
    }),
  };
}

/** @throws RangeError that names the problem: not a leaf, another version or model, other shapes, not finite */
export function decodeSums(bytes: Uint8Array, modelId: string, config: ModelConfig): SpanMemory {
  const file = readSafetensors(bytes);
  expectLeaf(file, modelId);
  const { memory_heads: Hm, memory_key: dk, memory_value: dv } = config;
  const tensorOf = (name: string, shape: readonly number[]): FloatTensor => {
    const { values, scales, width } = rowsIn(file, name, shape);
    const data = new Float32Array(values.length);
    for (let at = 0; at < data.length; at++) data[at] = values[at]! * scales[Math.floor(at / width)]!;
    return { shape, data };
  };
  return {
    length: countIn(file, 'length'),
    linear: tensorOf('linear', [Hm, dk, dv]),
    delta: tensorOf('delta', [Hm, dk, dv + dk]),
    continuous: tensorOf('continuous', [config.continuous_bases, config.continuous_width]),
  };
}

/** @throws RangeError as `decodeSums` does */
export function decodeKeys(bytes: Uint8Array, modelId: string, config: ModelConfig): StoredKeys {
  const file = readSafetensors(bytes);
  expectLeaf(file, modelId);
  const { heads, width } = config;
  const stride = countIn(file, 'stride');
  const count = stridedCount(countIn(file, 'length'), stride, heads);
  const dh = width / heads;
  const parts = {
    keys: rowsIn(file, 'keys', [heads, count, dh]),
    values: rowsIn(file, 'values', [heads, count, dh]),
  };
  return {
    stride,
    count,
    copy(part, head, i, into, at) {
      const { values, scales } = parts[part];
      const row = head * count + i;
      const scale = scales[row]!;
      for (let column = 0; column < dh; column++) into[at + column] = values[row * dh + column]! * scale;
    },
  };
}

/** Rows run along the last dimension. */
function quantised<Name extends string>(
  source: Readonly<Record<Name, FloatTensor>>,
  names: readonly Name[],
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const name of names) {
    const { shape, data } = source[name];
    const width = shape.at(-1)!;
    const values = new Int8Array(data.length);
    const scales = new Float32Array(data.length / width);
    for (let row = 0; row < scales.length; row++) {
      let largest = 0;
      for (let at = row * width; at < (row + 1) * width; at++)
        largest = Math.max(largest, Math.abs(data[at]!));
      const scale = Math.fround(largest / levels);
      scales[row] = scale;
      if (scale === 0) continue;
      for (let at = row * width; at < (row + 1) * width; at++) values[at] = Math.round(data[at]! / scale);
    }
    tensors.set(`${name}.scale`, { type: 'F32', shape: shape.slice(0, -1), bytes: littleEndian(scales) });
    tensors.set(name, { type: 'I8', shape, bytes: new Uint8Array(values.buffer) });
  }
  return tensors;
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [at, value] of values.entries()) view.setFloat32(at * 4, value, true);
  return new Uint8Array(view.buffer);
}

function expectLeaf({ metadata }: SafetensorsFile, modelId: string): void {
  if (metadata['leaf'] !== version)
    throw new RangeError(`A leaf of version ${metadata['leaf'] ?? 'unknown'} is not of version ${version}.`);
  if (metadata['model'] !== modelId)
    throw new RangeError(`A leaf of model ${metadata['model'] ?? 'unknown'} is not of model ${modelId}.`);
}

function countIn({ metadata }: SafetensorsFile, name: string): number {
  const value = Number(metadata[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`A leaf has no ${name}.`);
  return value;
}

function rowsIn(
  { tensors }: SafetensorsFile,
  name: string,
  shape: readonly number[],
): { readonly values: Int8Array; readonly scales: Float32Array; readonly width: number } {
  const found = tensors.get(name);
  const scale = tensors.get(`${name}.scale`);
  if (
    found?.shape.join() !== shape.join() ||
    found.type !== 'I8' ||
    scale?.shape.join() !== shape.slice(0, -1).join()
  )
    throw new RangeError(
      `${name} of a leaf is [${found?.shape.join(', ') ?? ''}] and should be [${shape.join(', ')}].`,
    );
  const scales = toFloat32(scale);
  if (!scales.every(Number.isFinite)) throw new RangeError(`${name} of a leaf contains NaN.`);
  const { buffer, byteOffset, byteLength } = found.bytes;
  return { values: new Int8Array(buffer, byteOffset, byteLength), scales, width: shape.at(-1)! };
}
