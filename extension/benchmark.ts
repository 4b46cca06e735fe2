/**
 * "Benchmark this repository": runs the command line's benchmark in a terminal, where its table can be read and its
 * process stopped, and then shows its plot.
 */
import * as vscode from 'vscode';
import type { Context } from './client/context.ts';
import { readSetting } from './client/settings.ts';

/** Hidden lines to complete: enough to distinguish settings in a few minutes. */
const lines = 200;

export function activate({ extension }: Context): void {
  extension.subscriptions.push(
    vscode.commands.registerCommand('longsight.benchmark', () =>
      run(extension.asAbsolutePath('dist/cli.js'), extension.globalStorageUri),
    ),
  );
}

async function run(program: string, storage: vscode.Uri): Promise<void> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0];
  if (!folder) return;
  await vscode.workspace.fs.createDirectory(storage);
  const plot = vscode.Uri.joinPath(storage, 'benchmark.svg');
  const words = [program, 'bench', folder.uri.fsPath, '--lines', String(lines), '--seed', '1'];
  words.push('--plot', plot.fsPath);
  const model = readSetting('engine.model');
  if (model) words.push('--model', model);
  // ELECTRON_RUN_AS_NODE turns the editor's executable into Node.
  const shell = new vscode.ProcessExecution(process.execPath, words, {
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const name = vscode.l10n.t('Benchmark of {0}', folder.name);
  const task = new vscode.Task({ type: 'process' }, folder, name, 'Longsight', shell);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: false, clear: true };
  const execution = await vscode.tasks.executeTask(task);
  const listening = vscode.tasks.onDidEndTaskProcess(ended => {
    if (ended.execution !== execution) return;
    listening.dispose();
    if (ended.exitCode === 0) void show(name, plot);
  });
}

/** Shows the plot as an image, so that it cannot run anything. */
async function show(title: string, plot: vscode.Uri): Promise<void> {
  const bytes = await vscode.workspace.fs.readFile(plot);
  const panel = vscode.window.createWebviewPanel('longsight.benchmark', title, vscode.ViewColumn.Active);
  const alt = vscode.l10n.t('Precision of suggestions against the share of lines that get one');
  panel.webview.html = `<!DOCTYPE html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<img style="max-width: 100%; max-height: 95vh" alt="${alt.replaceAll('"', '&quot;')}" src="data:image/svg+xml;base64,${Buffer.from(bytes).toString('base64')}">`;
}
