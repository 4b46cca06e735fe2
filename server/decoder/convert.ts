/**
 * Converts a decoder's weights to onnxruntime's form: a graph for each of its parts, and one file of packed weights
 * beside them. A conversion that is interrupted, even by a crash, is continued by the next one.
 */
import { createHash } from 'node:crypto';
import {
  appendFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { type DecoderConfig, type WeightSource, weightShapes } from '../../kernels/decoder/config.ts';
import { decoderGraph } from '../../kernels/decoder/graph.ts';
import { partsOf } from '../../kernels/decoder/parts.ts';
import {
  type DecoderLowering,
  packedWeights,
  packWeight,
  preparedFor,
} from '../../kernels/decoder/weights.ts';
import { bytesPerElement, type ElementArray } from '../../kernels/onnx/data-type.ts';
import type { Part } from '../../kernels/onnx/pack.ts';
import { sizeOf } from '../../kernels/tensor.ts';
import { expectDiskSpace } from '../models/download.ts';
import { holding } from './conversion-lock.ts';

export interface ConvertOptions {
  readonly lowering: DecoderLowering;
  /** Awaited before each piece of a weight; throwing interrupts the conversion. */
  readonly between?: () => Promise<void>;
  /** Called after each weight with bytes written and total bytes. */
  readonly onProgress?: (written: number, total: number) => void;
}

/** To be raised where weights or graphs change, so that those of earlier versions are not used. */
const version = 3;

/** Alignment for mapping on every system (Windows maps in pieces of 64 kB). */
const alignment = 65_536;

/** The graph of one of a model's parts. */
export function graphFile(
  folder: string,
  config: DecoderConfig,
  lowering: DecoderLowering,
  part: number,
): string {
  return path.join(folder, `${layOut(config, lowering).name}.${part}.onnx`);
}

/**
 * Converts a model unless that has been done: a graph a part, and a file of weights. Holds one weight in RAM at a time;
 * the head needs most, two bytes per number. What is written of the weights stays where `between` throws or the process
 * ends, and is removed where the source or the disk fails.
 * @throws RangeError for weights that do not fit the configuration, what `between` throws, Error when the disk lacks
 * space, and errors of the source and file system
 */
export async function convertDecoder(
  folder: string,
  config: DecoderConfig,
  source: WeightSource,
  options: ConvertOptions,
): Promise<void> {
  const { lowering, between = async () => {} } = options;
  expectNames(config, source);
  // Needs nothing written, so that it works on a full disk.
  if (await isConverted(folder, config, lowering)) return;
  await mkdir(folder, { recursive: true });
  await holding(path.join(folder, `${lowering}.lock`), between, async showLife => {
    if (await isConverted(folder, config, lowering)) return;
    const layout = layOut(config, lowering);
    await removeOthers(folder, lowering, layout);
    if ((await sizeOfFile(path.join(folder, layout.weights))) !== layout.total) {
      const pause = async (): Promise<void> => {
        await between();
        await showLife();
      };
      await writeWeights(folder, config, source, layout, { ...options, between: pause });
    }
    await writeGraphs(folder, config, lowering, layout);
  });
}

/** Whether a folder has a complete model in a lowering. */
export async function isConverted(
  folder: string,
  config: DecoderConfig,
  lowering: DecoderLowering,
): Promise<boolean> {
  const layout = layOut(config, lowering);
  // The last graph is written last.
  const last = graphFile(folder, config, lowering, partsOf(config, lowering).length - 1);
  return (
    (await sizeOfFile(last)) !== undefined &&
    (await sizeOfFile(path.join(folder, layout.weights))) === layout.total
  );
}

async function writeGraphs(
  folder: string,
  config: DecoderConfig,
  lowering: DecoderLowering,
  { offset, weights }: Layout,
): Promise<void> {
  for (const [index, part] of partsOf(config, lowering).entries()) {
    const { model } = decoderGraph(
      config,
      lowering,
      (g, weight, { name, type, shape }) =>
        g.stored({ path: weights, offset: offset(weight, name), type, shape }),
      part,
    );
    const target = graphFile(folder, config, lowering, index);
    await writeFile(`${target}.part`, model.bytes, { flush: true });
    await rename(`${target}.part`, target);
  }
}

/** Goes on where an earlier conversion ended: a list beside the begun file names the weights in it. */
async function writeWeights(
  folder: string,
  config: DecoderConfig,
  source: WeightSource,
  { weights, total, bytes, offset }: Layout,
  { lowering, between, onProgress }: ConvertOptions & { readonly between: () => Promise<void> },
): Promise<void> {
  const target = path.join(folder, weights);
  const [begun, list] = [`${target}.part`, `${target}.done`];
  const isBegun = (await sizeOfFile(begun)) === total;
  // What follows the last line break is the name of a weight that was being written.
  const done = new Set(isBegun ? (await textOf(list)).split('\n').slice(0, -1) : []);
  if (!isBegun) await expectDiskSpace(folder, total);
  let isInterrupted = false;
  const pause = async (): Promise<void> => {
    isInterrupted = true;
    await between();
    isInterrupted = false;
  };
  const prepared = preparedFor(lowering, config, pausing(source, pause));
  try {
    const file = await open(begun, isBegun ? 'r+' : 'w');
    try {
      await file.truncate(total);
      if (!isBegun) await writeFile(list, '');
      let written = 0;
      for (const weight of packedWeights(config, lowering)) {
        const { parts } = weight.packing;
        if (!done.has(weight.name)) {
          const packed = await packWeight(weight, prepared.config, prepared.source);
          for (const [index, { name }] of parts.entries())
            await writeAll(file, packed[index]!, offset(weight.name, name));
          await file.datasync();
          await appendFile(list, `${weight.name}\n`);
        }
        written += parts.reduce((sum, part) => sum + bytesOf(part), 0);
        onProgress?.(written, bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(begun, target);
    await rm(list, { force: true });
  } catch (error) {
    if (!isInterrupted) for (const one of [begun, list]) await rm(one, { force: true });
    throw error;
  }
}

function pausing(source: WeightSource, pause: () => Promise<void>): WeightSource {
  return {
    names: () => source.names(),
    read: async name => {
      await pause();
      return await source.read(name);
    },
    ...(source.readRows !== undefined && {
      readRows: async (name, first, count) => {
        await pause();
        return await source.readRows!(name, first, count);
      },
    }),
  };
}

/** Files of earlier versions in the same lowering. */
async function removeOthers(folder: string, lowering: DecoderLowering, { name }: Layout): Promise<void> {
  for (const file of await readdir(folder)) {
    const isOurs = file.startsWith(`${name}.`) || file === `${lowering}.lock`;
    if (!isOurs && /^\w+[-.]/.exec(file)?.[0].slice(0, -1) === lowering)
      await rm(path.join(folder, file), { force: true });
  }
}

interface Layout {
  /** What the files' names start with: lowering, and the hash of all that the files' form depends on. */
  readonly name: string;
  /** Name of the file of weights. */
  readonly weights: string;
  readonly offset: (weight: string, part: string) => number;
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
      const size = bytesOf(part);
      bytes += size;
      total += Math.ceil(size / alignment) * alignment;
    }
  }
  const form = JSON.stringify([version, partsOf(config, lowering), ...offsets, total]);
  const name = `${lowering}-${createHash('sha256').update(form).digest('hex').slice(0, 8)}`;
  return {
    name,
    weights: `${name}.weights`,
    total,
    bytes,
    offset: (weight, part) => offsets.get(`${weight} ${part}`)!,
  };
}

function bytesOf({ shape, type }: Part): number {
  return sizeOf(shape) * bytesPerElement[type];
}

async function sizeOfFile(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}

/** Empty if the file cannot be read. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
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
