/** Prefill in the worker thread: where leaves are stored, and progress. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { watchPower } from '../engine/power.ts';
import type { Engine } from '../engine/process.ts';
import { PrefillScheduler } from '../model-memory/prefill-scheduler.ts';
import type { NeuralStatus } from '../protocol/progress.ts';
import type { CacheStore } from '../storage/cache-store.ts';
import { RecordLog } from '../storage/record-log.ts';
import { shippedModelFolder } from '../tokens/load.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

export interface ModelWorkerOptions {
  readonly engine: Pick<Engine, 'run'>;
  /** The shipped model if empty. */
  readonly modelFolder: string;
  readonly tokenizer: Tokenizer;
  /** Without one, leaves are kept until this stops. */
  readonly store: CacheStore | undefined;
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  readonly onProgress: () => void;
}

export class ModelWorker {
  readonly scheduler: PrefillScheduler;
  readonly #store: RecordLog;
  readonly #temporary: string | undefined;
  readonly #stopWatching: () => void;

  constructor({ engine, modelFolder, tokenizer, store, tokensOf, onProgress }: ModelWorkerOptions) {
    this.#temporary = store === undefined ? mkdtempSync(path.join(tmpdir(), 'longsight-leaves-')) : undefined;
    this.#store = store?.leaves() ?? new RecordLog(this.#temporary!, Number.POSITIVE_INFINITY);
    const model = {
      folder: path.resolve(modelFolder || shippedModelFolder()),
      tokenizerHash: tokenizer.hash,
    };
    this.scheduler = new PrefillScheduler({ engine, model, store: this.#store, tokensOf, onProgress });
    this.#stopWatching = watchPower(battery => this.scheduler.saveEnergy(battery));
  }

  get status(): NeuralStatus {
    const { state, files, waiting, tokens, waitingTokens, prefilledTokens, seconds, problem } =
      this.scheduler.progress;
    return {
      state,
      files,
      waiting,
      tokens,
      waitingTokens,
      tokensPerSecond: seconds > 0 ? Math.round(prefilledTokens / seconds) : 0,
      ...(problem !== undefined && { problem }),
    };
  }

  /** Deletes the leaves of all repositories: leaves do not record whose they are. */
  clear(): void {
    this.#store.clear();
  }

  /** Releases everything; stored leaves stay. */
  stop(): void {
    this.#stopWatching();
    void this.scheduler.stop().finally(() => {
      this.#store.close();
      if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
    });
  }
}
