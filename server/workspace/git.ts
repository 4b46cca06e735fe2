/** What git knows about a folder. git is asked, never changed, and runs nothing that the repository's own settings name. */
import { spawn } from 'node:child_process';

interface GitEntry {
  /** Relative to the folder asked about, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'repository';
}

export type GitListing = { readonly entries: readonly GitEntry[] } | { readonly problem: string };

/**
 * Tracked files, and untracked ones that git does not ignore, in the working tree under `folder`. Repositories inside it
 * (submodules, or clones that nobody added) are one entry each.
 * @param within paths relative to `folder` to restrict the list to; all of it when empty
 */
export async function listWithGit(
  folder: string,
  within: readonly string[],
  signal?: AbortSignal,
): Promise<GitListing> {
  const entries = new Map<string, GitEntry>();
  const tracked = ['ls-files', '-z', '--stage', '--', ...within];
  const untracked = ['ls-files', '-z', '--others', '--exclude-standard', '--', ...within];
  const problems = await Promise.all([
    git(folder, tracked, signal, record => {
      // mode, object, stage, tab, path; a path in conflict comes once a stage.
      const tab = record.indexOf('\t');
      const path = record.slice(tab + 1);
      entries.set(path, { path, kind: kindOf(record.slice(0, 6)) });
    }),
    git(folder, untracked, signal, path => {
      if (path.endsWith('/')) entries.set(path.slice(0, -1), { path: path.slice(0, -1), kind: 'repository' });
      else if (!entries.has(path)) entries.set(path, { path, kind: 'file' });
    }),
  ]);
  signal?.throwIfAborted();
  const problem = problems.find(text => text !== undefined);
  return problem === undefined ? { entries: [...entries.values()] } : { problem };
}

function kindOf(mode: string): GitEntry['kind'] {
  if (mode === '160000') return 'repository';
  return mode === '120000' ? 'symlink' : 'file';
}

/** Runs git and hands on each NUL-ended record. Gives a sentence when that failed. */
export function git(
  folder: string,
  parameters: readonly string[],
  signal: AbortSignal | undefined,
  onRecord: (record: string) => void,
): Promise<string | undefined> {
  // A repository's settings may name a program as file system monitor; an unknown repository must not run one here.
  const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
  return new Promise(resolve => {
    const child = spawn('git', [...safe, ...parameters], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(signal && { signal }),
    });
    let rest = '';
    let complaint = '';
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      const records = (rest + chunk).split('\0');
      rest = records.pop() ?? '';
      for (const record of records) onRecord(record);
    });
    child.stderr.on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(0, 2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? 'git is not installed' : `git could not be run (${error.message})`);
    });
    child.on('close', code => resolve(code === 0 ? undefined : explain(complaint, code)));
  });
}

/** The user's environment without what points git at another repository, as it does inside a git hook. */
function environment(): NodeJS.ProcessEnv {
  const aside = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_NAMESPACE']);
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !aside.has(name)));
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
  };
}

function explain(complaint: string, code: number | null): string {
  if (complaint.includes('dubious ownership'))
    return 'git does not trust it because it belongs to another user (see safe.directory in `git help config`)';
  const line = complaint.split('\n', 1)[0]?.replace(/^fatal: /, '');
  return line ? `git said: ${line}` : `git ended with code ${code}`;
}
