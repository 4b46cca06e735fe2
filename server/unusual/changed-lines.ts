/** Which lines of a repository differ from a revision: those under review. */
import { diffArrays } from 'diff';
import type { Repository } from '../repository/repository.ts';
import type { TokenMemory } from '../repository/token-memory.ts';
import { linesOf } from '../source-text/position.ts';
import { Pace } from '../workspace/pace.ts';
import { RevisionFiles } from './revision-files.ts';

export interface ChangedLines {
  /** New or changed lines, from 1, by path. */
  readonly files: ReadonlyMap<string, ReadonlySet<number>>;
}

/** A revision that cannot be compared with, as a sentence. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/**
 * Compares what is in memory, unsaved texts included, with a revision.
 * @throws RevisionError where git does not know the folder or the revision; with several folders, where it knows none of them
 */
export async function changedLines(
  repository: Repository<TokenMemory>,
  revision: string,
  signal?: AbortSignal,
): Promise<ChangedLines> {
  const { workspace } = repository;
  const several = workspace.folders.length > 1;
  const files = new Map<string, ReadonlySet<number>>();
  const problems: string[] = [];
  const pace = new Pace();
  for (const { name, root } of workspace.folders) {
    const prefix = several ? `${name}/` : '';
    const paths = repository.paths.filter(path => path.startsWith(prefix) && !isNotebook(path));
    const present = new Set(paths.map(path => path.slice(prefix.length)));
    const before = await RevisionFiles.open({ root, revision, present, signal });
    if ('problem' in before) {
      problems.push(`${name}: ${before.problem}.`);
      continue;
    }
    for (const path of paths) {
      await pace.rest(signal);
      const old = await before.textOf(path.slice(prefix.length), {
        isEdited: repository.isEdited(path),
        text: () => repository.textOf(path),
      });
      const text = old === undefined ? undefined : repository.textOf(path);
      if (old === undefined || text === undefined) continue;
      const lines = newLines(old, text);
      if (lines.size > 0) files.set(path, lines);
    }
  }
  if (problems.length > 0 && problems.length === workspace.folders.length)
    throw new RevisionError(problems.join(' '));
  return { files };
}

/** Lines of `after`, from 1, that are not those of `before`. */
export function newLines(before: string, after: string): Set<number> {
  const changed = new Set<number>();
  let line = 1;
  const now = linesOf(after);
  const changes = diffArrays(linesOf(before), now, { timeout: patience });
  // Texts that have next to nothing in common are not worth comparing for longer.
  if (changes === undefined) return new Set(now.map((_, i) => i + 1));
  for (const { added, removed, count } of changes) {
    if (added) for (let i = 0; i < count; i++) changed.add(line + i);
    if (!removed) line += count;
  }
  return changed;
}

/** Milliseconds. */
const patience = 2000;

/** What is read of a notebook is its cells, whose lines are not the file's. */
function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb');
}
