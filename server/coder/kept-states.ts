/**
 * What a code model has read of files, kept for the next session: blocks of tokens in eight bits, each under the hash of all tokens up to its end.
 * Keys have a scale a channel, because some of their channels are a hundred times as large as others; values a scale a row.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import type { DecoderSnapshot } from '../decoder/session.ts';
import type { StoredRows } from '../decoder/state.ts';
import { RecordLog } from '../storage/record-log.ts';

/** Where states are kept beside a converted model. */
export function statesFolder(modelFolder: string): string {
  return path.join(modelFolder, 'states');
}

/** Removes what all models have read; what is in use elsewhere stays usable. @param models the folder of converted models */
export async function clearStates(models: string): Promise<void> {
  for (const entry of await readdir(models).catch(() => [])) {
    const folder = statesFolder(path.join(models, entry));
    if (!existsSync(folder)) continue;
    const log = new RecordLog(folder, 0);
    log.clear();
    log.close();
  }
}

/** Tokens of a block. */
export const blockTokens = 64;
const largest = 127;

type KeptStore = Pick<RecordLog, 'has' | 'get' | 'put' | 'clear' | 'close'>;

export class KeptStates {
  readonly #store: KeptStore;
  readonly #config: DecoderConfig;
  readonly #model: string;

  /** @param model names all that states depend on beside tokens: weights, and how products are computed */
  constructor(store: KeptStore, config: DecoderConfig, model: string) {
    this.#store = store;
    this.#config = config;
    this.#model = model;
  }

  /** The state after the longest start of a sequence that is kept, in whole blocks; nothing where none is. */
  find(ids: ArrayLike<number>): DecoderSnapshot | undefined {
    const blocks: StoredRows[] = [];
    for (const key of this.#keys(ids, ids.length)) {
      const bytes = this.#store.get(key);
      const rows = bytes && decodeRows(bytes, this.#config);
      if (rows === undefined) break;
      blocks.push(rows);
    }
    if (blocks.length === 0) return undefined;
    const count = blocks.length * blockTokens;
    return { ids: Int32Array.from({ length: count }, (_, i) => ids[i]!), rows: joined(blocks, this.#config) };
  }

  /** Keeps the blocks of a state that lie within its first `length` tokens and are not kept yet. */
  keep(length: number, ids: ArrayLike<number>, rowsOf: () => StoredRows): void {
    let rows: StoredRows | undefined;
    for (const [index, key] of this.#keys(ids, length).entries()) {
      if (this.#store.has(key)) continue;
      rows ??= rowsOf();
      this.#store.put(key, encodeRows(blockOf(rows, index * blockTokens, this.#config), this.#config));
    }
  }

  clear(): void {
    this.#store.clear();
  }

  close(): void {
    this.#store.close();
  }

  /** Of each whole block among the first `length` tokens. */
  #keys(ids: ArrayLike<number>, length: number): string[] {
    const keys: string[] = [];
    const hash = createHash('sha256').update(this.#model);
    for (let start = 0; start + blockTokens <= length; start += blockTokens) {
      const block = Int32Array.from({ length: blockTokens }, (_, i) => ids[start + i]!);
      hash.update(new Uint8Array(block.buffer));
      keys.push(hash.copy().digest('hex'));
    }
    return keys;
  }
}

/** A block's rows: for each tensor its scales in float32, then its numbers in int8. */
export function encodeRows({ tensors }: StoredRows, config: DecoderConfig): Uint8Array {
  const parts = tensors.flatMap((data, tensor) => {
    const places = scalePlaces(tensor, config);
    const scales = new Float32Array(scaleCount(tensor, config));
    for (let i = 0; i < data.length; i++) {
      const least = Math.abs(data[i]!) / largest;
      if (least > scales[places[i]!]!) scales[places[i]!] = least;
    }
    const numbers = new Int8Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const scale = scales[places[i]!]!;
      numbers[i] = scale === 0 ? 0 : Math.round(data[i]! / scale);
    }
    return [Buffer.from(scales.buffer), Buffer.from(numbers.buffer)];
  });
  return Buffer.concat(parts);
}

/** Nothing for bytes of another size: they are of another model. */
export function decodeRows(bytes: Uint8Array, config: DecoderConfig): StoredRows | undefined {
  const size = config.keyHeads * blockTokens * config.headWidth;
  const tensors: Float32Array[] = [];
  let offset = 0;
  for (let tensor = 0; tensor < 2 * config.layers; tensor++) {
    const scaleBytes = 4 * scaleCount(tensor, config);
    if (offset + scaleBytes + size > bytes.length) return undefined;
    const scales = new Float32Array(copyOf(bytes, offset, scaleBytes));
    const numbers = new Int8Array(copyOf(bytes, offset + scaleBytes, size));
    const places = scalePlaces(tensor, config);
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = numbers[i]! * scales[places[i]!]!;
    tensors.push(data);
    offset += scaleBytes + size;
  }
  return offset === bytes.length ? { count: blockTokens, tensors } : undefined;
}

/** Aligned, whatever the bytes are a part of. */
function copyOf(bytes: Uint8Array, offset: number, length: number): ArrayBuffer {
  return Uint8Array.from(bytes.subarray(offset, offset + length)).buffer;
}

/** Which scale each number has. Tensors are keys and values by turns, each [K, tokens, dh]. */
function scalePlaces(tensor: number, { keyHeads, headWidth }: DecoderConfig): Uint32Array {
  const isOfRow = tensor % 2 === 1;
  return Uint32Array.from({ length: keyHeads * blockTokens * headWidth }, (_, i) => {
    const row = Math.floor(i / headWidth);
    return isOfRow ? row : Math.floor(row / blockTokens) * headWidth + (i % headWidth);
  });
}

function scaleCount(tensor: number, { keyHeads, headWidth }: DecoderConfig): number {
  return keyHeads * (tensor % 2 === 1 ? blockTokens : headWidth);
}

function blockOf({ count, tensors }: StoredRows, start: number, config: DecoderConfig): StoredRows {
  const { keyHeads, headWidth } = config;
  return {
    count: blockTokens,
    tensors: tensors.map(data => {
      const block = new Float32Array(keyHeads * blockTokens * headWidth);
      for (let head = 0; head < keyHeads; head++) {
        const from = (head * count + start) * headWidth;
        block.set(data.subarray(from, from + blockTokens * headWidth), head * blockTokens * headWidth);
      }
      return block;
    }),
  };
}

function joined(blocks: readonly StoredRows[], { layers, keyHeads, headWidth }: DecoderConfig): StoredRows {
  const count = blocks.length * blockTokens;
  const width = blockTokens * headWidth;
  const tensors = Array.from({ length: 2 * layers }, (_, tensor) => {
    const data = new Float32Array(keyHeads * count * headWidth);
    for (const [index, block] of blocks.entries())
      for (let head = 0; head < keyHeads; head++)
        data.set(
          block.tensors[tensor]!.subarray(head * width, (head + 1) * width),
          (head * count + index * blockTokens) * headWidth,
        );
    return data;
  });
  return { count, tensors };
}
