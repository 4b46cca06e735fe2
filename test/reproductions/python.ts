/** Finds a Python with PyTorch, needed only by reproductions that train. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Row } from './reproduction.ts';

const training = path.join(import.meta.dirname, '../../kernels/training');

/** Where `npm run reproduce -- setup` installs PyTorch: in the user's cache folder. */
function environmentFolder(): string {
  const home = homedir();
  const cache =
    process.platform === 'win32'
      ? (process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : (process.env['XDG_CACHE_HOME'] ?? path.join(home, '.cache'));
  return path.join(cache, 'longsight-torch');
}

function pythonOf(folder: string): string {
  return process.platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}

/** A Python that can import torch, or why there is none. `LONGSIGHT_PYTHON` overrides the search. */
export function findPython(): { readonly python: string } | { readonly missing: string } {
  const named = process.env['LONGSIGHT_PYTHON'];
  const candidates =
    named === undefined ? [pythonOf(environmentFolder()), 'python3', '/usr/bin/python3', 'python'] : [named];
  const python = candidates.find(candidate => {
    const { status } = spawnSync(candidate, ['-c', 'import torch'], { stdio: 'ignore', timeout: 120_000 });
    return status === 0;
  });
  return python === undefined
    ? {
        missing: `no Python with PyTorch (tried ${candidates.join(', ')}); "npm run reproduce -- setup" installs one`,
      }
    : { python };
}

/** Creates an environment with PyTorch and numpy from pip's index. Takes minutes and some gigabytes. */
export function installPython(): string {
  const folder = environmentFolder();
  const python = pythonOf(folder);
  if (!existsSync(python)) {
    const base = process.platform === 'win32' ? 'python' : 'python3';
    execFileSync(base, ['-m', 'venv', folder], { stdio: 'inherit' });
  }
  execFileSync(python, ['-m', 'pip', 'install', 'torch', 'numpy'], { stdio: 'inherit' });
  return python;
}

/**
 * Runs a script of kernels/training/reproductions and yields each line of JSON it prints, as it comes.
 * @throws Error when it fails, with the end of its output
 */
export async function* rowsOf(script: string, quick: boolean): AsyncGenerator<Row> {
  const found = findPython();
  if ('missing' in found) throw new Error(found.missing);
  const child = spawn(
    found.python,
    [path.join(training, 'reproductions', `${script}.py`), ...(quick ? ['quick'] : [])],
    {
      env: { ...process.env, PYTHONPATH: training, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
    if (!quick) process.stderr.write(text);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Row;
  const status = await ended;
  if (status !== 0) throw new Error(`${script}.py ended with ${status}: ${said.trimEnd()}`);
}
