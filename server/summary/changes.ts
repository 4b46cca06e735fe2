/** When files last changed, and recent activity. */

import type { Activity } from '../protocol/requests.ts';
import type { Repository } from '../repository/repository.ts';
import type { TokenMemory } from '../repository/token-memory.ts';
import { readHistory } from '../workspace/git-history.ts';

export interface Changes {
  /** Seconds since 1970, by path. For files unchanged for long, a time since when they are unchanged. */
  readonly changed: ReadonlyMap<string, number>;
  readonly activity?: Activity;
}

/**
 * From git if it knows the folder, because there disk times are those of a checkout; otherwise from the disk.
 * @param budget milliseconds for git history
 */
export async function readChanges(
  repository: Repository<TokenMemory>,
  budget: number,
  signal?: AbortSignal,
): Promise<Changes> {
  const changed = new Map<string, number>();
  let commitsLastYear = 0;
  let partial = false;
  let lastCommit = 0;
  const { workspace, ledger, paths } = repository;
  const several = workspace.folders.length > 1;
  for (const { name, root } of workspace.folders) {
    const prefix = several ? `${name}/` : '';
    const own = paths.filter(file => file.startsWith(prefix));
    const wanted = new Set(own.map(file => file.slice(prefix.length)));
    const history = await readHistory(root, { budget, wanted, signal });
    for (const file of own) {
      const committed = history?.changed.get(file.slice(prefix.length)) ?? history?.before;
      const modified = ledger.modifiedOf(file);
      const at = committed ?? (modified === undefined ? undefined : Math.floor(modified / 1000));
      if (at !== undefined) changed.set(file, at);
    }
    commitsLastYear += history?.commitsLastYear ?? 0;
    partial ||= history?.isPartial ?? false;
    lastCommit = Math.max(lastCommit, history?.lastCommit ?? 0);
  }
  const activity = { commitsLastYear, lastCommit, ...(partial && { partial }) };
  return { changed, ...(lastCommit > 0 && { activity }) };
}

/** A sentence about the activity. */
export function activityText({ commitsLastYear, lastCommit, partial }: Activity): string {
  const date = new Date(lastCommit * 1000).toISOString().slice(0, 10);
  const commits = commitsLastYear === 1 ? '1 commit' : `${commitsLastYear.toLocaleString('en-US')} commits`;
  return commitsLastYear === 0
    ? `No commit in the last year; latest on ${date}.`
    : `${partial ? 'At least ' : ''}${commits} in the last year; latest on ${date}.`;
}
