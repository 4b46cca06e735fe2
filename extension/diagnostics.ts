/** "Collect diagnostics": figures for a problem report, opened in an untitled document for review. */
import * as vscode from 'vscode';
import {
  changedSettings,
  type Diagnostics,
  diagnosticsText,
  editorNames,
  type Figure,
  knownName,
  versionNumbers,
} from '../server/protocol/diagnostics.ts';
import { methods } from '../server/protocol/methods.ts';
import { type SettingsShape, settings } from '../server/protocol/settings.ts';
import type { Context } from './client/context.ts';
import { readSetting } from './client/settings.ts';

/** Milliseconds after which a silent server is left out. */
const patience = 15_000;

export function activate(context: Context): void {
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.collectDiagnostics', () => collect(context)),
  );
}

async function collect(context: Context): Promise<void> {
  const title = vscode.l10n.t('Longsight: collecting diagnostics');
  const content = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title },
    async () => diagnosticsText({ editor: editorFigures(context), ...(await serverFigures(context)) }),
  );
  const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content });
  await vscode.window.showTextDocument(document);
}

function editorFigures({ client, extension }: Context): Record<string, Figure> {
  const { env, workspace } = vscode;
  const inline = workspace.getConfiguration('editor').get<boolean>('inlineSuggest.enabled');
  return {
    longsight: versionNumbers(String(extension.extension.packageJSON.version)),
    editor: knownName(env.appName, editorNames),
    'editor version': versionNumbers(vscode.version),
    host: knownName(env.appHost, ['desktop', 'web', 'codespaces', 'server-distro']),
    remote: knownName(env.remoteName ?? 'none', remotes),
    'interface in a browser': env.uiKind === vscode.UIKind.Web,
    'inline suggestions': inline === true,
    'trusted workspace': workspace.isTrusted,
    folders: workspace.workspaceFolders?.length ?? 0,
    'language server': client.connection,
    'language server crashes': client.crashes,
  };
}

const remotes = ['none', 'wsl', 'ssh-remote', 'dev-container', 'attached-container', 'codespaces', 'tunnel'];

/** The server's figures, or the little that is known without an answer. */
async function serverFigures({ client, log }: Context): Promise<Diagnostics> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The server does not respond.')), patience);
  });
  try {
    return await Promise.race([client.request(methods.diagnostics, null), late]);
  } catch (error) {
    log.debug('The server gave no diagnostics.', error);
    const current = Object.fromEntries(settings.map(({ name }) => [name, readSetting(name)]));
    return { 'changed settings': changedSettings(current as unknown as SettingsShape) };
  } finally {
    clearTimeout(timer);
  }
}
