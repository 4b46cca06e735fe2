/**
 * Converts a decoder's weights to onnxruntime's form: a graph in one file, and its packed weights in another beside it.
 */
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type DecoderConfig, type WeightSource, weightShapes } from '../../kernels/decoder/config.ts';
import { decoderGraph } from '../../kernels/decoder/graph.ts';
import {
  type DecoderLowering,
  packedWeights,
  packWeight,
  preparedFor,
} from '../../kernels/decoder/weights.ts';
import { bytesPerElement, type ElementArray } from '../../kernels/onnx/data-type.ts';
import type { Part } from '../../kernels/onnx/pack.ts';
import { sizeOf } from '../../kernels/tensor.ts';

export interface ConvertOptions {
  readonly lowering: DecoderLowering;
  readonly signal?: AbortSignal;
  /** Called after each weight with bytes written and total bytes. */
  readonly onProgress?: (written: number, total: number) => void;
}

/** The file that onnxruntime opens. It is written last: if it exists, the model is complete. */
export function modelFile(folder: string, lowering: DecoderLowering): string {
  return path.join(folder, `${lowering}.onnx`);
}

/** Alignment for mapping on every system (Windows maps in pieces of 64 kB). */
const alignment = 65_536;

/**
 * Writes `<lowering>.onnx` and `<lowering>.weights` into a folder. Holds one weight in RAM at a time; the head needs
 * most, two bytes per number. Removes partial results.
 * @throws RangeError for weights that do not fit the configuration, the signal's reason, and errors of the source and
 * file system
 */
export async function convertDecoder(
  folder: string,
  config: DecoderConfig,
  source: WeightSource,
  { lowering, signal, onProgress }: ConvertOptions,
): Promise<void> {
  expectNames(config, source);
  const layout = layOut(config, lowering);
  const prepared = preparedFor(lowering, config, source);
  await mkdir(folder, { recursive: true });
  const weightsFile = `${lowering}.weights`;
  const begun = path.join(folder, `${weightsFile}.part`);
  try {
    const file = await open(begun, 'w');
    try {
      await file.truncate(layout.total);
      let written = 0;
      for (const weight of packedWeights(config, lowering)) {
        signal?.throwIfAborted();
        const packed = await packWeight(weight, prepared.config, prepared.source);
        for (const [index, part] of weight.packing.parts.entries()) {
          await writeAll(file, packed[index]!, layout.offset(weight.name, part));
          written += packed[index]!.byteLength;
        }
        onProgress?.(written, layout.bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const { model } = decoderGraph(config, lowering, (g, weight, part) =>
      g.stored({
        path: weightsFile,
        offset: layout.offset(weight, part),
        type: part.type,
        shape: part.shape,
      }),
    );
    await rename(begun, path.join(folder, weightsFile));
    const target = modelFile(folder, lowering);
    await writeFile(`${target}.part`, model.bytes);
    await rename(`${target}.part`, target);
  } finally {
    await rm(begun, { force: true });
    await rm(`${modelFile(folder, lowering)}.part`, { force: true });
  }
}

/** Whether a folder has a complete model in a lowering. */
export async function isConverted(
  folder: string,
  config: DecoderConfig,
  lowering: DecoderLowering,
): Promise<boolean> {
  try {
    await stat(modelFile(folder, lowering));
    const { size } = await stat(path.join(folder, `${lowering}.weights`));
    return size === layOut(config, lowering).total;
  } catch {
    return false;
  }
}

/** Size of a converted model on disk, in bytes. */
export function convertedBytes(config: DecoderConfig, lowering: DecoderLowering): number {
  return layOut(config, lowering).total;
}

interface Layout {
  offset(weight: string, part: Part): number;
  /** Size of the file, and of the numbers in it. */
  readonly total: number;
  readonly bytes: number;
}

function layOut(config: DecoderConfig, lowering: DecoderLowering): Layout {
  const offsets = new Map<string, number>();
  let [total, bytes] = [0, 0];
  for (const { name, packing } of packedWeights(config, lowering)) {
    for (const part of packing.parts) {
      offsets.set(`${name} ${part.name}`, total);
      const size = sizeOf(part.shape) * bytesPerElement[part.type];
      bytes += size;
      total += Math.ceil(size / alignment) * alignment;
    }
  }
  return { total, bytes, offset: (weight, part) => offsets.get(`${weight} ${part.name}`)! };
}

function expectNames(config: DecoderConfig, source: WeightSource): void {
  const names = new Set(source.names());
  const missing = [...weightShapes(config).keys()].filter(name => !names.has(name));
  if (missing.length > 0)
    throw new RangeError(
      `The weights lack ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}.`,
    );
}

/** One write takes at most 2 GB. */
const largestWrite = 1 << 30;

async function writeAll(file: FileHandle, numbers: ElementArray, offset: number): Promise<void> {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(
      bytes,
      done,
      Math.min(bytes.length - done, largestWrite),
      offset + done,
    );
    done += bytesWritten;
  }
}
