/**
 * Checks that run inside the extension host, through the editor's own interface; the same under code-server and desktop VS Code.
 * Bundled to one CommonJS file, because the host loads it with `require`; results go to the file LONGSIGHT_HOST_RESULTS names.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { defaultSettings, type SettingName } from '../../../server/protocol/settings.ts';

export interface Result {
  readonly name: string;
  readonly problem?: string;
}

const checks: Record<string, () => Promise<void>> = {
  async 'the extension activates'() {
    const { extension } = ours();
    await extension.activate();
    assert.equal(extension.isActive, true);
  },

  async 'every command of the manifest is there'() {
    const { manifest } = ours();
    const there = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !there.has(command));
    assert.deepEqual(missing, []);
  },

  async 'every text of the manifest is translated'() {
    // The editor replaces keys by texts; none may be left.
    assert.doesNotMatch(JSON.stringify(ours().manifest.contributes), /"%[\w.]+%"/);
  },

  async 'the settings have the defaults of the one table'() {
    const configuration = vscode.workspace.getConfiguration('longsight');
    const expected = defaultSettings();
    for (const name of Object.keys(expected) as SettingName[])
      assert.deepEqual(configuration.inspect(name)?.defaultValue, expected[name], name);
  },

  async 'a place opens at its line'() {
    await vscode.commands.executeCommand('longsight.openPlace', { path: 'src/berths/planner.ts', line: 15 });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.path.endsWith('/src/berths/planner.ts'), true);
    assert.equal(editor?.selection.active.line, 14);
  },

  async 'a place beyond the end of its file opens at the end'() {
    await vscode.commands.executeCommand('longsight.openPlace', { path: 'src/shared/clock.ts', line: 9999 });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.selection.active.line, (editor?.document.lineCount ?? 0) - 1);
  },

  async 'a suggestion from the repository is accepted'() {
    const uri = vscode.Uri.joinPath(folder(), 'src/http/handlers.ts');
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    const last = document.lineAt(40).range.end;
    const typed = "\n  handlers.set('DELETE /berths/:berthId', async parameters => {\n    const berthId";
    await editor.edit(edit => edit.insert(last, typed));
    const end = document.lineAt(42).range.end;
    editor.selection = new vscode.Selection(end, end);
    // Indexing may be in progress: retries with growing delays.
    let patience = 1000;
    await until(async () => {
      await vscode.commands.executeCommand('longsight.trigger');
      await pause(patience);
      patience = Math.min(2 * patience, 10_000);
      await vscode.commands.executeCommand('longsight.accept');
      return document.lineAt(42).text !== '    const berthId';
    });
    assert.equal(document.lineAt(42).text, "    const berthId = parseBerthId(parameters['berthId'] ?? '');");
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  async 'diagnostics open in an untitled document, without names'() {
    await vscode.commands.executeCommand('longsight.collectDiagnostics');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.isUntitled, true);
    const text = document?.getText() ?? '';
    assert.match(text, /^Longsight diagnostics\n/);
    // From the extension, and from the server.
    for (const figure of ['language server +running', 'onnxruntime +\\d', 'files +\\d', 'answers +\\d'])
      assert.match(text, new RegExp(`^  ${figure}`, 'm'));
    for (const own of [folder().fsPath, folder().path.split('/').at(-1)!, 'planner'])
      assert.ok(!text.includes(own), own);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  async 'completions go off and on for a language'() {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: 'x = 1\n' });
    await vscode.window.showTextDocument(document);
    const languages = (): unknown => vscode.workspace.getConfiguration('longsight').get('languages');
    await vscode.commands.executeCommand('longsight.disableLanguage');
    assert.deepEqual(languages(), { '*': true, plaintext: false, python: false });
    await vscode.commands.executeCommand('longsight.enableLanguage');
    assert.deepEqual(languages(), { '*': true, plaintext: false, python: true });
  },
};

/** The editor's entry point. */
export async function run(): Promise<void> {
  const results: Result[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await within(180_000, check());
      results.push({ name });
    } catch (error) {
      results.push({
        name,
        problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
  const file = process.env['LONGSIGHT_HOST_RESULTS'];
  if (!file) throw new Error('LONGSIGHT_HOST_RESULTS names no file.');
  writeFileSync(file, JSON.stringify(results));
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

function ours(): { extension: vscode.Extension<unknown>; manifest: Manifest } {
  const extension = vscode.extensions.getExtension('longsight.longsight');
  assert.ok(extension, 'the extension is installed');
  return { extension, manifest: extension.packageJSON as Manifest };
}

function folder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(250);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not done within ${milliseconds / 1000} seconds`)),
      milliseconds,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
