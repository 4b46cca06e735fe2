/** "Benchmark this repository": the command line's evaluation in a terminal, where its table can be read and its process ended. */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import { readSetting } from './settings.ts';

/** Lines that are hidden and completed; enough to tell settings apart, few enough for some minutes. */
const lines = 200;

export function activate({ extension }: Context): void {
  extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.benchmark', () =>
      run(extension.asAbsolutePath('dist/cli.js')),
    ),
  );
}

async function run(program: string): Promise<void> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0];
  if (!folder) return;
  const words = [program, 'eval', folder.uri.fsPath, '--lines', String(lines), '--seed', '1'];
  const model = readSetting('engine.model');
  if (model) words.push('--model', model);
  // The editor's own program is Node, once it is told so.
  const execution = new vscode.ProcessExecution(process.execPath, words, {
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const name = vscode.l10n.t('Benchmark of {0}', folder.name);
  const task = new vscode.Task({ type: 'process' }, folder, name, 'Longsight', execution);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: false, clear: true };
  await vscode.tasks.executeTask(task);
}
