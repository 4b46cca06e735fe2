/** The folders of a workspace, made unambiguous: every file has one path, and every path one file. */
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { folderPrefix } from '../protocol/folders.ts';
import { isAbsence, verdictOnFailure } from './failure.ts';
import type { WorkspaceFolder } from './source.ts';

export interface ResolvedFolder {
  /** Unique, without `/`. */
  readonly name: string;
  /** As the user specified it. */
  readonly opened: string;
  /** Without symbolic links. */
  readonly root: string;
}

/** A requested folder cannot be read at all. The message is a sentence for the user. */
export class FolderError extends Error {
  readonly folder: string;
  readonly kind: 'missing' | 'file' | 'unreadable';

  constructor(folder: string, kind: FolderError['kind'], message: string) {
    super(message);
    this.name = 'FolderError';
    this.folder = folder;
    this.kind = kind;
  }
}

/** Resolves one folder. @throws FolderError */
async function resolveFolder(folder: string): Promise<string> {
  try {
    if (!(await stat(folder)).isDirectory())
      throw new FolderError(folder, 'file', `${folder} is a file. Longsight reads folders.`);
    const root = await realpath(folder);
    // Checks the right to list it, which even its owner may lack.
    await (await opendir(root)).close();
    return root;
  } catch (error) {
    if (error instanceof FolderError) throw error;
    if (!isAbsence(error))
      throw new FolderError(
        folder,
        'unreadable',
        `${folder} cannot be opened: ${verdictOnFailure(error).detail}`,
      );
    const dangling = await lstat(folder).then(
      link => link.isSymbolicLink(),
      () => false,
    );
    const why = dangling ? 'is a symbolic link to something that does not exist' : 'does not exist';
    throw new FolderError(folder, 'missing', `${folder} ${why}.`);
  }
}

/** Resolves all folders; duplicates count once. */
export async function resolveFolders(
  folders: readonly WorkspaceFolder[],
): Promise<{ folders: ResolvedFolder[]; failures: FolderError[] }> {
  const resolved: ResolvedFolder[] = [];
  const failures: FolderError[] = [];
  for (const folder of folders) {
    try {
      const root = await resolveFolder(folder.root);
      if (resolved.some(other => other.root === root)) continue;
      const taken = resolved.map(({ name }) => name);
      resolved.push({ name: folderPrefix(folder.name, taken), opened: path.resolve(folder.root), root });
    } catch (error) {
      if (!(error instanceof FolderError)) throw error;
      failures.push(error);
    }
  }
  return { folders: resolved, failures };
}

/** `child` relative to `folder` with `/`; `''` for the folder itself, `undefined` outside it. */
export function relativeTo(folder: string, child: string): string | undefined {
  const relative = path.relative(folder, child);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
    return undefined;
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}
