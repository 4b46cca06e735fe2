/** Writes small GGUF files for tests, from the format's specification and independent of the reader. */

export type Value =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly boolean: boolean }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly int32s: readonly number[] }
  | { readonly float32s: readonly number[] }
  | { readonly raw: Uint8Array };

export interface Tensor {
  readonly name: string;
  /** Type id in the file; 0 is float32. */
  readonly type: number;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface Layout {
  readonly version?: number;
  readonly alignment?: number;
}

export function ggufOf(
  metadata: Readonly<Record<string, Value>>,
  tensors: readonly Tensor[] = [],
  { version = 3, alignment = 32 }: Layout = {},
): Buffer {
  const keys = Object.entries(
    alignment === 32 ? metadata : { ...metadata, 'general.alignment': { uint32: alignment } },
  );
  const pad = (length: number) => Buffer.alloc((alignment - (length % alignment)) % alignment);
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    index.push(
      text(name),
      uint32(shape.length),
      ...[...shape].reverse().map(uint64),
      uint32(type),
      uint64(offset),
    );
    data.push(Buffer.from(bytes), pad(bytes.length));
    offset += bytes.length + data.at(-1)!.length;
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(version),
    uint64(tensors.length),
    uint64(keys.length),
    ...keys.flatMap(([key, value]) => [text(key), valueBytes(value)]),
    ...index,
  ]);
  return Buffer.concat([head, tensors.length > 0 ? pad(head.length) : Buffer.alloc(0), ...data]);
}

export function float32Tensor(name: string, shape: readonly number[], numbers: Float32Array): Tensor {
  return {
    name,
    type: 0,
    shape,
    bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
  };
}

function valueBytes(value: Value): Buffer {
  if ('raw' in value) return Buffer.from(value.raw);
  if ('uint32' in value) return Buffer.concat([uint32(4), uint32(value.uint32)]);
  if ('float32' in value) return Buffer.concat([uint32(6), float32(value.float32)]);
  if ('boolean' in value) return Buffer.concat([uint32(7), Buffer.from([value.boolean ? 1 : 0])]);
  if ('string' in value) return Buffer.concat([uint32(8), text(value.string)]);
  if ('strings' in value) return list(8, value.strings.map(text));
  if ('int32s' in value)
    return list(
      5,
      value.int32s.map(one => uint32(one >>> 0)),
    );
  return list(6, value.float32s.map(float32));
}

function list(type: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(9), uint32(type), uint64(elements.length), ...elements]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
