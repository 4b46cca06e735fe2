/** A converted decoder, opened once for all its sequences. */

import { rowsWritten } from '../../kernels/decoder/attention.ts';
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import { stateNames } from '../../kernels/decoder/graph.ts';
import { type DecoderPart, partsOf } from '../../kernels/decoder/parts.ts';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import type { Device } from '../engine/device.ts';
import type { GraphSession, OpenOptions, OutputPlaces, Runtime } from '../engine/runtime.ts';
import type { FloatTensor, IndexTensor } from '../engine/tensor.ts';
import { expectTokenIds } from '../engine/token-ids.ts';
import { graphFile } from './convert.ts';
import type { DecoderState } from './state.ts';

/** Output of a run for the requested positions. */
export interface Logits {
  /** [positions, V] */
  readonly logits: Float32Array;
  /** [positions]: log Σ exp of each row; a token's log-probability is its logit minus this. */
  readonly normalizers: Float32Array;
}

export interface RunRequest {
  /** Not empty. */
  readonly ids: ArrayLike<number>;
  /** Of the first token, for the rotation. */
  readonly position: number;
  /** Number of last tokens whose logits are wanted. */
  readonly positions: number;
}

export class DecoderModel {
  readonly config: DecoderConfig;
  readonly #parts: readonly OpenPart[];
  readonly #inPlace: boolean;

  private constructor(config: DecoderConfig, parts: readonly OpenPart[], inPlace: boolean) {
    this.config = config;
    this.#parts = parts;
    this.#inPlace = inPlace;
  }

  /** @throws onnxruntime's errors, when a file is missing or the device rejects it */
  static async open(
    runtime: Runtime,
    folder: string,
    config: DecoderConfig,
    { lowering, device, ...options }: OpenOptions & { lowering: DecoderLowering; device: Device },
  ): Promise<DecoderModel> {
    const parts: OpenPart[] = [];
    for (const [index, part] of partsOf(config, lowering).entries()) {
      const file = graphFile(folder, config, lowering, index);
      // A part's threads must not spin while the next part runs.
      parts.push({
        part,
        session: await runtime.openFile(file, device, { ...options, isInterleaved: true }),
      });
    }
    return new DecoderModel(config, parts, device === 'cpu');
  }

  /**
   * Runs tokens after those in a state, and appends them to it. Blocks this thread, but for the gaps between parts.
   * @param between awaited there; where it throws, the state is as it was
   * @throws RangeError for ids outside the vocabulary
   */
  async run(
    state: DecoderState,
    { ids, position, positions }: RunRequest,
    between?: () => Promise<void>,
  ): Promise<Logits> {
    expectTokenIds(ids, this.config.vocabulary);
    const count = ids.length;
    const past = state.feeds(rowsWritten(this.config, count));
    const given: Record<string, FloatTensor | IndexTensor> = {
      ids: int64(ids),
      position: int64([position]),
      length: int64([state.length]),
      rows: int64(Array.from({ length: positions }, (_, i) => count - positions + i)),
    };
    // Given to every second part. Tensors that onnxruntime makes would each bring the next garbage collection nearer.
    const flows = [0, 1].map(() => this.#flow(count));
    let results: Record<string, FloatTensor> = {};
    for (const [index, { part, session }] of this.#parts.entries()) {
      const isHeadOnly = part.first === part.end;
      if (isHeadOnly && positions === 0) break;
      if (index > 0) await between?.();
      const states = statesOf(part).map(name => [name, past[name]!] as const);
      const feeds = { ...pick(given, inputsOf(part)), ...Object.fromEntries(states) };
      const outputs: Record<string, OutputPlaces[string]> = {
        ...(part.hasHead ? positions > 0 && logitPlaces : flows[index % 2]),
      };
      for (const [name, tensor] of states) outputs[`${name}'`] = this.#inPlace ? tensor : undefined;
      results = await session.run(feeds, outputs);
      if (!this.#inPlace) for (const [name, { data }] of states) data.set(results[`${name}'`]!.data);
      given['stream'] = flows[index % 2]!["stream'"]!;
      given['change'] = flows[index % 2]!["change'"]!;
    }
    state.grow(count);
    return {
      logits: results['logits']?.data ?? new Float32Array(0),
      normalizers: results['normalizer']?.data ?? new Float32Array(0),
    };
  }

  #flow(count: number): Readonly<Record<"stream'" | "change'", FloatTensor>> {
    const rows = (): FloatTensor => {
      const { width } = this.config;
      return { shape: [count, width], data: new Float32Array(count * width) };
    };
    return { "stream'": rows(), "change'": rows() };
  }

  async release(): Promise<void> {
    for (const { session } of this.#parts) await session.release();
  }
}

interface OpenPart {
  readonly part: DecoderPart;
  readonly session: GraphSession;
}

const logitPlaces: OutputPlaces = { logits: undefined, normalizer: undefined };

function inputsOf({ first, end, embeds, hasHead }: DecoderPart): readonly string[] {
  return [
    ...(embeds ? ['ids'] : ['stream', 'change']),
    ...(end > first ? ['position', 'length'] : []),
    ...(hasHead ? ['rows'] : []),
  ];
}

function statesOf({ first, end }: DecoderPart): string[] {
  return Array.from({ length: end - first }, (_, i) => Object.values(stateNames(first + i))).flat();
}

function pick<Value>(
  of: Readonly<Record<string, Value>>,
  names: readonly string[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(names.map(name => [name, of[name]!]));
}

function int64(numbers: ArrayLike<number>): IndexTensor {
  return {
    shape: [numbers.length],
    data: BigInt64Array.from({ length: numbers.length }, (_, i) => BigInt(numbers[i]!)),
  };
}
