/** Which lines of a repository differ from a revision: those under review. */
import { createHash } from 'node:crypto';
import { diffArrays } from 'diff';
import type { Repository } from '../repository/repository.ts';
import type { TokenMemory } from '../repository/token-memory.ts';
import { normaliseLineEndings } from '../sequence/render.ts';
import { blobText, treeAt } from '../workspace/git-tree.ts';
import { readGuarded } from '../workspace/guard.ts';

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
  for (const { name, root } of workspace.folders) {
    const tree = await treeAt(root, revision, signal);
    if ('problem' in tree) {
      problems.push(`${name}: ${tree.problem}.`);
      continue;
    }
    const prefix = several ? `${name}/` : '';
    for (const path of repository.paths) {
      if (!path.startsWith(prefix) || isNotebook(path)) continue;
      const inside = path.slice(prefix.length);
      const id = tree.files.get(inside);
      if (id !== undefined && !repository.isEdited(path) && hasContent(root, inside, id)) continue;
      signal?.throwIfAborted();
      const before = id === undefined ? '' : await blobText(root, id, signal);
      const text = repository.textOf(path);
      if (before === undefined || text === undefined) continue;
      const lines = newLines(before, text);
      if (lines.size > 0) files.set(path, lines);
    }
  }
  if (problems.length > 0 && problems.length === workspace.folders.length)
    throw new RevisionError(problems.join(' '));
  return { files };
}

/** Lines of `after`, from 1, that are not those of `before`. */
export function newLines(before: string, after: string): Set<number> {
  const clean = (text: string) => normaliseLineEndings(text.replace(/^\ufeff/, '')).split('\n');
  const changed = new Set<number>();
  let line = 1;
  const now = clean(after);
  const changes = diffArrays(clean(before), now, { timeout: patience });
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

/** Whether a file on disk is what git keeps under an id: its hash, by which git names contents. */
function hasContent(root: string, path: string, id: string): boolean {
  const bytes = readGuarded(root, path, largestFile);
  if ('reason' in bytes) return false;
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === id;
}

/** In bytes; no file that is read is larger. */
const largestFile = 1 << 28;

/** What is read of a notebook is its cells, whose lines are not the file's. */
function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb');
}
