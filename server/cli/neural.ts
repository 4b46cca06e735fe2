/** Prefill on the command line: starts the engine, waits and reports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import { engineEntry } from '../engine/entry.ts';
import type { ModelReference } from '../engine/messages.ts';
import { createEngine, type Engine } from '../engine/process.ts';
import { MixedPredictor } from '../model-memory/mixture.ts';
import { loadGate } from '../model-memory/mixture-gate.ts';
import { ModelPredictor } from '../model-memory/model-predictor.ts';
import { type PrefillProgress, PrefillScheduler } from '../model-memory/prefill-scheduler.ts';
import { duration } from '../protocol/counted.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { Repository } from '../repository/repository.ts';
import { RecordLog } from '../storage/record-log.ts';
import { shippedModelFolder } from '../tokens/load.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { openStore, probesOf } from './cache.ts';
import { ProgressBar } from './output.ts';

/** `neural` in the output of `read --json`. */
export interface NeuralReport {
  readonly files: number;
  readonly tokens: number;
  /** Files prefilled now, and in earlier runs. */
  readonly read: number;
  readonly recalled: number;
  readonly readTokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  /** Bytes on disk of all leaves, of every repository. */
  readonly cacheBytes: number;
  readonly engineBytes: number;
  readonly modelId: string;
  readonly device: string;
}

export interface NeuralSession {
  readonly engine: Engine;
  readonly model: ModelReference;
  readonly scheduler: PrefillScheduler;
  readonly store: RecordLog;
  close(): Promise<void>;
}

export function modelOf(line: CommandLine, tokenizer: Tokenizer): ModelReference {
  return { folder: path.resolve(line.model ?? shippedModelFolder()), tokenizerHash: tokenizer.hash };
}

/** @param repository need not be read yet: its follower passes later files to the scheduler */
export async function openNeural(
  line: CommandLine,
  repository: Repository,
  onProgress: (progress: PrefillProgress) => void = () => {},
): Promise<NeuralSession> {
  const engine = createEngine({
    entry: engineEntry(),
    device: line.device,
    log: () => {},
    ...probesOf(line),
  });
  const cache = await openStore(line);
  // Without a cache, leaves are stored in a temporary folder.
  const folder = cache === undefined ? mkdtempSync(path.join(tmpdir(), 'longsight-leaves-')) : undefined;
  const store = cache?.leaves() ?? new RecordLog(folder!, Number.POSITIVE_INFINITY);
  const model = modelOf(line, repository.tokenizer);
  const tokensOf = (file: string) => repository.memory.tokensOf(file);
  const scheduler = new PrefillScheduler({ engine, model, store, tokensOf, onProgress });
  return {
    engine,
    model,
    scheduler,
    store,
    async close() {
      await scheduler.stop();
      await engine.stop();
      store.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Prefills the whole repository. @throws UsageError when the model cannot be used */
export async function prefillRepository(
  line: CommandLine,
  repository: Repository,
  signal: AbortSignal,
): Promise<NeuralReport> {
  const { session, bar } = await openWithProgress(line, repository);
  const { scheduler, engine, store } = session;
  try {
    await prefillAll(session, repository, signal);
    const { files, tokens, prefilled, recalled, prefilledTokens, seconds } = scheduler.progress;
    return {
      files,
      tokens,
      read: prefilled,
      recalled,
      readTokens: prefilledTokens,
      seconds,
      tokensPerSecond: prefilledTokens / Math.max(seconds, 1e-6),
      cacheBytes: store.bytes,
      engineBytes: engine.status.residentBytes,
      modelId: scheduler.facts?.modelId ?? '',
      device: engine.status.device ?? 'none',
    };
  } finally {
    bar.end();
    await session.close();
  }
}

async function openWithProgress(
  line: CommandLine,
  repository: Repository,
): Promise<{ readonly session: NeuralSession; readonly bar: ProgressBar }> {
  const bar = new ProgressBar();
  const total = { files: repository.paths.length, skipped: repository.ledger.skippedFiles };
  const session = await openNeural(line, repository, progress =>
    bar.show({
      filesRead: progress.files,
      filesTotal: total.files,
      tokens: progress.tokens,
      skipped: total.skipped,
      left: secondsLeft(progress),
    }),
  );
  return { session, bar };
}

async function prefillAll(
  { scheduler }: NeuralSession,
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  const stop = () => void scheduler.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const file of repository.paths) scheduler.changed(file);
    await scheduler.settled().catch((error: unknown) => {
      throw new UsageError(messageOf(error));
    });
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export interface Predictors {
  readonly alone: ModelPredictor;
  readonly mixed: MixedPredictor;
  close(): Promise<void>;
}

/**
 * The model as a predictor after a full prefill; alone and mixed with the copy memory. @throws UsageError when the
 * model cannot be used
 */
export async function openPredictors(
  line: CommandLine,
  repository: Repository<CopyMemory>,
  signal: AbortSignal,
): Promise<Predictors> {
  const { session, bar } = await openWithProgress(line, repository);
  const { engine, model, scheduler } = session;
  try {
    await prefillAll(session, repository, signal);
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    bar.end();
  }
  const alone = new ModelPredictor({
    engine,
    model,
    tokenizer: repository.tokenizer,
    memoryFor: file => scheduler.memory?.seenFrom(file ?? ''),
  });
  const mixed = new MixedPredictor(repository.memory, alone, loadGate(model.folder));
  return { alone, mixed, close: () => session.close() };
}

/** From waiting tokens and the speed so far; undefined until there is one. */
function secondsLeft({ waitingTokens, prefilledTokens, seconds }: PrefillProgress): string | undefined {
  return prefilledTokens === 0 || waitingTokens === 0
    ? undefined
    : duration((waitingTokens * seconds) / prefilledTokens);
}
