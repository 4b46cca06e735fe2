/**
 * One notification for a server that keeps failing. The status bar and the view show it too, for as long as it lasts.
 */
import * as vscode from 'vscode';
import type { Context } from './client/context.ts';

export function activate({ extension, client, log }: Context): void {
  let told = false;
  const onChange = async (): Promise<void> => {
    if (client.connection !== 'failed' || told) return;
    told = true;
    const restart = vscode.l10n.t('Restart');
    const showLog = vscode.l10n.t('Show Log');
    const answer = await vscode.window.showErrorMessage(client.problem ?? '', restart, showLog);
    if (answer === restart) await client.restart();
    else if (answer === showLog) log.show();
  };
  extension.subscriptions.push(client.onDidChange(() => void onChange()));
}
