/** Between the paths of the protocol (relative to a workspace folder) and the editor's resources. */
import * as vscode from 'vscode';
import { folderPrefix } from '../server/protocol/folders.ts';
import type { Place } from '../server/protocol/requests.ts';

export const openPlaceCommand = 'longsight.openPlace';

/** The file a path of the protocol names; `undefined` when its folder is no longer open. */
export function uriOf(path: string): vscode.Uri | undefined {
  // Folders that are on no disk are not read.
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const [only] = folders;
  if (folders.length === 1 && only) return vscode.Uri.joinPath(only.uri, path);
  const taken: string[] = [];
  for (const { name, uri } of folders) {
    const prefix = folderPrefix(name, taken);
    taken.push(prefix);
    if (path === prefix || path.startsWith(`${prefix}/`))
      return vscode.Uri.joinPath(uri, path.slice(prefix.length));
  }
  return undefined;
}

/** Opens a place at its line. A place that is gone is reported in a sentence, not thrown. */
export async function openPlace(place: Place, column: vscode.ViewColumn): Promise<void> {
  const uri = uriOf(place.path);
  const line = Math.max(0, place.line - 1);
  try {
    if (!uri) throw new Error(vscode.l10n.t('its folder is not open'));
    const document = await vscode.workspace.openTextDocument(uri);
    const at = document.lineAt(Math.min(line, document.lineCount - 1)).range.start;
    const selection = new vscode.Range(at, at);
    await vscode.window.showTextDocument(document, { viewColumn: column, selection });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showWarningMessage(vscode.l10n.t('{0} could not be opened: {1}', place.path, why));
  }
}

export function placeText(place: Place): string {
  return `${place.path}:${place.line}`;
}

/** A link for Markdown that is trusted with `openPlaceCommand`. */
export function placeLink(place: Place): string {
  const { path, line } = place;
  const query = encodeURIComponent(JSON.stringify([{ path, line }]));
  return `[${escapeMarkdown(placeText(place))}](command:${openPlaceCommand}?${query})`;
}

/** Text of the repository, shown as it is: nothing in it may become markup or a link. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~&$:@]/g, '\\$&');
}
