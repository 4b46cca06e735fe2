/** "Where else is this done?": places similar to the cursor's, as a peek. */
import * as vscode from 'vscode';
import { methods } from '../../server/protocol/methods.ts';
import { ask } from '../client/ask.ts';
import type { Context } from '../client/context.ts';
import { peekPlaces } from '../client/places.ts';

export function activate(context: Context): void {
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.where', () => show(context)),
  );
}

async function show(context: Context): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a file and place the cursor on a line.'));
    return;
  }
  const { document, selection } = editor;
  const { line, character } = selection.active;
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Finding similar code') },
    () =>
      ask(context, methods.where, { uri: document.uri.toString(), line: line + 1, column: character + 1 }),
  );
  if (!answer) return;
  if (await peekPlaces(editor, answer.places)) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('No similar code found elsewhere in the repository.'),
  );
}
