/** A converted decoder, opened once for all its sequences. */

import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import type { Device } from '../engine/device.ts';
import type { GraphSession, OpenOptions, OutputPlaces, Runtime } from '../engine/runtime.ts';
import { expectTokenIds } from '../engine/token-ids.ts';
import { modelFile } from './convert.ts';
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
  readonly #session: GraphSession;
  readonly #inPlace: boolean;

  private constructor(config: DecoderConfig, session: GraphSession, inPlace: boolean) {
    this.config = config;
    this.#session = session;
    this.#inPlace = inPlace;
  }

  /** @throws onnxruntime's errors, when the file is missing or the device rejects it */
  static async open(
    runtime: Runtime,
    folder: string,
    config: DecoderConfig,
    { lowering, device, ...options }: OpenOptions & { lowering: DecoderLowering; device: Device },
  ): Promise<DecoderModel> {
    const session = await runtime.openFile(modelFile(folder, lowering), device, options);
    return new DecoderModel(config, session, device === 'cpu');
  }

  /**
   * Runs tokens after those in a state, and appends them to it. Blocks this thread.
   * @throws RangeError for ids outside the vocabulary
   */
  async run(state: DecoderState, { ids, position, positions }: RunRequest): Promise<Logits> {
    expectTokenIds(ids, this.config.vocabulary);
    const count = ids.length;
    const int64 = (numbers: ArrayLike<number>) => ({
      shape: [numbers.length],
      data: BigInt64Array.from({ length: numbers.length }, (_, i) => BigInt(numbers[i]!)),
    });
    const past = state.feeds(count);
    const feeds = {
      ids: int64(ids),
      position: int64([position]),
      length: int64([state.length]),
      rows: int64(Array.from({ length: positions }, (_, i) => count - positions + i)),
      ...past,
    };
    const outputs: Record<string, OutputPlaces[string]> = {
      ...(positions > 0 && { logits: undefined, normalizer: undefined }),
    };
    for (const [name, tensor] of Object.entries(past))
      outputs[`${name}'`] = this.#inPlace ? tensor : undefined;
    const results = await this.#session.run(feeds, outputs);
    if (!this.#inPlace)
      for (const [name, { data }] of Object.entries(past)) data.set(results[`${name}'`]!.data);
    state.grow(count);
    return {
      logits: results['logits']?.data ?? new Float32Array(0),
      normalizers: results['normalizer']?.data ?? new Float32Array(0),
    };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
