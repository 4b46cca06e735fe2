/**
 * Reads and writes safetensors: 8 bytes of little-endian header length, a JSON header, then the tensors' bytes. Format:
 * https://github.com/huggingface/safetensors (README, "Format").
 */

/** Bytes per element, for the types our weights use. */
const elementBytes = { F32: 4, F16: 2, BF16: 2, U8: 1, I8: 1, I32: 4, I64: 8 } as const;
export type ElementType = keyof typeof elementBytes;

export interface StoredTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Row-major, little-endian; a view into the file's bytes, not a copy. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const headerLengthBytes = 8;
/** The format's own limit: a longer header is an attack or not a header. */
const longestHeader = 100_000_000;

/** @throws RangeError that names the tensor and the problem, for a truncated or inconsistent file */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  if (file.byteLength < headerLengthBytes)
    throw new RangeError('The weights are cut short: there is no header.');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > longestHeader || headerLengthBytes + headerLength > file.byteLength) {
    throw new RangeError(
      `The weights are cut short or not safetensors: a header of ${headerLength} bytes in a file of ${file.byteLength}.`,
    );
  }
  const header = parseHeader(file.subarray(headerLengthBytes, headerLengthBytes + headerLength));
  const data = file.subarray(headerLengthBytes + headerLength);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = entry as Record<string, string>;
      continue;
    }
    tensors.set(name, readTensor(name, entry, data));
  }
  return { tensors, metadata };
}

/** The file's bytes; tensors in map order. */
export function writeSafetensors(file: SafetensorsFile): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(file.metadata).length > 0) header['__metadata__'] = file.metadata;
  let offset = 0;
  for (const [name, tensor] of file.tensors) {
    checkSize(name, tensor.type, tensor.shape, tensor.bytes.byteLength);
    header[name] = {
      dtype: tensor.type,
      shape: tensor.shape,
      data_offsets: [offset, offset + tensor.bytes.byteLength],
    };
    offset += tensor.bytes.byteLength;
  }
  const json = encodeAscii(JSON.stringify(header));
  // The data starts at a multiple of 8, so that every element type can be viewed in place.
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(headerLengthBytes + padded + offset).fill(
    0x20,
    headerLengthBytes,
    headerLengthBytes + padded,
  );
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, headerLengthBytes);
  let at = headerLengthBytes + padded;
  for (const { bytes: tensor } of file.tensors.values()) {
    bytes.set(tensor, at);
    at += tensor.byteLength;
  }
  return bytes;
}

/** The elements as float32, exactly, from F32, F16 or BF16. */
export function toFloat32(tensor: StoredTensor): Float32Array {
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  const values = new Float32Array(tensor.bytes.byteLength / elementBytes[tensor.type]);
  const halves = tensor.type === 'F16' ? allHalves() : undefined;
  for (let at = 0; at < values.length; at++) {
    if (halves !== undefined) values[at] = halves[view.getUint16(at * 2, true)]!;
    else if (tensor.type === 'F32') values[at] = view.getFloat32(at * 4, true);
    else if (tensor.type === 'BF16') values[at] = bfloatToNumber(view.getUint16(at * 2, true));
    else throw new RangeError(`Elements of type ${tensor.type} are not floating point.`);
  }
  return values;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(decodeUtf8(bytes));
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch {
    // Fall through: one message for everything that is not a header.
  }
  throw new RangeError('The header of the weights is not JSON: the file is damaged or not safetensors.');
}

function readTensor(name: string, entry: unknown, data: Uint8Array): StoredTensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !(dtype in elementBytes))
    throw new RangeError(`Tensor ${name} has elements of an unknown type, ${String(dtype)}.`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new RangeError(`Tensor ${name} has no shape or no place.`);
  const [start, end] = offsets as [number, number];
  if (start > end || end > data.byteLength)
    throw new RangeError(`Tensor ${name} lies outside the file: the weights are cut short.`);
  checkSize(name, dtype as ElementType, shape, end - start);
  return { type: dtype as ElementType, shape, bytes: data.subarray(start, end) };
}

function checkSize(name: string, type: ElementType, shape: readonly number[], bytes: number): void {
  const expected = shape.reduce((product, size) => product * size, elementBytes[type]);
  if (bytes !== expected)
    throw new RangeError(
      `Tensor ${name} of shape [${shape.join(', ')}] takes ${expected} bytes, not ${bytes}.`,
    );
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0);
}

let everyHalf: Float32Array | undefined;

/** Table of all binary16 values by their bits: a model has about a hundred times as many numbers. */
function allHalves(): Float32Array {
  everyHalf ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => halfToNumber(bits));
  return everyHalf;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function bfloatToNumber(bits: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

/** JSON with non-ASCII escaped, so that a header needs no TextEncoder, which this layer lacks. */
function encodeAscii(json: string): Uint8Array {
  const escaped = json.replace(
    /[\u0080-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(escaped, character => character.charCodeAt(0));
}

function decodeUtf8(bytes: Uint8Array): string {
  let escaped = '';
  for (let at = 0; at < bytes.length; at += 4096) escaped += percentEncoded(bytes.subarray(at, at + 4096));
  return decodeURIComponent(escaped);
}

/** Non-ASCII bytes as `%XX`, which decodeURIComponent decodes as UTF-8 and validates. */
function percentEncoded(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes)
    text +=
      byte < 0x80 && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`;
  return text;
}
