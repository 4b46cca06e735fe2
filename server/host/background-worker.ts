/** Reading in the background in the worker thread: which model reads, and where the results are kept. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import { onBattery } from '../engine/power.ts';
import type { Engine } from '../engine/process.ts';
import type { Repository } from '../repository/repository.ts';
import type { Follower } from '../repository/token-memory.ts';
import type { CacheStore } from '../storage/cache-store.ts';
import type { Activity } from '../surprise/activity.ts';
import { pieceJudge } from '../surprise/judge.ts';
import { KeptSurprise } from '../surprise/kept-surprise.ts';
import { SurpriseReader } from '../surprise/reader.ts';
import { shippedModelFolder } from '../tokens/load.ts';
import { modelIdOf } from '../tokens/model-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';

export interface BackgroundOptions {
  readonly engine: Pick<Engine, 'run'>;
  /** The shipped model if empty. */
  readonly modelFolder: string;
  readonly tokenizer: Tokenizer;
  readonly memory: CopyMemory;
  readonly folders: readonly WorkspaceFolder[];
  /** Without one, results are kept until this stops. */
  readonly store: CacheStore | undefined;
  readonly activity: Activity;
  readonly minutes: number;
  readonly onProgress: () => void;
}

/** More files that change at once were not saved by hand: a branch was switched, and they are read in their turn. */
const mostSaved = 16;

const oneToken = { ids: Uint16Array.of(0), asked: Int32Array.of(-1) };

export class BackgroundWorker {
  readonly reader: SurpriseReader;
  readonly #kept: KeptSurprise;

  private constructor(reader: SurpriseReader, kept: KeptSurprise) {
    this.reader = reader;
    this.#kept = kept;
  }

  static async open(options: BackgroundOptions): Promise<BackgroundWorker> {
    const { engine, modelFolder, tokenizer, memory, folders, store, activity, minutes, onProgress } = options;
    const folder = path.resolve(modelFolder || shippedModelFolder());
    const kept = new KeptSurprise(store, folders, modelIdOf(tokenizer, await checksumsIn(folder)));
    await kept.load();
    const model = { folder, tokenizerHash: tokenizer.hash };
    const reader = new SurpriseReader({
      judge: pieceJudge({ memory, tokenizer, engine, model }),
      // Whatever fails here fails again, and is reported, when a file is judged.
      warmUp: () => void engine.run('judge', { model, ...oneToken }).catch(() => {}),
      tokenizer,
      tokensOf: file => memory.tokensOf(file),
      kept,
      activity,
      budget: 60 * minutes,
      onBattery,
      onProgress,
    });
    return new BackgroundWorker(reader, kept);
  }

  /** Has files read next that were just saved. @param paths absolute, of what was updated */
  noteChanged({ workspace, memory }: Repository, paths: readonly string[]): void {
    if (paths.length > mostSaved) return;
    for (const changed of paths) {
      const file = workspace.pathOfDocument(changed);
      if (file !== undefined && memory.has(file)) this.reader.saved(file);
    }
  }

  clear(): Promise<void> {
    return this.#kept.clear();
  }
}

/** The checksums beside weights: what other weights said is not kept. */
async function checksumsIn(folder: string): Promise<string> {
  const files = await readdir(folder).catch(() => []);
  const sums = files.filter(file => file.endsWith('.sha256')).sort();
  const texts = await Promise.all(
    sums.map(file => readFile(path.join(folder, file), 'utf8').catch(() => '')),
  );
  return texts.join();
}

/** Tells each of every change. */
export function allOf(followers: readonly Follower[]): Follower {
  return {
    changed: file => {
      for (const follower of followers) follower.changed(file);
    },
    edited: file => {
      for (const follower of followers) follower.edited(file);
    },
    removed: file => {
      for (const follower of followers) follower.removed(file);
    },
  };
}
