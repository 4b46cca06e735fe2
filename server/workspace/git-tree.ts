/** Files as a revision has them. Only objects are read: git compares nothing with the disk, where it would run the filters that a repository names. */
import { git, isStuck } from './git.ts';
import { decode } from './text.ts';

/** A revision of a folder, by path relative to it. */
export interface Tree {
  /** The id of each regular file's content. */
  readonly files: ReadonlyMap<string, string>;
  /** The commit of each repository inside it (a submodule). */
  readonly links: ReadonlyMap<string, string>;
}

/**
 * What a revision has under `folder`, or why it cannot be told.
 * @param revision a branch, a tag, a commit; whatever it holds, it is taken for no option
 */
export async function treeAt(
  folder: string,
  revision: string,
  signal?: AbortSignal,
): Promise<Tree | { readonly problem: string }> {
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
    const unknown =
      revision === 'HEAD' ? 'there is no commit yet' : `git does not know the revision "${revision}"`;
    return { problem: known ?? unknown };
  }
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const problem = await git(folder, ['ls-tree', '-r', '-z', commit], { signal }, record => {
    // mode, kind, object, tab, path
    const tab = record.indexOf('\t');
    const [mode = '', kind, id] = record.slice(0, tab).split(' ');
    if (kind === 'blob' && mode.startsWith('100')) files.set(record.slice(tab + 1), id!);
    else if (kind === 'commit') links.set(record.slice(tab + 1), id!);
  });
  signal?.throwIfAborted();
  return problem === undefined ? { files, links } : { problem };
}

/** The content of an object as text, decoded as a file would be; nothing where git does not have it, empty where it is no text. */
export async function blobText(
  folder: string,
  id: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const parts: string[] = [];
  const options = { signal, isText: true, isBytes: true };
  const problem = await git(folder, ['cat-file', 'blob', id], options, part => parts.push(part));
  signal?.throwIfAborted();
  if (problem !== undefined) return undefined;
  const decoded = decode(Buffer.from(parts.join('\0'), 'latin1'));
  return 'reason' in decoded ? '' : decoded.text;
}
