/** How paths in a multi-root workspace name their folder; client and server must agree on it. */

/**
 * The prefix of a folder's paths: its name without separators, made unique.
 * @param taken names of the folders earlier in the workspace
 */
export function folderPrefix(name: string, taken: readonly string[]): string {
  const plain = name.replace(/[/\\]/g, '_') || 'folder';
  let prefix = plain;
  for (let count = 2; taken.includes(prefix); count++) prefix = `${plain}~${count}`;
  return prefix;
}

/** The folder of a path with `/`, without a trailing slash; empty at the top level. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
