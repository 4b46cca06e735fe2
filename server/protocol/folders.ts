/** How the paths of a workspace of several folders name their folder; both sides of the protocol have to agree on it. */

/**
 * The name that stands before a folder's paths: its own, without the separators that would end it, and told apart from those before it.
 * @param taken the names of the folders that come earlier in the workspace.
 */
export function folderPrefix(name: string, taken: readonly string[]): string {
  const plain = name.replace(/[/\\]/g, '_') || 'folder';
  let prefix = plain;
  for (let count = 2; taken.includes(prefix); count++) prefix = `${plain}~${count}`;
  return prefix;
}

/** The folder of a path with `/`, without a slash at its end; empty for what stands outermost. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
