/** Queries git about a folder. Never changes anything, and runs nothing that the repository's settings name. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { relativeTo } from './folders.ts';
import { Stillness } from './stillness.ts';

interface GitEntry {
  /** Relative to the queried folder, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'repository';
}

export type GitListing = { readonly entries: readonly GitEntry[] } | { readonly problem: string };

/** Milliseconds of silence after which git is assumed to be stuck: on a pipe among its files, or a missing disk. */
export const gitPatience = 20_000;
/** The same for a question about a few small files. */
const briefPatience = 5_000;
/** Milliseconds between two looks at a silent git, and the number of looks at which it must be found asleep. */
const lookInterval = 1000;
const looks = 3;

/** How the sentence about a git that did not answer ends. */
const ended = 'and was ended';

/** Maximum characters of a record; a path has at most 4,096 bytes. */
const longestRecord = 1 << 20;
/** Maximum characters of a text between two NULs; indexed files are smaller. */
const longestText = 1 << 26;

/**
 * Tracked files, and untracked ones that git does not ignore, in the working tree under `folder`. Nested repositories
 * (submodules, or unregistered clones) are one entry each.
 * @param within restricts the list to paths relative to `folder`; everything if empty
 * @param patience milliseconds of silence after which git is killed
 */
export async function listWithGit(
  folder: string,
  within: readonly string[],
  signal?: AbortSignal,
  patience = gitPatience,
): Promise<GitListing> {
  const entries = new Map<string, GitEntry>();
  const tracked = ['ls-files', '-z', '--stage', '--', ...within];
  const untracked = ['ls-files', '-z', '--others', '--exclude-standard', '--', ...within];
  const options = { signal, patience };
  const problems = await Promise.all([
    git(folder, tracked, options, record => {
      // mode, object, stage, tab, path; a path in conflict appears once per stage.
      const tab = record.indexOf('\t');
      const path = record.slice(tab + 1);
      entries.set(path, { path, kind: kindOf(record.slice(0, 6)) });
    }),
    git(folder, untracked, options, path => {
      if (path.endsWith('/')) entries.set(path.slice(0, -1), { path: path.slice(0, -1), kind: 'repository' });
      else if (!entries.has(path)) entries.set(path, { path, kind: 'file' });
    }),
  ]);
  signal?.throwIfAborted();
  const problem = problems.find(text => text !== undefined);
  return problem === undefined ? { entries: [...entries.values()] } : { problem };
}

/**
 * Asks what is cheaper than listing, and cannot be listed without: whether git is stuck on its settings (`problem`), and
 * whether they name another folder as the working tree, whose files git would list instead (`elsewhere`, absolute).
 */
export async function lookBefore(
  folder: string,
  { signal, patience = gitPatience }: GitOptions,
): Promise<{ problem?: string; elsewhere?: string }> {
  let said = '';
  const options = { signal, patience: Math.min(patience, briefPatience), isText: true };
  const problem = await git(folder, ['rev-parse', '--show-toplevel'], options, text => {
    said = text.replace(/\r?\n$/, '');
  });
  signal?.throwIfAborted();
  // Any other problem is one of listing too.
  if (problem !== undefined || said === '')
    return problem !== undefined && isStuck(problem) ? { problem } : {};
  const [tree, own] = [said, folder].map(one => realpathSync.native(one)) as [string, string];
  return relativeTo(tree, own) === undefined ? { elsewhere: path.resolve(said) } : {};
}

/** Whether git was ended because it did not answer, so that it would not answer another question either. */
export function isStuck(problem: string): boolean {
  return problem.endsWith(ended);
}

/** Whether the enclosing repository ignores the folder, so that its tracked files say nothing about the rest. */
export async function isIgnoredByGit(folder: string, signal?: AbortSignal): Promise<boolean> {
  const command = ['check-ignore', '-q', '--no-index', '--', `./${path.basename(folder)}`];
  return (await git(path.dirname(folder), command, { signal, asLiteral: false }, () => {})) === undefined;
}

function kindOf(mode: string): GitEntry['kind'] {
  if (mode === '160000') return 'repository';
  return mode === '120000' ? 'symlink' : 'file';
}

export interface GitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of silence after which git is killed. */
  readonly patience?: number;
  /** Paths are literal, whatever characters they contain; one command does not support it. */
  readonly asLiteral?: boolean;
  /** Whether the text after the last NUL is a record too: for contents rather than lists. */
  readonly isText?: boolean;
  /** Records have a character (Latin-1) for each byte: for contents in any encoding. */
  readonly isBytes?: boolean;
}

/**
 * Disables settings that a repository must not make: programs to run (a file system monitor, hooks), remotes to fetch
 * from (for a partial clone's missing objects), and files of any size to read before each list of changes.
 */
const safe: readonly string[] = [
  '--no-pager',
  ...[
    'core.fsmonitor=false',
    'core.quotePath=false',
    'protocol.allow=never',
    'log.showSignature=false',
    'diff.orderFile=/dev/null',
    'log.mailmap=false',
  ].flatMap(setting => ['-c', setting]),
];

/** Runs git and passes on each NUL-terminated record. Returns a sentence if it failed or was silent too long. */
export function git(
  folder: string,
  parameters: readonly string[],
  { signal, patience = gitPatience, asLiteral = true, isText = false, isBytes = false }: GitOptions,
  onRecord: (record: string) => void,
): Promise<string | undefined> {
  const program = findGit();
  if (program === undefined) return Promise.resolve('git is not installed');
  return new Promise(resolve => {
    let child: ChildProcess;
    try {
      child = spawn(program, [...safe, ...parameters], {
        cwd: folder,
        env: { ...environment(), ...(asLiteral && { GIT_LITERAL_PATHSPECS: '1' }) },
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
    } catch (error) {
      resolve(notRun(error));
      return;
    }
    let rest = '';
    let complaint = '';
    let timer: NodeJS.Timeout | undefined;
    const end = (problem: string | undefined): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve(problem);
    };
    /** git only reads here, so it may be killed at once; waiting on a pipe, it might ignore anything milder. */
    const stop = (problem: string): void => {
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
      end(problem);
    };
    const interrupt = (): void => stop('git was interrupted');
    let silence = 0;
    let asleep = 0;
    const stillness = child.pid === undefined ? undefined : new Stillness(child.pid);
    const look = (): void => {
      silence += lookInterval;
      asleep = stillness?.isStill() === true ? asleep + 1 : 0;
      if (asleep >= looks) stop(`git waited for a pipe or a device among its files ${ended}`);
      else if (silence >= patience) stop(`git said nothing for ${patience / 1000} seconds ${ended}`);
      else timer = setTimeout(look, Math.min(lookInterval, patience - silence));
    };
    const wait = (): void => {
      clearTimeout(timer);
      [silence, asleep] = [0, 0];
      timer = setTimeout(look, Math.min(lookInterval, patience));
    };
    child.on('error', error => end(notRun(error)));
    child.on('close', code => {
      if (isText && code === 0) onRecord(rest);
      end(code === 0 ? undefined : explain(complaint, code));
    });
    // Without free descriptors there are no pipes; the error follows.
    child.stdout?.setEncoding(isBytes ? 'latin1' : 'utf8').on('data', (chunk: string) => {
      wait();
      const records = (rest + chunk).split('\0');
      rest = records.pop() ?? '';
      for (const record of records) onRecord(record);
      if (rest.length > (isText ? longestText : longestRecord)) stop('git gave no list of paths');
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(0, 2000);
    });
    if (signal?.aborted) interrupt();
    else {
      signal?.addEventListener('abort', interrupt, { once: true });
      wait();
    }
  });
}

function notRun(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'git is not installed';
  if (code === 'EMFILE' || code === 'ENFILE') return 'too many files are open to run git';
  return `git could not be run (${message})`;
}

let found: { readonly searched: string; readonly program: string | undefined } | undefined;

/**
 * Locates git. The system's own search starts in the working folder on Windows, and elsewhere enters it if the path
 * says so: a repository's own `git.exe` must not run.
 * @returns an absolute path
 */
export function findGit(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string | undefined {
  const windows = platform === 'win32';
  // Windows environments have names in any case.
  const key = Object.keys(environment).find(name => (windows ? name.toUpperCase() : name) === 'PATH');
  const searched = (key && environment[key]) || '';
  if (found?.searched === searched && found.program !== undefined) return found.program;
  const paths = windows ? path.win32 : path.posix;
  const names = windows ? ['git.exe'] : ['git'];
  const program = searched
    .split(paths.delimiter)
    .map(folder => (windows ? folder.replace(/^"(.*)"$/, '$1') : folder))
    .filter(folder => paths.isAbsolute(folder))
    .flatMap(folder => names.map(name => paths.join(folder, name)))
    .find(isProgram);
  found = { searched, program };
  return program;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Variables that point git at another repository, as inside a git hook, or change how it treats paths. */
const aside: ReadonlySet<string> = new Set(
  (
    'GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX ' +
    'GIT_NAMESPACE GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS GIT_LITERAL_PATHSPECS GIT_EXTERNAL_DIFF GIT_PAGER'
  ).split(' '),
);

/** The user's environment, minus anything that redirects git, prompts the user or contacts another machine. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !aside.has(name)));
  return {
    ...kept,
    LC_ALL: 'C',
    // No protocol at all, including `ext::` (which runs a command), whatever the settings allow.
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function explain(complaint: string, code: number | null): string {
  if (complaint.includes('dubious ownership'))
    return 'git does not trust it because it belongs to another user (see safe.directory in `git help config`)';
  const line = complaint.split('\n', 1)[0]?.replace(/^fatal: /, '');
  return line ? `git said: ${line}` : `git exited with code ${code}`;
}
