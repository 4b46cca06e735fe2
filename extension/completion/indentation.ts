/** Sends the server the editor's indentation of visible documents, which LSP does not cover. */
import * as vscode from 'vscode';
import { indentationNotification } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';

export function activate({ extension, client }: Context): void {
  const tell = ({ document, options }: vscode.TextEditor): void => {
    const { insertSpaces, tabSize } = options;
    if (typeof insertSpaces !== 'boolean' || typeof tabSize !== 'number') return;
    client.notify(indentationNotification, { uri: document.uri.toString(), insertSpaces, tabSize });
  };
  const tellAll = (): void => vscode.window.visibleTextEditors.forEach(tell);
  extension.subscriptions.push(
    vscode.window.onDidChangeVisibleTextEditors(tellAll),
    vscode.window.onDidChangeTextEditorOptions(({ textEditor }) => tell(textEditor)),
    client.onDidStart(tellAll),
  );
}
