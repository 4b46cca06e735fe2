/** Locates a working tree's git data, without running git and without leaving the folder. */
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { readRules } from './guard.ts';

export interface RepositoryPlace {
  /** Absolute folder of the data shared by all working trees of the repository. */
  readonly data: string;
  /** Absolute folder of this working tree's own data. */
  readonly own: string;
  /** It is a linked working tree (`git worktree add`). */
  readonly isLinked: boolean;
}

/** Undefined if the folder has no valid `.git`. */
export function repositoryOf(folder: string): RepositoryPlace | undefined {
  const inside = path.join(folder, '.git');
  const stat = lstatSync(inside, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return { data: inside, own: inside, isLinked: false };
  if (!stat?.isFile()) return undefined;
  const said = readRules(folder, '.git').text?.slice(0, 4096);
  const target = /^gitdir: ([^\r\n]+)/.exec(said ?? '')?.[1];
  if (target === undefined) return undefined;
  const own = path.resolve(folder, target);
  // As git lays it out: https://git-scm.com/docs/gitrepository-layout
  const above = path.dirname(own);
  const isLinked = path.basename(above) === 'worktrees';
  return { data: isLinked ? path.dirname(above) : own, own, isLinked };
}

/** The contents of `HEAD` in a git data folder. */
export function headOf(data: string): string | undefined {
  return readRules(data, 'HEAD').text?.trim();
}

/**
 * Whether a folder is a bare repository under any name.
 * @param entries its contents, if known
 */
export function isGitData(folder: string, entries?: readonly { readonly name: string }[]): boolean {
  const parts = ['HEAD', 'objects', 'refs'];
  if (entries !== undefined) {
    const names = new Set(entries.map(({ name }) => name));
    if (!parts.every(part => names.has(part))) return false;
  }
  const isFolder = (part: string): boolean =>
    lstatSync(path.join(folder, part), { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder('objects') && isFolder('refs') && !isFolder('HEAD');
}
