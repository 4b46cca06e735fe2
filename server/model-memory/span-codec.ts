/** Serializes a folder's memory in float32, so that a loaded memory equals a merged one. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { FloatTensor } from '../engine/tensor.ts';
import type { SpanMemory } from './merge.ts';

const lengthBytes = 8;

export function encodeSpan({ length, linear, delta, continuous }: SpanMemory): Uint8Array {
  const parts = [linear, delta, continuous];
  const bytes = new Uint8Array(lengthBytes + parts.reduce((sum, { data }) => sum + data.byteLength, 0));
  new DataView(bytes.buffer).setFloat64(0, length, true);
  let at = lengthBytes;
  for (const { data } of parts) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Undefined for bytes that are not a span of a model of this shape. */
export function decodeSpan(bytes: Uint8Array, config: ModelConfig): SpanMemory | undefined {
  const { memory_heads: Hm, memory_key: dk, memory_value: dv } = config;
  const shapes = [
    [Hm, dk, dv],
    [Hm, dk, dv + dk],
    [config.continuous_bases, config.continuous_width],
  ];
  const sizes = shapes.map(shape => shape.reduce((product, size) => product * size, 1));
  if (bytes.byteLength !== lengthBytes + 4 * sizes.reduce((sum, size) => sum + size, 0)) return undefined;
  // A copy is aligned for float access.
  const { buffer } = Uint8Array.from(bytes);
  let at = lengthBytes;
  const [linear, delta, continuous] = shapes.map((shape, part): FloatTensor => {
    const data = new Float32Array(buffer, at, sizes[part]!);
    at += data.byteLength;
    return { shape, data };
  }) as [FloatTensor, FloatTensor, FloatTensor];
  return { length: new DataView(buffer).getFloat64(0, true), linear, delta, continuous };
}
