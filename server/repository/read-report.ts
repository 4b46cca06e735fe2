/** The account of one reading: how far it is, and what it did. */

import type { CoverageLedger } from './coverage.ts';
import { type Stage, StageClock } from './encode-file.ts';

export interface Progress {
  readonly phase: 'listing' | 'reading';
  /** Files done of those that were listed. */
  readonly done: number;
  readonly filesTotal: number;
  /** Files, tokens and bytes in memory; files left out. */
  readonly files: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  /** The file just read. */
  readonly path: string;
}

/** What one call of `read` or `update` did. */
export interface ReadReport {
  /** False when it was cancelled: what was read until then is in memory. */
  readonly complete: boolean;
  /** Files whose content was looked at. */
  readonly read: number;
  /** Files that were taken from the cache without reading them or after reading them. */
  readonly cached: number;
  /** Files that were in memory already, and current. */
  readonly kept: number;
  readonly removed: number;
  readonly seconds: number;
  readonly milliseconds: Readonly<Record<Stage, number>>;
  /** Plain sentences for the user about what concerns more than one file. */
  readonly problems: readonly string[];
}

/** The account of one call. */
export class Run {
  readonly clock = new StageClock();
  readonly problems: string[] = [];
  complete = true;
  read = 0;
  cached = 0;
  kept = 0;
  removed = 0;
  done = 0;
  total = 0;
  readonly #start = performance.now();
  readonly #onProgress: ((progress: Progress) => void) | undefined;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  report(phase: Progress['phase'], ledger: CoverageLedger, path: string): void {
    this.#onProgress?.({
      phase,
      path,
      done: this.done,
      filesTotal: this.total,
      files: ledger.files,
      tokens: ledger.tokens,
      bytes: ledger.bytes,
      skipped: ledger.skippedFiles,
    });
  }

  result(): ReadReport {
    const { complete, read, cached, kept, removed, problems } = this;
    const seconds = (performance.now() - this.#start) / 1000;
    return { complete, read, cached, kept, removed, seconds, milliseconds: this.clock.spent, problems };
  }
}
