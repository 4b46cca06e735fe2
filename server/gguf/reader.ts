/**
 * Reads GGUF files, versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): metadata and tensor
 * index at once, tensors one by one or by rows, which bounds RAM. Every count, length and offset is checked against the
 * file size before anything is allocated.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { ByteReader } from './byte-reader.ts';
import { dequantize } from './dequantize.ts';
import { GgufError } from './error.ts';
import { type Metadata, readMetadata, readString } from './metadata.ts';
import { blockShapes, isReadable, type TensorType, tensorTypeName } from './tensor-types.ts';

export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Axis lengths in row-major order: rows first. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly elements: number;
  /** Byte offset in the file, and byte length. */
  readonly offset: number;
  readonly bytes: number;
}

const magic = 0x46554747;
const maxTensors = 1 << 16;
const maxKeys = 1 << 14;
const maxAxes = 4;
const defaultAlignment = 32;

/** An open GGUF file. */
export class GgufFile {
  readonly path: string;
  /** File size in bytes. */
  readonly size: number;
  readonly version: number;
  readonly metadata: Metadata;
  /** By name, in file order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly #file: FileHandle;

  private constructor(
    file: FileHandle,
    size: number,
    version: number,
    metadata: Metadata,
    tensors: readonly TensorInfo[],
  ) {
    this.#file = file;
    this.path = metadata.path;
    this.size = size;
    this.version = version;
    this.metadata = metadata;
    this.tensors = new Map(tensors.map(tensor => [tensor.name, tensor]));
  }

  /**
   * Opens a file and reads everything but the tensors' data. `close` it afterwards.
   * @throws GgufError that names the file and the problem
   */
  static async open(path: string): Promise<GgufFile> {
    const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      throw new GgufError(`${path} cannot be opened (${error.code ?? error.message}).`);
    });
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new GgufError(`${path} is not a file.`);
      const reader = new ByteReader(file, path, status.size);
      const { version, tensorCount, keyCount } = await readPreamble(reader);
      const metadata = await readMetadata(reader, keyCount);
      const parts = metadata.count('split.count', 0, maxTensors, 0);
      if (parts > 1)
        throw new GgufError(
          `${path} is one of ${parts} parts of a model; only models in one file can be used.`,
        );
      const tensors = await readTensorIndex(reader, tensorCount, alignmentOf(metadata));
      return new GgufFile(file, status.size, version, metadata, tensors);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** @throws GgufError when there is no such tensor */
  tensor(name: string): TensorInfo {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new GgufError(`${this.path} has no tensor ${name}.`);
    return tensor;
  }

  /**
   * All numbers of a tensor, or some rows (along its last axis).
   * @returns `rows * row length` numbers
   * @throws GgufError when there is no such tensor, or the file has shrunk
   * @throws RangeError for rows out of range
   */
  async read(name: string, firstRow = 0, rows?: number): Promise<Float32Array> {
    const { type, shape, elements, offset } = this.tensor(name);
    const width = shape.at(-1)!;
    const height = elements / width;
    const count = rows ?? height - firstRow;
    if (firstRow < 0 || count < 0 || firstRow + count > height)
      throw new RangeError(`${name} has ${height} rows, not ${firstRow} to ${firstRow + count}.`);
    const { length, bytes } = blockShapes[type];
    const rowBytes = (width / length) * bytes;
    const result = new Float32Array(count * width);
    const most = Math.max(1, Math.floor(piece / rowBytes));
    for (let row = 0; row < count; row += most) {
      const some = Math.min(most, count - row);
      const data = await this.#bytes(offset + (firstRow + row) * rowBytes, some * rowBytes, name);
      dequantize(type, data, result.subarray(row * width, (row + some) * width));
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #bytes(position: number, length: number, name: string): Promise<Uint8Array> {
    const buffer = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#file.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) throw new GgufError(`${this.path} became shorter while ${name} was read.`);
      filled += bytesRead;
    }
    return buffer;
  }
}

/** Quantised bytes in RAM at once. */
const piece = 1 << 22;

async function readPreamble(
  reader: ByteReader,
): Promise<{ version: number; tensorCount: number; keyCount: number }> {
  const { path, size } = reader;
  if (size < 4) throw new GgufError(`${path} is not a GGUF file: it has ${size} bytes.`);
  await reader.need(4, 'the file');
  if (reader.uint32() !== magic)
    throw new GgufError(`${path} is not a GGUF file: it does not start with "GGUF".`);
  await reader.need(20, 'the head of the file');
  const version = reader.uint32();
  if (version !== 0 && version % 0x1000000 === 0)
    throw new GgufError(`${path} is a GGUF file for big-endian machines, which is not supported.`);
  if (version !== 2 && version !== 3)
    throw new GgufError(`${path} is a GGUF file of version ${version}; versions 2 and 3 are supported.`);
  const tensorCount = reader.uint64('the number of tensors');
  const keyCount = reader.uint64('the number of metadata keys');
  // A tensor takes at least 32 bytes of the index, a key 13 of the metadata.
  if (tensorCount > maxTensors || keyCount > maxKeys || tensorCount * 32 + keyCount * 13 > reader.remaining)
    throw new GgufError(
      `${path} is truncated or damaged: it claims ${tensorCount} tensors and ${keyCount} metadata keys in ${size} bytes.`,
    );
  return { version, tensorCount, keyCount };
}

function alignmentOf(metadata: Metadata): number {
  const alignment = metadata.count('general.alignment', 1, 1 << 20, defaultAlignment);
  if ((alignment & (alignment - 1)) !== 0)
    throw new GgufError(`${metadata.path}: general.alignment is ${alignment}, which is not a power of two.`);
  return alignment;
}

interface Listed {
  readonly name: string;
  readonly type: TensorType;
  /** Innermost first, as in the file. */
  readonly lengths: readonly number[];
  readonly elements: number;
  readonly bytes: number;
  /** From the start of the data. */
  readonly offset: number;
}

async function readTensorIndex(reader: ByteReader, count: number, alignment: number): Promise<TensorInfo[]> {
  const listed = new Map<string, Listed>();
  for (let i = 0; i < count; i++) {
    const one = await readTensorEntry(reader, i, count);
    if (listed.has(one.name))
      throw new GgufError(`${reader.path} is damaged: the tensor ${one.name} occurs twice.`);
    if (one.offset % alignment !== 0)
      throw new GgufError(
        `${reader.path} is damaged: ${one.name} starts at ${one.offset}, which is not aligned.`,
      );
    listed.set(one.name, one);
  }
  const start = Math.ceil(reader.position / alignment) * alignment;
  let end = 0;
  for (const { name, offset, bytes } of [...listed.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < end)
      throw new GgufError(`${reader.path} is damaged: ${name} overlaps the tensor before it.`);
    end = offset + bytes;
    if (start + end > reader.size)
      throw new GgufError(
        `${reader.path} is truncated: ${name} ends at byte ${start + end}, and the file has ${reader.size}.`,
      );
  }
  return [...listed.values()].map(({ name, type, lengths, elements, bytes, offset }) => ({
    name,
    type,
    shape: [...lengths].reverse(),
    elements,
    offset: start + offset,
    bytes,
  }));
}

async function readTensorEntry(reader: ByteReader, index: number, count: number): Promise<Listed> {
  const { path } = reader;
  const name = await readString(reader, `the name of tensor ${index} of ${count}`);
  await reader.need(4, name);
  const axes = reader.uint32();
  if (axes < 1 || axes > maxAxes)
    throw new GgufError(`${path} is damaged: the tensor ${name} has ${axes} axes.`);
  await reader.need(axes * 8 + 12, name);
  const lengths = Array.from({ length: axes }, () => reader.uint64(`a length of ${name}`));
  const typeName = tensorTypeName(reader.uint32());
  const offset = reader.uint64(`the offset of ${name}`);
  if (!isReadable(typeName))
    throw new GgufError(
      `${path}: the tensor ${name} is stored as ${typeName}. Supported are ${Object.keys(blockShapes).join(', ')}.`,
    );
  const { length, bytes } = blockShapes[typeName];
  const elements = lengths.reduce((product, one) => product * one, 1);
  if (elements < 1 || lengths[0]! % length !== 0 || (elements / length) * bytes > reader.size)
    throw new GgufError(
      `${path} is truncated or damaged: the tensor ${name} claims ${lengths.join(' × ')} numbers of ${typeName}.`,
    );
  return { name, type: typeName, lengths, elements, bytes: (elements / length) * bytes, offset };
}
