/** Files that exist only in the editor, or are still empty on disk. */
import { existsSync } from 'node:fs';
import type { Workspace } from '../workspace/workspace.ts';
import type { CoverageLedger } from './coverage.ts';

/** Whether a file is empty or missing on disk, and would be indexed otherwise. */
export async function isNewSource(
  path: string,
  workspace: Workspace,
  ledger: CoverageLedger,
): Promise<boolean> {
  const known = ledger.skippedAt(path);
  if (known !== undefined) return known.reason === 'empty';
  if (!workspace.wouldRead(path)) return false;
  const { files, skipped } = await workspace.discover([path]);
  if (files.some(file => file.path === path)) return true;
  if (skipped.length > 0) return skipped.some(one => one.path === path && one.reason === 'empty');
  // A file that exists but is not listed is ignored by git.
  const absolute = workspace.absoluteOf(path);
  return absolute !== undefined && !existsSync(absolute);
}
