/** An installed desktop VS Code. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Unavailable } from './install.ts';

/**
 * The command that opens it: what VSCODE_PATH names (the executable, or the folder of an installation), else `code` on the PATH.
 * @returns `undefined` when there is none.
 * @throws {Unavailable} when VSCODE_PATH names something else.
 */
export function findVsCode(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['VSCODE_PATH'];
  if (named) return inside(named, ['bin/code', 'code', 'Code.exe', 'Contents/Resources/app/bin/code']);
  const names = process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code'];
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap(folder => names.map(name => path.join(folder, name)))
    .find(isExecutable);
}

/**
 * The Electron executable of the installation VSCODE_PATH names, which `@vscode/test-electron` starts; it does not take the `bin/code` script.
 * @throws {Unavailable} when VSCODE_PATH names something else.
 */
export function findVsCodeExecutable(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['VSCODE_PATH'];
  return named ? inside(named, ['code', 'code-insiders', 'Code.exe', 'Contents/MacOS/Electron']) : undefined;
}

function inside(named: string, files: string[]): string {
  const candidates = isFolder(named) ? files.map(file => path.join(named, file)) : [named];
  const found = candidates.find(isExecutable);
  if (!found) throw new Unavailable(`VSCODE_PATH names ${named}, where there is no VS Code that can be run.`);
  return found;
}

function isFolder(file: string): boolean {
  return existsSync(file) && statSync(file).isDirectory();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
