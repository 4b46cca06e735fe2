/** Converts between the protocol's paths (relative to a workspace folder) and the editor's URIs. */
import * as vscode from 'vscode';
import { escapeMarkdown } from '../../server/protocol/clean-text.ts';
import { folderPrefix } from '../../server/protocol/folders.ts';
import { messageOf } from '../../server/protocol/message-of.ts';
import type { Place } from '../../server/protocol/requests.ts';

export const openPlaceCommand = 'longsight.openPlace';

/** The file of a protocol path; `undefined` if its folder is no longer open. */
export function uriOf(path: string): vscode.Uri | undefined {
  for (const { prefix, uri } of folders()) {
    if (prefix === '') return vscode.Uri.joinPath(uri, path);
    if (path === prefix || path.startsWith(`${prefix}/`))
      return vscode.Uri.joinPath(uri, path.slice(prefix.length));
  }
  return undefined;
}

/** The protocol path of a file or folder, empty for the only folder itself; `undefined` outside all folders. */
export function pathOf(uri: vscode.Uri): string | undefined {
  const owner = vscode.workspace.getWorkspaceFolder(uri)?.uri.toString();
  const folder = folders().find(each => each.uri.toString() === owner);
  if (!folder) return undefined;
  const inside = uri.path.slice(folder.uri.path.replace(/\/$/, '').length + 1);
  return [folder.prefix, inside].filter(part => part !== '').join('/');
}

/** The open folders with the prefix of their paths, empty if there is only one. Folders not on disk are skipped. */
function folders(): { readonly prefix: string; readonly uri: vscode.Uri }[] {
  const all = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const taken: string[] = [];
  return all.map(({ name, uri }) => {
    const prefix = all.length === 1 ? '' : folderPrefix(name, taken);
    taken.push(prefix);
    return { prefix, uri };
  });
}

/** Opens a place at its line. Reports a missing place instead of throwing. */
export async function openPlace(place: Place, column: vscode.ViewColumn): Promise<void> {
  const uri = uriOf(place.path);
  const line = Math.max(0, place.line - 1);
  try {
    if (!uri) throw new Error(vscode.l10n.t('its folder is not part of this workspace'));
    const document = await vscode.workspace.openTextDocument(uri);
    const at = document.lineAt(Math.min(line, document.lineCount - 1)).range.start;
    const selection = new vscode.Range(at, at);
    await vscode.window.showTextDocument(document, { viewColumn: column, selection });
  } catch (error) {
    const why = messageOf(error);
    void vscode.window.showWarningMessage(vscode.l10n.t('Could not open {0}: {1}', place.path, why));
  }
}

/** Peeks at places from the cursor, each with surrounding lines. @returns false if none is in an open folder */
export async function peekPlaces(
  editor: vscode.TextEditor,
  places: readonly (Place & { readonly endLine?: number })[],
): Promise<boolean> {
  const locations = places.flatMap(({ path, line, endLine = line }) => {
    const uri = uriOf(path);
    const range = new vscode.Range(line - 1, 0, Math.max(line, endLine) - 1, 10_000);
    return uri ? [new vscode.Location(uri, range)] : [];
  });
  if (locations.length === 0) return false;
  const { document, selection } = editor;
  await vscode.commands.executeCommand(
    'editor.action.peekLocations',
    document.uri,
    selection.active,
    locations,
    'peek',
  );
  return true;
}

export function placeText(place: Place): string {
  return `${place.path}:${place.line}`;
}

/** A link for Markdown that trusts `openPlaceCommand`. */
export function placeLink(place: Place): string {
  const { path, line } = place;
  const query = encodeURIComponent(JSON.stringify([{ path, line }]));
  return `[${escapeMarkdown(placeText(place))}](command:${openPlaceCommand}?${query})`;
}
