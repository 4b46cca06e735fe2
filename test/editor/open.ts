/** `npm run open -- <folder>`: the editor with the built extension on a folder. An installed VS Code if there is one, else code-server in a browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { editorCache, ensureCodeServer, Unavailable } from './install.ts';
import { launch } from './launch.ts';
import { findVsCode } from './vscode.ts';

const root = path.join(import.meta.dirname, '../..');

/** A problem that the user can fix; reported without a stack. */
class Problem extends Error {}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem || error instanceof Unavailable)) throw error;
  console.error(`longsight: ${error.message}`);
  process.exitCode = 2;
}

async function main(words: string[]): Promise<void> {
  const browser = words.includes('--browser');
  const [given, ...more] = words.filter(word => word !== '--browser');
  if (given === undefined || more.length > 0 || given.startsWith('-'))
    throw new Problem('say which folder to open: npm run open -- <folder> [--browser]');
  // npm changes to the project's folder; the user meant the original one.
  const folder = path.resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  checkFolder(folder);
  if (!existsSync(path.join(root, 'dist/extension.cjs')))
    throw new Problem('the extension has not been built; run npm run build.');
  const vscode = browser ? undefined : findVsCode();
  if (vscode) await openInstalled(vscode, folder);
  else await openInBrowser(folder);
}

function checkFolder(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) throw new Problem(`there is no folder ${folder}.`);
  if (!stats.isDirectory()) throw new Problem(`${folder} is a file; say which folder to open.`);
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch {
    throw new Problem(`${folder} may not be read; check its permissions.`);
  }
}

async function openInstalled(vscode: string, folder: string): Promise<void> {
  console.log(`Opening ${folder} in ${vscode} …`);
  const child = spawn(vscode, ['--new-window', `--extensionDevelopmentPath=${root}`, folder], {
    stdio: 'inherit',
    env: withoutEditorVariables(),
    // `code` is a shell script on Unix and a batch file on Windows, which only a shell can start.
    shell: process.platform === 'win32',
  });
  const code = await ended(child);
  if (code !== 0) throw new Problem(`${vscode} ended with ${code}.`);
}

async function openInBrowser(folder: string): Promise<void> {
  const codeServer = await ensureCodeServer(console.log);
  const editor = await launch(codeServer, {
    profile: path.join(editorCache(), 'profile'),
    settings: { 'git.enabled': true },
    installed: root,
    smokeTest: false,
    // Naming a folder here implies trust, as with `npm start`.
    trust: false,
  });
  const url = editor.url({ folder });
  console.log(`\nLongsight is open on ${folder}:\n\n  ${url}\n\nCtrl+C ends it.`);
  openUrl(url);
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    editor.process.once('exit', () => resolve());
  });
  await editor.stop();
}

/** The system's browser if there is one; the URL is also printed. */
function openUrl(url: string): void {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** Started from an editor's terminal, `code` would open in that editor's own extension host. */
function withoutEditorVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name)),
  );
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(new Problem(`the editor failed to start: ${error.message}`)));
    child.on('close', code => resolve(code ?? 1));
  });
}
