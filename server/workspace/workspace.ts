/** Decides which files of the workspace's folders are indexed, and which are left out and why. */
import { realpathSync } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';
import { generatedPatterns } from './attributes.ts';
import { isAbsence, verdictOnFailure } from './failure.ts';
import { AdaptiveFiles, type FileAccess } from './file-access.ts';
import { type FolderError, type ResolvedFolder, relativeTo, resolveFolders } from './folders.ts';
import { type Rules, readRules } from './guard.ts';
import { IgnoreTree } from './ignore/tree.ts';
import { type Listed, type Listing, listFolder } from './listing.ts';
import { dependencyFolders, verdictOnName } from './names.ts';
import { inOrder, Pace } from './pace.ts';
import { maskSecrets } from './secrets/names.ts';
import type { Skipped, SourceFile, WorkspaceFolder } from './source.ts';

export interface WorkspaceOptions {
  /** Additional exclude patterns, in `.gitignore` syntax. */
  readonly exclude?: readonly string[];
  /** In bytes. */
  readonly maxFileSize: number;
  /** Milliseconds of silence after which git is killed and files are found without it. */
  readonly gitPatience?: number;
  /** Files that blocked the thread before: their rules do not count. */
  readonly blocking?: ReadonlySet<string>;
  /** Called with each file of rules before it is processed. */
  readonly workOn?: (path: string) => void;
}

export interface Discovery {
  /** In no particular order. */
  readonly files: readonly SourceFile[];
  readonly skipped: readonly Skipped[];
  /** Plain sentences about problems beyond a single file. */
  readonly problems: readonly string[];
  /**
   * Paths of missing workspace folders (a disconnected drive, a folder being moved): nothing is known about their
   * files.
   */
  readonly absent: readonly string[];
}

/** Files that decide what is read beside and below them. */
export const ruleFiles: ReadonlySet<string> = new Set(['.gitignore', '.longsightignore', '.gitattributes']);

interface Found {
  readonly files: SourceFile[];
  readonly skipped: Skipped[];
  readonly problems: string[];
  readonly absent: string[];
}

/** Concurrent file system requests. */
const asked = 32;

export class Workspace {
  readonly folders: readonly ResolvedFolder[];
  /** Folders that cannot be read at all. */
  readonly failures: readonly FolderError[];
  readonly #options: WorkspaceOptions;
  /** Git's listing of the last full discovery, by folder. */
  readonly #known = new Map<ResolvedFolder, Pick<Listing, 'repositories' | 'worktrees'>>();

  private constructor(
    folders: readonly ResolvedFolder[],
    failures: readonly FolderError[],
    options: WorkspaceOptions,
  ) {
    this.folders = folders;
    this.failures = failures;
    this.#options = options;
  }

  static async open(folders: readonly WorkspaceFolder[], options: WorkspaceOptions): Promise<Workspace> {
    const resolved = await resolveFolders(folders);
    return new Workspace(resolved.folders, resolved.failures, options);
  }

  /**
   * Lists the files of all folders, or of parts of them.
   * @param within paths of files and folders to look at again (as `pathOf` gives them); everything by default
   * @throws the signal's reason
   */
  async discover(within?: readonly string[], signal?: AbortSignal): Promise<Discovery> {
    const found: Found = { files: [], skipped: [], problems: [], absent: [] };
    for (const folder of this.folders) {
      const paths = within?.map(part => this.#inside(folder, part)).filter(part => part !== undefined);
      if (paths?.length === 0) continue;
      if (!(await isThere(folder.root))) {
        found.absent.push(this.#prefixed(folder, ''));
        found.problems.push(`${folder.opened} does not exist now. Files read from it before stay indexed.`);
        continue;
      }
      await this.#discoverFolder(folder, paths, found, signal);
    }
    return found;
  }

  /** The sequence path of a file or folder on disk; `undefined` outside the workspace. */
  pathOf(absolute: string): string | undefined {
    let best: string | undefined;
    let depth = -1;
    for (const folder of this.folders) {
      const relative = relativeTo(folder.opened, absolute) ?? relativeTo(folder.root, absolute);
      // Of nested folders the innermost owns the file.
      if (relative === undefined || folder.root.length <= depth) continue;
      depth = folder.root.length;
      best = this.#prefixed(folder, relative);
    }
    return best;
  }

  /**
   * The sequence path of an editor's document: resolves links and the disk's case, so that a file has one path however
   * it was opened. `undefined` outside the workspace, and for documents not on disk.
   */
  pathOfDocument(file: string): string | undefined {
    return path.isAbsolute(file) ? this.pathOf(realPathOf(file)) : undefined;
  }

  /** Whether a file not on disk would be indexed, judging by its name and the ignore rules. */
  wouldRead(relative: string): boolean {
    for (const folder of this.folders) {
      const inside = this.#inside(folder, relative);
      if (inside === undefined) continue;
      if (verdictOnName(inside) !== undefined) return false;
      const rules = this.#rulesOf(folder);
      return [rules.git, rules.longsight].every(tree => tree.ofFile(inside).state !== 'ignored');
    }
    return false;
  }

  /** Where a sequence path is on disk. */
  absoluteOf(relative: string): string | undefined {
    for (const folder of this.folders) {
      const inside = this.#inside(folder, relative);
      if (inside !== undefined) return path.join(folder.root, inside);
    }
    return undefined;
  }

  /** Folders that no longer exist, as the user specified them. */
  async findAbsent(): Promise<string[]> {
    const absent: string[] = [];
    for (const folder of this.folders) if (!(await isThere(folder.root))) absent.push(folder.opened);
    return absent;
  }

  #prefixed(folder: ResolvedFolder, relative: string): string {
    if (this.folders.length === 1) return relative;
    return relative === '' ? folder.name : `${folder.name}/${relative}`;
  }

  #inside(folder: ResolvedFolder, relative: string): string | undefined {
    if (this.folders.length === 1) return relative;
    if (relative === folder.name) return '';
    return relative.startsWith(`${folder.name}/`) ? relative.slice(folder.name.length + 1) : undefined;
  }

  async #discoverFolder(
    folder: ResolvedFolder,
    paths: readonly string[] | undefined,
    found: Found,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const skip = (relative: string, verdict: Omit<Skipped, 'path'>): void => {
      found.skipped.push({ path: this.#prefixed(folder, maskSecrets(relative)), ...verdict });
    };
    const rules = this.#rulesOf(folder);
    const leaveOut = this.folders.filter(other => other !== folder).map(other => other.root);
    const { gitPatience } = this.#options;
    const { readRules } = rules;
    const request = { root: folder.root, rules: rules.longsight, readRules, leaveOut, signal, gitPatience };
    const known = this.#known.get(folder) ?? { repositories: new Set(), worktrees: new Set() };
    const listing = await listFolder(
      request,
      paths && { paths: paths.filter(isReachable(folder.root)), ...known },
    );
    if (paths === undefined) this.#known.set(folder, listing);
    found.problems.push(...listing.problems);
    for (const { path: relative, ...verdict } of listing.skipped) skip(relative, verdict);

    const pace = new Pace();
    const files = new AdaptiveFiles();
    const stated = inOrder(listing.files, asked, async file => ({
      file,
      stat: await statOf(files, folder.root, file),
    }));
    for await (const { file, stat } of stated) {
      await pace.rest(signal);
      if (stat === undefined) continue;
      const verdict = 'reason' in stat ? stat : (verdictOnName(file.path) ?? this.#onSize(stat.bytes));
      if (verdict !== undefined) {
        skip(file.path, verdict);
        continue;
      }
      const generated = rules.generated.ofFile(file.path).state;
      if (generated === 'ignored' && !file.wanted)
        skip(file.path, {
          reason: 'generated',
          detail: 'The repository says so (linguist-generated in .gitattributes).',
        });
      else
        found.files.push({
          path: this.#prefixed(folder, file.path),
          absolute: path.join(folder.root, file.path),
          ...(stat as FileStat),
          wanted: file.wanted || generated === 'wanted',
        });
    }
    found.problems.push(...rules.problems);
  }

  #rulesOf(folder: ResolvedFolder): FolderRules {
    const { exclude = [], blocking, workOn } = this.#options;
    return new FolderRules(exclude, relative => {
      const path = this.#prefixed(folder, relative);
      if (blocking?.has(path) === true)
        return {
          problem: `The rules in ${path} do not count. They kept the indexing thread busy for too long.`,
        };
      workOn?.(path);
      return readRules(folder.root, relative);
    });
  }

  #onSize(bytes: number): Omit<Skipped, 'path'> | undefined {
    if (bytes === 0) return { reason: 'empty' };
    if (bytes <= this.#options.maxFileSize) return undefined;
    return { reason: 'oversized', detail: `It has ${bytes} bytes, more than ${this.#options.maxFileSize}.` };
  }
}

/** The ignore rules in the files of one folder. */
class FolderRules {
  readonly longsight: IgnoreTree;
  readonly git: IgnoreTree;
  readonly generated: IgnoreTree;
  /** Reads a file of rules by its path in the folder. */
  readonly readRules: (relative: string) => Rules;
  /** Sentences about ignore files that cannot be used. */
  readonly problems: string[] = [];

  constructor(exclude: readonly string[], readRules: (relative: string) => Rules) {
    this.readRules = readRules;
    const read = (folder: string, name: string): string | undefined => {
      const { text, problem } = readRules(folder === '' ? name : `${folder}/${name}`);
      if (problem !== undefined) this.problems.push(problem);
      return text;
    };
    this.longsight = new IgnoreTree({
      patternsOf: folder => read(folder, '.longsightignore'),
      weak: dependencyFolders,
      strong: exclude,
    });
    this.git = new IgnoreTree({ patternsOf: folder => read(folder, '.gitignore') });
    this.generated = new IgnoreTree({
      patternsOf: folder => generatedPatterns(read(folder, '.gitattributes')),
    });
  }
}

/**
 * Whether no symbolic link is between the root and the path: through one, a file would have two paths or be outside.
 */
function isReachable(root: string): (inside: string) => boolean {
  return inside => {
    const parent = path.dirname(path.join(root, inside));
    try {
      return inside === '' || realpathSync(parent) === parent;
    } catch {
      // Its folder is gone: there is nothing to list either way.
      return true;
    }
  };
}

/** For a file not on disk, resolves its nearest existing folder. */
function realPathOf(absolute: string): string {
  let missing = '';
  for (let at = absolute; ; at = path.dirname(at)) {
    try {
      return path.join(realpathSync.native(at), missing);
    } catch {
      if (at === path.dirname(at)) return absolute;
      missing = path.join(path.basename(at), missing);
    }
  }
}

async function isThere(folder: string): Promise<boolean> {
  return lstat(folder).then(
    stat => stat.isDirectory(),
    error => !isAbsence(error),
  );
}

interface FileStat {
  readonly bytes: number;
  readonly modified: number;
  readonly changed: number;
}

/** `undefined` if there is no such file: a deleted tracked file, or a sparse checkout. */
async function statOf(
  files: FileAccess,
  root: string,
  file: Listed,
): Promise<FileStat | Omit<Skipped, 'path'> | undefined> {
  const absolute = path.join(root, file.path);
  try {
    const stat = await files.statPath(absolute);
    if (stat === undefined)
      return file.path.includes('\uFFFD')
        ? { reason: 'encoding', detail: 'Its name is not UTF-8.' }
        : undefined;
    if (stat.isFile()) return { bytes: stat.size, modified: stat.mtimeMs, changed: stat.ctimeMs };
    if (stat.isSymbolicLink())
      return {
        reason: 'symlink',
        detail: `It is a symbolic link to ${maskSecrets(await readlink(absolute))}.`,
      };
    return stat.isDirectory() ? undefined : { reason: 'unreadable', detail: 'It is not a regular file.' };
  } catch (error) {
    return isAbsence(error) ? undefined : verdictOnFailure(error);
  }
}
