/** When files last changed, and recent activity, from git. */
import { git } from './git.ts';

export interface History {
  /** Seconds since 1970 of each file's last commit, by path relative to the folder. */
  readonly changed: ReadonlyMap<string, number>;
  /** Files missing from `changed` are at least this old; undefined if the whole history was covered. */
  readonly before?: number;
  readonly commitsLastYear: number;
  /** Time ran out before covering the year: the count is a lower bound. */
  readonly isPartial: boolean;
  readonly lastCommit: number;
}

export interface HistoryOptions {
  /** Time limit in milliseconds; older commits are skipped. */
  readonly budget: number;
  /** Stops once each of these has been found. */
  readonly wanted: ReadonlySet<string>;
  readonly now?: number;
  readonly signal?: AbortSignal | undefined;
}

const year = 365 * 24 * 60 * 60;
/** Precedes each commit's time; no path starts with it. */
const mark = '\u0001';

/** @returns undefined if git knows no commit of the folder */
export async function readHistory(
  folder: string,
  { budget, wanted, now = Date.now() / 1000, signal }: HistoryOptions,
): Promise<History | undefined> {
  const changed = new Map<string, number>();
  let missing = wanted.size;
  let commitsLastYear = 0;
  let lastCommit = 0;
  let at = 0;
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), budget);
  const onAbort = (): void => enough.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const problem = await git(folder, command, { signal: enough.signal }, text => {
    // A commit's time and first file are one record, further files one each.
    const [time, first = ''] = text.startsWith(mark) ? text.slice(1).split('\n', 2) : [];
    if (time !== undefined) {
      at = Number(time);
      lastCommit = Math.max(lastCommit, at);
      if (at > now - year) commitsLastYear++;
      // Nothing later could change the result.
      else if (missing <= 0) enough.abort();
    }
    const path = time === undefined ? text : first;
    if (path === '' || changed.has(path)) return;
    changed.set(path, at);
    if (wanted.has(path)) missing--;
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
  const stopped = enough.signal.aborted;
  if (lastCommit === 0 || (problem !== undefined && !stopped)) return undefined;
  const isPartial = stopped && at > now - year;
  return { changed, commitsLastYear, isPartial, lastCommit, ...(stopped ? { before: at } : {}) };
}

/** No option makes git run a program from the repository's settings. */
const command = [
  'log',
  '-z',
  '--format=format:%x01%ct',
  '--name-only',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-mailmap',
  '--relative',
  '--',
  '.',
] as const;
