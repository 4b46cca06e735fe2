/** An installed desktop VS Code. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The command that opens it: what VSCODE_PATH names (the executable, or the folder of an installation), else `code` on the PATH.
 * @returns `undefined` when there is none.
 */
export function findVsCode(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['VSCODE_PATH'];
  if (named) {
    const inside = ['bin/code', 'code', 'Code.exe', 'Contents/Resources/app/bin/code'];
    const candidates = isFolder(named) ? inside.map(file => path.join(named, file)) : [named];
    return candidates.find(file => isExecutable(file));
  }
  const names = process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code'];
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap(folder => names.map(name => path.join(folder, name)))
    .find(isExecutable);
}

/** The Electron executable that `@vscode/test-electron` starts; it does not take the `bin/code` script. */
export function findVsCodeExecutable(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['VSCODE_PATH'];
  if (!named) return undefined;
  const inside = ['code', 'Code.exe', 'Contents/MacOS/Electron', 'code-insiders'];
  const candidates = isFolder(named) ? inside.map(file => path.join(named, file)) : [named];
  return candidates.find(isExecutable);
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
