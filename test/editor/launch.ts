/** Starts code-server on a free port with its own profile, and gives URLs for folders. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { CodeServer } from './install.ts';

export interface LaunchOptions {
  /** Added to the quiet profile's settings, or overriding them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Lets a page load an extension and tests; suppresses notifications. On by default. */
  readonly smokeTest?: boolean;
  /** Asks whether a folder is trusted. Off by default. */
  readonly trust?: boolean;
  /** A user's own profile: kept, with its settings and home folder unchanged. A temporary one by default. */
  readonly profile?: string;
  /** An extension to install in the profile: a package (`.vsix`), or a folder, used in place. */
  readonly installed?: string;
}

export interface WorkbenchOptions {
  readonly folder: string;
  /** The folder of the extension under development. */
  readonly extension?: string;
  /** The module whose `run` is called inside the extension host. */
  readonly tests?: string;
}

export interface Editor {
  /** The workbench's URL for a folder. */
  url(options: WorkbenchOptions): string;
  /** The folder of the profile. */
  readonly profile: string;
  readonly process: ChildProcess;
  /** Output of the server. */
  log(): string;
  /** Ends the server and every process it started. */
  stop(): Promise<void>;
}

/** Profile settings that avoid spontaneous changes. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'window.restoreWindows': 'none',
  'files.autoSave': 'off',
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'longsight.read.inBackground': false,
};

/** @throws when the server does not answer within a minute, with its output */
export async function launch(codeServer: CodeServer, options: LaunchOptions = {}): Promise<Editor> {
  const profile = options.profile ?? mkdtempSync(path.join(os.tmpdir(), 'longsight-editor-'));
  const user = path.join(profile, 'user');
  mkdirSync(path.join(user, 'User'), { recursive: true });
  const settingsFile = path.join(user, 'User/settings.json');
  if (!options.profile || !existsSync(settingsFile))
    writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2));
  if (options.installed) install(codeServer, options.installed, profile);
  const port = await freePort();
  const child = spawn(codeServer.node, serverArguments(codeServer, profile, port, options), {
    env: environment(options.profile ? undefined : profile, options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all its children can be ended together.
    detached: true,
  });
  let log = '';
  const record = (data: unknown): void => {
    log = (log + String(data)).slice(-200_000);
  };
  child.stdout.on('data', record);
  child.stderr.on('data', record);
  const kill = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  // As a group of its own, it would outlive an interrupted test.
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    await endGroup(child);
    process.off('exit', kill);
    if (!options.profile) rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await waitUntilHealthy(child, port);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${log}`);
  }
  return { url: workbench => workbenchUrl(port, workbench), profile, process: child, log: () => log, stop };
}

function serverArguments(
  codeServer: CodeServer,
  profile: string,
  port: number,
  { trust, smokeTest }: LaunchOptions,
): string[] {
  const places: [string, string][] = [
    ['--bind-addr', `127.0.0.1:${port}`],
    ['--auth', 'none'],
    ['--config', path.join(profile, 'config.yaml')],
    ['--user-data-dir', path.join(profile, 'user')],
    ['--extensions-dir', path.join(profile, 'extensions')],
  ];
  return [
    codeServer.entry,
    ...places.flat(),
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    '--ignore-last-opened',
    ...(trust ? [] : ['--disable-workspace-trust']),
    ...(smokeTest === false ? [] : ['--vscode-option', 'enable-smoke-test-driver']),
  ];
}

/** The caller's environment without variables that would affect the server; optionally with another home folder. */
function environment(home: string | undefined, added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(VSCODE_|ELECTRON_|npm_|NODE_|PORT$|PASSWORD$|LONGSIGHT_)/i.test(name)) env[name] = value;
  }
  env['EXTENSIONS_GALLERY'] = '{"serviceUrl":""}';
  if (home) {
    env['HOME'] = home;
    for (const kind of ['CONFIG', 'DATA', 'CACHE', 'STATE'])
      env[`XDG_${kind}_HOME`] = path.join(home, kind.toLowerCase());
  }
  return { ...env, ...added };
}

/**
 * Adds a folder to the profile's list of installed extensions as `--install-extension` does, without packing or
 * copying.
 */
function install(codeServer: CodeServer, extension: string, profile: string): void {
  const extensions = path.join(profile, 'extensions');
  if (extension.endsWith('.vsix')) {
    const places = ['--user-data-dir', path.join(profile, 'user'), '--extensions-dir', extensions];
    execFileSync(
      codeServer.node,
      [codeServer.entry, '--install-extension', path.resolve(extension), ...places],
      {
        env: environment(profile, {}),
        timeout: 120_000,
      },
    );
    return;
  }
  const manifest = JSON.parse(readFileSync(path.join(extension, 'package.json'), 'utf8')) as {
    publisher: string;
    name: string;
    version: string;
  };
  const entry = {
    identifier: { id: `${manifest.publisher}.${manifest.name}` },
    version: manifest.version,
    location: { $mid: 1, path: extension, scheme: 'file' },
    metadata: { installedTimestamp: Date.now(), source: 'vsix', pinned: true },
  };
  mkdirSync(extensions, { recursive: true });
  writeFileSync(path.join(extensions, 'extensions.json'), JSON.stringify([entry]));
}

function workbenchUrl(port: number, { folder, extension, tests }: WorkbenchOptions): string {
  const authority = `127.0.0.1:${port}`;
  const payload: [string, string][] = [];
  if (extension) payload.push(['extensionDevelopmentPath', `vscode-remote://${authority}${extension}`]);
  if (tests) payload.push(['extensionTestsPath', `vscode-remote://${authority}${tests}`]);
  const url = new URL(`http://${authority}/`);
  url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function waitUntilHealthy(child: ChildProcess, port: number): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}.`);
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  throw new Error('code-server did not answer within a minute.');
}

/** Asks the group to end, and kills it after two seconds. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const ended = new Promise<void>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(pid, 'SIGTERM');
  await Promise.race([ended, sleep(2000)]);
  // Its children may outlive it; those that have ended are not an error.
  signalGroup(pid, 'SIGKILL');
  await Promise.race([ended, sleep(2000)]);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
