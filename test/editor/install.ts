/**
 * What the editor tests need beyond npm: code-server (the VS Code workbench as a server) and Chromium, installed
 * outside the project.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const codeServerVersion = '4.139.1';
/** VS Code's server hangs under older versions. */
const nodeMajor = 24;

export type Log = (line: string) => void;

/** A missing requirement that could not be installed; the message explains it to the user. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

export interface CodeServer {
  /** The script that starts it. */
  readonly entry: string;
  /** The Node executable it runs under. */
  readonly node: string;
}

/** Download folder: `LONGSIGHT_EDITOR_CACHE`, or the user's cache folder. */
export function editorCache(): string {
  const chosen = process.env['LONGSIGHT_EDITOR_CACHE'];
  if (chosen) return path.resolve(chosen);
  const home = os.homedir();
  if (process.platform === 'darwin') return path.join(home, 'Library/Caches/longsight-editor');
  if (process.platform === 'win32')
    return path.join(process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData/Local'), 'longsight-editor');
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(home, '.cache'), 'longsight-editor');
}

/**
 * Finds code-server in the cache, or installs it there (about two minutes and 800 MB, once).
 * @throws {Unavailable} when it cannot be installed on this machine.
 */
export async function ensureCodeServer(log: Log): Promise<CodeServer> {
  const node = process.execPath;
  if (process.platform === 'win32')
    throw new Unavailable('code-server does not run on Windows; name an installed VS Code in VSCODE_PATH.');
  const major = Number(process.versions.node.split('.')[0]);
  if (major < nodeMajor)
    throw new Unavailable(
      `code-server needs Node ${nodeMajor} and this is ${process.version}; start through npm (npm test, npm run open), which brings it.`,
    );
  const cache = editorCache();
  const folder = path.join(cache, `code-server-${codeServerVersion}`);
  const entry = path.join(folder, 'node_modules/code-server/out/node/entry.js');
  if (existsSync(entry)) return { entry, node };
  await withLock(path.join(cache, 'install.lock'), log, async () => {
    if (!existsSync(entry)) await installCodeServer(folder, log);
  });
  return { entry, node };
}

/**
 * Finds a Chromium that playwright can drive; on Debian, as root, installs it.
 * @returns the path of its executable.
 * @throws {Unavailable} when there is none and none can be installed.
 */
export async function ensureChromium(log: Log): Promise<string> {
  const named = process.env['LONGSIGHT_CHROMIUM'];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Unavailable(`LONGSIGHT_CHROMIUM names ${named}, which cannot be run.`);
  }
  const found = findChromium();
  if (found) return found;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get'))
    throw new Unavailable('Chromium is not installed; install it, or name it in LONGSIGHT_CHROMIUM.');
  log('Chromium is missing: installing it with apt-get …');
  await aptGet(['update'], log);
  const packages = ['chromium', 'fonts-dejavu-core', 'fonts-liberation'];
  await aptGet(['install', '--yes', '--no-install-recommends', ...packages], log);
  const installed = findChromium();
  if (!installed) throw new Unavailable('apt-get installed chromium, but it is in none of the usual places.');
  return installed;
}

function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).concat('/usr/bin', '/usr/local/bin');
  const candidates = names.flatMap(name => folders.map(folder => path.join(folder, name)));
  candidates.push(
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  );
  return candidates.find(isExecutable);
}

async function installCodeServer(folder: string, log: Log): Promise<void> {
  log(`Installing code-server ${codeServerVersion} into ${folder} (once; about two minutes) …`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(path.join(partial, 'package.json'), '{"name":"longsight-editor","private":true}\n');
  const npm = (subfolder: string, args: string[]): Promise<void> =>
    runNpm(path.join(partial, subfolder), ['--ignore-scripts', '--no-audit', '--no-fund', ...args]);
  const vscode = 'node_modules/code-server/lib/vscode';
  try {
    await npm('.', ['install', '--save-exact', `code-server@${codeServerVersion}`]);
    // Its own install script would do this; scripts stay off, because most of what they compile is not needed.
    await npm(vscode, ['install', '--omit=dev']);
    await npm(path.join(vscode, 'extensions'), ['install', '--omit=dev']);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw new Unavailable(`code-server could not be installed: ${(error as Error).message}`);
  }
  await buildNatives(partial, vscode, log);
  rmSync(folder, { recursive: true, force: true });
  // Only a complete installation gets the final name.
  renameSync(partial, folder);
}

/**
 * Without these two, output channels stay empty and an orphaned extension host survives; the rest works. Needs a
 * compiler.
 */
async function buildNatives(folder: string, vscode: string, log: Log): Promise<void> {
  const headers = `node-${process.platform}-${process.arch}`;
  try {
    await runNpm(folder, [
      'install',
      '--ignore-scripts',
      '--save-exact',
      `${headers}@${process.versions.node}`,
    ]);
    await runNpm(path.join(folder, vscode), ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], {
      npm_config_nodedir: path.join(folder, 'node_modules', headers),
      npm_config_build_from_source: 'true',
    });
  } catch (error) {
    log(
      `Its output channels will be empty, because two native modules could not be built: ${firstLine(error)}`,
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

async function runNpm(cwd: string, args: string[], added: NodeJS.ProcessEnv = {}): Promise<void> {
  const npmScript = process.env['npm_execpath'];
  const [command, first] = npmScript ? [process.execPath, [npmScript]] : ['npm', []];
  const env: NodeJS.ProcessEnv = { ...added };
  // Settings of the surrounding `npm run` (prefix, scripts) must not reach the inner one.
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_(package|lifecycle|command|config_(prefix|local_prefix|allow_scripts|nodedir))/i.test(name))
      env[name] = value;
  }
  env['PATH'] = `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`;
  const { code, output } = await runToEnd(command, [...first, ...args], { cwd, env, minutes: 10 });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.slice(-1500)}`);
}

/** On a fresh machine another package manager often holds the lock: wait up to ten minutes. */
async function aptGet(args: string[], log: Log): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const until = Date.now() + 10 * 60_000;
  for (;;) {
    const options = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
    const { code, output } = await runToEnd('apt-get', [...options, ...args], { env, minutes: 10 });
    if (code === 0) return;
    const locked = /could not get lock|unable to lock|unable to acquire the dpkg|is locked/i.test(output);
    if (!locked || Date.now() > until)
      throw new Unavailable(`apt-get ${args[0]} failed (${code}):\n${output.slice(-1500)}`);
    log('apt-get is locked by another process: trying again in 10 seconds …');
    await sleep(10_000);
  }
}

interface RunOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly minutes: number;
}

function runToEnd(
  command: string,
  args: string[],
  { cwd, env, minutes }: RunOptions,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => {
      output += `\nstopped after ${minutes} minutes`;
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.stdout?.on('data', data => (output += String(data)));
    child.stderr?.on('data', data => (output += String(data)));
    child.on('error', error => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** Runs `work` while holding a lock file that names this process; takes over a dead process's lock. */
async function withLock(file: string, log: Log, work: () => Promise<void>): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const until = Date.now() + 15 * 60_000;
  for (let told = false; !tryLock(file); ) {
    if (Date.now() > until) throw new Unavailable(`another process has held ${file} for 15 minutes.`);
    if (!told) log('Waiting for another process that installs code-server …');
    told = true;
    await sleep(1000);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    let holder = Number.NaN;
    try {
      holder = Number(readFileSync(file, 'utf8'));
    } catch {
      return false;
    }
    if (!isAlive(holder)) rmSync(file, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
