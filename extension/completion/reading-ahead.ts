/** Tells the server where the cursor rests, so that a code model has read the place before a suggestion is needed there. */
import * as vscode from 'vscode';
import { methods } from '../../server/protocol/methods.ts';
import type { Context } from '../client/context.ts';
import { isEnabled, readSetting } from '../client/settings.ts';
import type { Snooze } from './snooze.ts';

/** Milliseconds without a movement: whoever only passes through a file costs nothing. */
const atRest = 800;

export function activate({ extension, client }: Context, snooze: Snooze): void {
  let later: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !vscode.window.state.focused || snooze.until !== undefined || !isEnabled(editor.document))
      return;
    const { line, character } = editor.selection.active;
    const { document } = editor;
    const place = { uri: document.uri.toString(), line: line + 1, column: character + 1 };
    const scope = readSetting('completion.scope', document);
    client.request(methods.readAhead, { ...place, scope }).catch(() => {});
  };
  const moved = (): void => {
    clearTimeout(later);
    later = setTimeout(tell, atRest);
  };
  extension.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(moved),
    vscode.window.onDidChangeTextEditorSelection(moved),
    { dispose: () => clearTimeout(later) },
  );
}
