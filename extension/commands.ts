/** Palette commands that only send a request or change a setting; features with a view register their own. */
import * as vscode from 'vscode';
import { methods } from '../server/protocol/methods.ts';
import type { Place, Status } from '../server/protocol/requests.ts';
import { settings } from '../server/protocol/settings.ts';
import { ask } from './client/ask.ts';
import type { Context } from './client/context.ts';
import { openPlace, openPlaceCommand } from './client/places.ts';
import { isEnabled, modelName, readSetting, writeSetting } from './client/settings.ts';

export function activate(context: Context): void {
  const { extension, client, log } = context;
  const register = (name: string, run: (...rest: never[]) => unknown): void => {
    extension.subscriptions.push(vscode.commands.registerCommand(`longsight.${name}`, run));
  };
  register('read', () => read(context));
  register('pause', () => ask(context, methods.pause, { paused: true }));
  register('resume', () => ask(context, methods.pause, { paused: false }));
  register('clear', () => clear(context));
  register('restartEngine', () =>
    client.connection === 'running' ? ask(context, methods.restartEngine, null) : client.restart(),
  );
  register('trigger', () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'));
  register('accept', () => vscode.commands.executeCommand('editor.action.inlineSuggest.commit'));
  register('toggleFileScope', toggleFileScope);
  register('enableLanguage', () => setLanguage(true));
  register('disableLanguage', () => setLanguage(false));
  register('chooseDevice', () => chooseDevice(client.status));
  register('chooseModel', () => chooseModel());
  register('showLog', () => log.show());
  register('openWalkthrough', () =>
    vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${extension.extension.id}#start`,
      false,
    ),
  );
  register('copyText', (text: unknown) => copyText(text));
  register('openPlaceToSide', (item: { place?: Place }) => {
    if (item.place) return openPlace(item.place, vscode.ViewColumn.Beside);
  });
  extension.subscriptions.push(
    // A link or click passes a place; a view's menu passes a node with one.
    vscode.commands.registerCommand(openPlaceCommand, (item: Place & { place?: Place }) =>
      openPlace(item.place ?? item, vscode.ViewColumn.Active),
    ),
  );
}

async function read(context: Context): Promise<void> {
  if (!vscode.workspace.workspaceFolders?.length) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a folder to read its repository.'));
    return;
  }
  await ask(context, methods.read, null);
}

async function clear(context: Context): Promise<void> {
  const yes = vscode.l10n.t('Clear');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Clear everything Longsight remembers about this repository?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Your files are not changed. Read the repository again to restore completions and the summary.',
      ),
    },
    yes,
  );
  if (answer === yes) await ask(context, methods.clear, null);
}

async function toggleFileScope(): Promise<void> {
  const scope = readSetting('completion.scope') === 'file' ? 'repository' : 'file';
  await writeSetting('completion.scope', scope);
  vscode.window.setStatusBarMessage(
    scope === 'file'
      ? vscode.l10n.t('Longsight completes from the current file only.')
      : vscode.l10n.t('Longsight completes from the whole repository.'),
    4000,
  );
}

async function setLanguage(enabled: boolean): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document || isEnabled(document) === enabled) return;
  if (enabled && !readSetting('enable', document)) await writeSetting('enable', true);
  const languages = readSetting('languages');
  if ((languages[document.languageId] ?? languages['*'] ?? true) !== enabled)
    await writeSetting('languages', { ...languages, [document.languageId]: enabled });
}

async function chooseDevice(status: Status | undefined): Promise<void> {
  const current = readSetting('engine.device');
  const labels: Record<typeof current, string> = {
    auto: vscode.l10n.t('The fastest device that passes the correctness check'),
    cpu: vscode.l10n.t('The processor (works everywhere)'),
    webgpu: vscode.l10n.t('GPU, through WebGPU'),
    cuda: vscode.l10n.t('NVIDIA GPU, through CUDA'),
    dml: vscode.l10n.t('GPU, through DirectML (Windows)'),
    coreml: vscode.l10n.t('Apple GPU and Neural Engine, through Core ML'),
  };
  const choices = settings.find(({ name }) => name === 'engine.device')?.choices ?? [];
  const items = (choices as (typeof current)[]).map(label => ({
    label,
    description: label === current ? vscode.l10n.t('current') : '',
    detail: labels[label],
  }));
  const running = status?.device ? `${status.device}. ${status.deviceReason}` : undefined;
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Choose the device for the model'),
    placeHolder: running
      ? vscode.l10n.t('Current: {0}', running)
      : vscode.l10n.t('The engine is not running.'),
  });
  if (chosen) await writeSetting('engine.device', chosen.label);
}

async function chooseModel(): Promise<void> {
  const current = readSetting('engine.model');
  const shipped = { label: vscode.l10n.t('Bundled model'), description: '' };
  const other = { label: vscode.l10n.t('Choose a Folder…'), description: current };
  if (current === '') shipped.description = vscode.l10n.t('current');
  const chosen = await vscode.window.showQuickPick([shipped, other], {
    title: vscode.l10n.t('Replace the bundled model (experimental; suggestions do not use it)'),
    placeHolder: vscode.l10n.t('Current: {0}', modelName()),
  });
  if (chosen === shipped) await writeSetting('engine.model', '');
  if (chosen !== other) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      title: vscode.l10n.t('Choose a folder with config.json, tokenizer.json and weights'),
    })) ?? [];
  if (folder) await writeSetting('engine.model', folder.fsPath);
}

async function copyText(item: unknown): Promise<void> {
  const text =
    typeof item === 'object' && item !== null && 'copyText' in item ? String(item.copyText) : String(item);
  await vscode.env.clipboard.writeText(text);
}
