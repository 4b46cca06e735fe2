/** `longsight/diagnostics`: the server's figures. Answers even when the worker thread does not. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  backgroundFigures,
  engineFigures,
  modelFigures,
  processFigures,
  skippedFigures,
  stageFigures,
} from '../diagnostics/figures.ts';
import { machineFigures, megabytes, versionFigures } from '../diagnostics/machine.ts';
import { probeCacheIn } from '../engine/probe-cache.ts';
import type { Engine } from '../engine/process.ts';
import type { Log } from '../host/log.ts';
import { libraryIn } from '../models/in-use.ts';
import {
  changedSettings,
  type Diagnostics,
  editorNames,
  type Figure,
  knownName,
  versionNumbers,
} from '../protocol/diagnostics.ts';
import { methods } from '../protocol/methods.ts';
import type { SettingsShape } from '../protocol/settings.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import type { AcceptanceCount } from './acceptance.ts';
import type { Client } from './client.ts';
import type { RepositoryClient } from './repository-client.ts';

/** Milliseconds allowed for a thread or a disk; later answers are left out. */
const patience = 3000;

export interface Sources {
  readonly version: string;
  readonly client: Client;
  readonly folders: number;
  readonly settings: SettingsShape;
  readonly repository: RepositoryClient;
  readonly engine: Engine;
  readonly acceptance: AcceptanceCount;
  readonly answers: Durations;
  readonly log: CountingLog;
}

export async function serverDiagnostics(sources: Sources): Promise<Diagnostics> {
  const { version, client, settings, repository, engine, acceptance, answers, log } = sources;
  const folder = settings['cache.folder'];
  const { state, files, filesTotal, tokens, bytes, stale, seconds, memoryBytes, neural, background } =
    repository.stats;
  const { offered, accepted } = acceptance.counts;
  const { losses, blocking } = repository.trouble;
  const last = repository.lastRead;
  return {
    versions: {
      ...(await versionFigures(version)),
      client: knownName(client.name, editorNames),
      'client version': versionNumbers(client.version),
    },
    machine: machineFigures(),
    'changed settings': changedSettings(settings),
    reading: {
      state,
      folders: sources.folders,
      files,
      'files listed': filesTotal,
      tokens,
      'source (MB)': megabytes(bytes),
      stale,
      ...(await skippedIn(repository)),
      'time (s)': seconds,
      ...(last && { 'from the cache': last.cached, ...stageFigures(last.milliseconds) }),
    },
    'reading in the background': backgroundFigures(background),
    suggestions: { offered, accepted, ...answers.figures },
    device: {
      ...engineFigures(engine.status, probeCacheIn(folder)),
      ...(await within(modelFigures(libraryIn(cacheFolder(folder))), {})),
      ...(neural && { 'model reading': neural.state, 'model tokens': neural.tokens }),
    },
    memory: { ...processFigures(), 'copy memory (MB)': megabytes(memoryBytes) },
    trouble: {
      'running (s)': Math.round(process.uptime()),
      'indexing thread crashes': losses,
      'blocking files': blocking,
      'warnings logged': log.counts.warning,
      'errors logged': log.counts.error,
    },
  };
}

async function skippedIn(repository: RepositoryClient): Promise<Record<string, Figure>> {
  // Opens nothing for this.
  if (repository.stats.state === 'idle' || repository.stats.state === 'failed') return {};
  const { skipped } = await within(repository.ask(methods.coverage, null), { skipped: undefined });
  return skipped === undefined ? { 'indexing thread answers': false } : skippedFigures(skipped);
}

async function within<Result, Late>(asked: Promise<Result>, late: Late): Promise<Result | Late> {
  const end = new AbortController();
  try {
    return await Promise.race([
      asked.catch(() => late),
      wait(patience, late, { signal: end.signal, ref: false }),
    ]);
  } finally {
    end.abort();
  }
}

/** Milliseconds of the latest answers. */
export class Durations {
  readonly #last: number[] = [];
  #count = 0;

  add(milliseconds: number): void {
    this.#count++;
    this.#last.push(milliseconds);
    if (this.#last.length > 1000) this.#last.shift();
  }

  get figures(): Record<string, Figure> {
    if (this.#count === 0) return { answers: 0 };
    const sorted = this.#last.toSorted((one, other) => one - other);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
    return {
      answers: this.#count,
      'median (ms)': at(0.5),
      '95 % within (ms)': at(0.95),
      'slowest (ms)': at(1),
    };
  }
}

/** Forwards to a log, and counts messages for the user. */
export class CountingLog {
  readonly counts = { debug: 0, info: 0, warning: 0, error: 0 };
  readonly #to: Log;

  constructor(to: Log) {
    this.#to = to;
  }

  readonly write: Log = (level, message) => {
    this.counts[level]++;
    this.#to(level, message);
  };
}
