/** Progress and results of indexing. */

import type { Verdict } from '../protocol/verdict.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { CoverageLedger } from './coverage.ts';
import { type Stage, StageClock, type Tokens } from './encode-file.ts';

export interface Progress {
  readonly phase: 'listing' | 'reading';
  /** Of the listed files. */
  readonly done: number;
  readonly filesTotal: number;
  /** Indexed files, tokens and bytes; files left out. */
  readonly files: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  /** The file just indexed. */
  readonly path: string;
}

/** Result of one call of `read` or `update`. */
export interface ReadReport {
  /** False if cancelled: what was indexed until then stays. */
  readonly complete: boolean;
  /** Files whose content was read from disk. */
  readonly read: number;
  /** Indexed files taken from the cache, without or after reading them; none that were left out. */
  readonly cached: number;
  /** Files that were indexed already, and current. */
  readonly kept: number;
  readonly removed: number;
  readonly seconds: number;
  readonly milliseconds: Readonly<Record<Stage, number>>;
  /** Sentences for the user about problems beyond single files. */
  readonly problems: readonly string[];
}

/** Collects the report of one call. */
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

  tookFromCache(outcome: Tokens | Verdict): void {
    if (!('reason' in outcome)) this.cached++;
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

/** A problem of a report, for a folder by its path. */
export function disappeared(folder: string): string {
  return `${folder} disappeared while it was being read. Files read so far are kept.`;
}

/** A problem of a report. */
export function nothingIn(workspace: Workspace): string {
  const names = workspace.folders.map(folder => folder.opened).join(', ');
  return `No source files found in ${names}.`;
}
