/** The engine process's code model: converted once, opened on first use. */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import { convertDecoder } from '../decoder/convert.ts';
import { chooseLowering } from '../decoder/exactness.ts';
import { DecoderModel } from '../decoder/model.ts';
import { DecoderSession } from '../decoder/session.ts';
import type { Device } from '../engine/device.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Runtime } from '../engine/runtime.ts';
import { openCoder } from '../models/coder.ts';
import { keepSpeed, knownSpeed, type ModelSpeed } from '../models/speed.ts';
import { RecordLog } from '../storage/record-log.ts';
import { KeptStates, statesFolder } from './kept-states.ts';
import { CodeWriter } from './writer.ts';

/** Of states on disk: three hundred blocks of a model of half a billion parameters. */
const mostBytes = 128 * 2 ** 20;

export class Coders {
  readonly #runtime: Runtime;
  readonly #device: Device;
  #open: { readonly file: string; readonly writer: Promise<CodeWriter>; isLoading: boolean } | undefined;

  constructor(runtime: Runtime, device: Device) {
    this.#runtime = runtime;
    this.#device = device;
  }

  /** Forgets what a model has read, on disk as well, whether it is open or not. */
  async forget({ file, folder }: CoderReference): Promise<void> {
    const writer = await this.#open?.writer.catch(() => undefined);
    writer?.forget();
    if (writer === undefined || this.#open?.file !== file)
      await rm(statesFolder(folder), { recursive: true, force: true });
  }

  /**
   * One at a time: a new model replaces the previous one.
   * @param between awaited during a conversion; throwing interrupts it
   * @throws GgufError when the file cannot be used, and errors of onnxruntime and the file system
   */
  get(coder: CoderReference, between: () => Promise<void>): Promise<CodeWriter> {
    if (this.#open?.file === coder.file) {
      // Asked in between by work that the loading waits for: neither would ever end.
      if (this.#open.isLoading) return Promise.reject(new Error('The code model is being prepared.'));
      return this.#open.writer;
    }
    void this.#open?.writer.then(
      before => before.release(),
      () => {},
    );
    const writer = this.#load(coder, between);
    const open = { file: coder.file, writer, isLoading: true };
    this.#open = open;
    void writer.then(
      () => {
        open.isLoading = false;
      },
      () => {
        if (this.#open === open) this.#open = undefined;
      },
    );
    return writer;
  }

  async #load({ file, folder }: CoderReference, between: () => Promise<void>): Promise<CodeWriter> {
    const coder = await openCoder(file);
    const { title, isInstructed, config, tokenizer, weights } = coder;
    try {
      const lowering = await chooseLowering(this.#runtime, this.#device);
      await convertDecoder(folder, config, weights, { lowering, between });
      const model = await DecoderModel.open(this.#runtime, folder, config, {
        lowering,
        device: this.#device,
        threads: threads(),
      });
      if ((await knownSpeed(folder)) === undefined)
        await keepSpeed(folder, await measureSpeed(model, between)).catch(() => {
          // A full disk: it is measured again the next time.
        });
      return new CodeWriter({ title, isInstructed, tokenizer }, model, statesIn(folder, config, lowering));
    } finally {
      // The tokenizer no longer needs the file.
      await coder.close();
    }
  }
}

/** Nothing where the folder cannot be written: what was read is then read again the next time. */
function statesIn(folder: string, config: DecoderConfig, lowering: DecoderLowering): KeptStates | undefined {
  try {
    return new KeptStates(new RecordLog(statesFolder(folder), mostBytes), config, lowering);
  } catch {
    return undefined;
  }
}

/** Tokens per second under the machine's current load. */
async function measureSpeed(model: DecoderModel, between: () => Promise<void>): Promise<ModelSpeed> {
  const session = new DecoderSession(model);
  const perSecond = async (runs: number, tokens: number): Promise<number> => {
    const ids = Array.from({ length: tokens }, (_, i) => i % model.config.vocabulary);
    const started = performance.now();
    for (let run = 0; run < runs; run++) {
      await between();
      await session.read(ids);
    }
    return Math.round((10_000 * runs * tokens) / (performance.now() - started)) / 10;
  };
  // The first runs warm up.
  await perSecond(1, 32);
  await perSecond(1, 1);
  return { read: await perSecond(2, 32), written: await perSecond(4, 1) };
}

/** Hyper-threads of one core slow each other down, and the editor needs some cores. */
function threads(): number {
  return Math.min(8, Math.max(1, Math.floor(availableParallelism() / 2)));
}
