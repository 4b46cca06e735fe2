/** Files as a revision has them. Only objects are read: git compares nothing with the disk, where it would run the filters that a repository names. */
import { git, isStuck } from './git.ts';

export type Tree = { readonly files: ReadonlyMap<string, string> } | { readonly problem: string };

/**
 * Regular files of a revision under `folder`: the id of each one's content, by path relative to the folder.
 * @param revision a branch, a tag, a commit; whatever it holds, it is taken for no option
 */
export async function treeAt(folder: string, revision: string, signal?: AbortSignal): Promise<Tree> {
  let commit = '';
  const named = await git(
    folder,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    { signal, isText: true },
    text => {
      commit = text.trim();
    },
  );
  signal?.throwIfAborted();
  if (named !== undefined && isStuck(named)) return { problem: named };
  if (named !== undefined || !/^[0-9a-f]{40,64}$/.test(commit)) {
    const known = await git(folder, ['rev-parse', '--git-dir'], { signal, isText: true }, () => {});
    return { problem: known ?? `git knows no revision "${revision}"` };
  }
  const files = new Map<string, string>();
  const problem = await git(folder, ['ls-tree', '-r', '-z', commit], { signal }, record => {
    // mode, kind, object, tab, path
    const tab = record.indexOf('\t');
    const [mode = '', kind, id] = record.slice(0, tab).split(' ');
    if (kind === 'blob' && mode.startsWith('100')) files.set(record.slice(tab + 1), id!);
  });
  signal?.throwIfAborted();
  return problem === undefined ? { files } : { problem };
}

/** The content of an object as text; nothing where git does not have it. */
export async function blobText(
  folder: string,
  id: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const parts: string[] = [];
  const problem = await git(folder, ['cat-file', 'blob', id], { signal, isText: true }, part =>
    parts.push(part),
  );
  signal?.throwIfAborted();
  return problem === undefined ? parts.join('\0') : undefined;
}
