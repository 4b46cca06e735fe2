/** The workspace folders, as the client adds and removes them. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InitializeParams, WorkspaceFolder as LspFolder } from 'vscode-languageserver/node';
import type { WorkspaceFolder } from '../workspace/source.ts';

/** The path of a `file:` URI; undefined for documents that are not on disk. */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** Older clients support one folder, as `rootUri` or, older still, `rootPath`. */
export function initialFolders(params: InitializeParams): WorkspaceFolder[] {
  const listed = params.workspaceFolders;
  if (listed) return foldersOf(listed);
  const root = params.rootUri ? pathOfUri(params.rootUri) : params.rootPath;
  return root ? [{ name: path.basename(root), root }] : [];
}

/** Folders on other file systems (`vscode-vfs:`, `untitled:`) cannot be read and are left out. */
export function foldersOf(listed: readonly LspFolder[]): WorkspaceFolder[] {
  return listed.flatMap(({ name, uri }) => {
    const root = pathOfUri(uri);
    return root === undefined ? [] : [{ name: name || path.basename(root), root }];
  });
}

export function changedFolders(
  now: readonly WorkspaceFolder[],
  added: readonly WorkspaceFolder[],
  removed: readonly WorkspaceFolder[],
): WorkspaceFolder[] {
  const gone = new Set([...removed, ...added].map(({ root }) => root));
  return [...now.filter(({ root }) => !gone.has(root)), ...added];
}
