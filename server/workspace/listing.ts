/** Lists the paths of one folder that are the user's own work: by git if available, by walking otherwise. */
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isAbsence, verdictOnFailure } from './failure.ts';
import { relativeTo } from './folders.ts';
import { isIgnoredByGit, isStuck, listWithGit, lookBefore } from './git.ts';
import { headOf, isGitData, repositoryOf } from './git-folder.ts';
import type { Rules } from './guard.ts';
import { IgnoreTree } from './ignore/tree.ts';
import { cacheFolderOf, versionControlFolders } from './names.ts';
import { Pace } from './pace.ts';
import type { Skipped } from './source.ts';

export interface ListingRequest {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** The user's own includes and excludes, beyond git's rules. */
  readonly rules: IgnoreTree;
  /** Reads a file of rules by its path relative to the root. */
  readonly readRules: (relative: string) => Rules;
  /** Absolute folders that are listed separately. */
  readonly leaveOut: readonly string[];
  readonly signal: AbortSignal | undefined;
  /** Milliseconds of silence after which git is killed. */
  readonly gitPatience?: number | undefined;
}

/** A part of the folder to list again. */
export interface ListingPart {
  /** Paths relative to the root. */
  readonly paths: readonly string[];
  /** `repositories` of the last full listing. */
  readonly repositories: ReadonlySet<string>;
  /** `worktrees` of that listing. */
  readonly worktrees: ReadonlySet<string>;
}

export interface Listed {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly wanted: boolean;
}

export interface Listing {
  readonly files: readonly Listed[];
  readonly skipped: readonly Skipped[];
  readonly problems: readonly string[];
  /** Folders (relative, `''` for the root) whose files git listed. */
  readonly repositories: ReadonlySet<string>;
  /** Folders (relative) that are other working trees of a listed repository. */
  readonly worktrees: ReadonlySet<string>;
}

/** Lists everything, or only `part`. @throws the signal's reason */
export async function listFolder(request: ListingRequest, part?: ListingPart): Promise<Listing> {
  const lister = new Lister(request);
  if (part === undefined || part.paths.includes('')) {
    await lister.list('', []);
    await lister.listWorktrees();
    return lister;
  }
  // Several parts of one repository are one git query.
  const byRepository = new Map<string, string[]>();
  for (const inside of part.paths) {
    if (isUnder(inside, part.worktrees)) continue;
    const repository = repositoryAbove(inside, part.repositories);
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), inside]);
  }
  for (const [repository, paths] of byRepository) {
    const whole = paths.includes(repository);
    await lister.list(repository, whole ? [] : paths, part.repositories.has(repository));
  }
  await lister.listWorktrees();
  return lister;
}

/**
 * The innermost known repository that contains the path. A repository that no listing entered is ignored by its parent.
 */
function repositoryAbove(inside: string, repositories: ReadonlySet<string>): string {
  for (let folder = inside; folder !== '.'; folder = path.posix.dirname(folder))
    if (repositories.has(folder)) return folder;
  return '';
}

function isUnder(inside: string, folders: ReadonlySet<string>): boolean {
  for (let folder = inside; folder !== '.'; folder = path.posix.dirname(folder))
    if (folders.has(folder)) return true;
  return false;
}

const otherWorktree =
  'It is another working tree of a repository that is already read. A line with `!` and its name in .longsightignore includes it.';

const byRule =
  'Excluded by .longsightignore, by the setting longsight.read.exclude, or as a folder of installed or cached files.';

/**
 * Folders above a file or folder that is listed. No person nests them so deep, and the time that the system takes to look
 * at a folder grows with the cube of its depth.
 */
const deepest = 200;

/** Files that mark a folder as not the user's own work. */
const dependencyMarkers: ReadonlySet<string> = new Set(['CACHEDIR.TAG', 'pyvenv.cfg']);

class Lister implements Listing {
  readonly files: Listed[] = [];
  readonly skipped: Skipped[] = [];
  readonly problems: string[] = [];
  readonly repositories = new Set<string>();
  readonly worktrees = new Set<string>();
  /** Git data folders of the listed repositories. */
  readonly #data = new Set<string>();
  /** Linked working trees, by their repository's data folder. */
  readonly #linked = new Map<string, string[]>();
  readonly #request: ListingRequest;
  readonly #pace = new Pace();
  readonly #left: readonly string[];
  readonly #reported = new Set<string>();
  /** git did not answer. Waiting for it in every nested repository could take for ever. */
  #isStuck = false;

  constructor(request: ListingRequest) {
    this.#request = request;
    this.#left = request.leaveOut
      .map(folder => relativeTo(request.root, folder))
      .filter(folder => folder !== undefined && folder !== '') as string[];
  }

  /** Lists the folder `base` (relative to the root), or only `parts` of it (also relative to the root). */
  async list(base: string, parts: readonly string[], byGit?: boolean): Promise<void> {
    const absolute = path.join(this.#request.root, base);
    const repository = repositoryOf(absolute);
    // Data in a folder beside the working trees (`.bare`): the enclosing folder is not a working tree.
    const isBare = repository !== undefined && !repository.isLinked && isInside(absolute, repository.own);
    if (repository !== undefined && !isBare) this.#data.add(repository.data);
    if (this.#isStuck || !(byGit ?? isInGit(absolute))) {
      await this.#walkAll(base, parts);
      return;
    }
    const { signal, gitPatience } = this.#request;
    const options = { signal, ...(gitPatience !== undefined && { patience: gitPatience }) };
    const { problem, elsewhere } = repository && !isBare ? await lookBefore(absolute, options) : {};
    if (problem !== undefined || elsewhere !== undefined) {
      this.problems.push(
        problem === undefined
          ? `git keeps the working tree of ${absolute} in ${elsewhere} (core.worktree). The files here were found without git.`
          : this.#withoutGit(absolute, problem),
      );
      await this.#walkAll(base, parts);
      return;
    }
    const asked = parts.map(part => (base === '' ? part : part.slice(base.length + 1)));
    const listing = await listWithGit(absolute, asked, signal, gitPatience);
    if ('problem' in listing) {
      if (!isBare) this.problems.push(this.#withoutGit(absolute, listing.problem));
      await this.#walkAll(base, parts);
    } else if (parts.length === 0 && (await this.#isUnwanted(base, absolute, listing.entries.length))) {
      // The user opened a folder that its parent repository ignores: its files are wanted.
      await this.#walkAll(base, parts);
    } else {
      this.repositories.add(base);
      if (repository !== undefined) this.#data.add(repository.data);
      for (const entry of listing.entries) {
        await this.#pace.rest(this.#request.signal);
        const relative = join(base, entry.path);
        if (entry.kind === 'repository') await this.#enter(relative);
        else this.#add(relative);
      }
    }
  }

  #withoutGit(folder: string, problem: string): string {
    if (!isStuck(problem)) return `The files of ${folder} were found without git: ${problem}.`;
    this.#isStuck = true;
    return `The files of ${folder}, and of repositories listed after it, were found without git: ${problem}.`;
  }

  /**
   * Skips further working trees of listed repositories; for a repository with separate data, lists the one with its
   * main branch, or else the first by name.
   */
  async listWorktrees(): Promise<void> {
    for (const [data, trees] of this.#linked) {
      const head = headOf(data);
      const rank = (tree: string): number => {
        const own = repositoryOf(path.join(this.#request.root, tree));
        return head !== undefined && own !== undefined && headOf(own.own) === head ? 0 : 1;
      };
      trees.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
      for (const tree of trees) {
        const wanted = this.#request.rules.ofFolder(tree).state === 'wanted';
        if (wanted || !this.#data.has(data)) {
          await this.list(tree, []);
          continue;
        }
        this.worktrees.add(tree);
        this.#report(`${tree}/`, otherWorktree);
      }
    }
  }

  /** Whether git's listing is not what the user wants: empty, or force-added files of an ignored folder. */
  async #isUnwanted(base: string, absolute: string, entries: number): Promise<boolean> {
    if (entries === 0) return true;
    if (base !== '' || existsSync(path.join(absolute, '.git'))) return false;
    return isIgnoredByGit(absolute, this.#request.signal);
  }

  /** A nested repository. */
  async #enter(relative: string): Promise<void> {
    if (this.#isLeft(relative) || this.#isTooDeep(relative) || this.#isIgnored(relative)) return;
    const absolute = path.join(this.#request.root, relative);
    const repository = repositoryOf(absolute);
    if (repository?.isLinked === true) {
      this.#linked.set(repository.data, [...(this.#linked.get(repository.data) ?? []), relative]);
    } else if (repository !== undefined || existsSync(path.join(absolute, '.git'))) {
      await this.list(relative, []);
    } else if (existsSync(absolute))
      this.skipped.push({
        path: relative,
        reason: 'submodule',
        detail: 'This submodule is not checked out.',
      });
  }

  async #walkAll(base: string, parts: readonly string[]): Promise<void> {
    const gitignore = gitignoreOf(this.#request.readRules, base, this.problems);
    if (parts.length === 0) await this.#walk(base, base, gitignore);
    for (const part of parts) {
      const below = base === '' ? part : part.slice(base.length + 1);
      const kind = lstatSync(path.join(this.#request.root, part), { throwIfNoEntry: false });
      if (kind === undefined) continue;
      if (kind.isDirectory()) {
        if (!this.#isTooDeep(part) && gitignore.ofFolder(below).state !== 'ignored')
          await this.#walk(base, part, gitignore);
      } else if (gitignore.ofFile(below).state !== 'ignored') this.#add(part);
    }
  }

  async #walk(base: string, start: string, gitignore: IgnoreTree): Promise<void> {
    const folders = [start];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (folder !== '' && this.#isIgnored(folder)) continue;
      const entries = await this.#entriesOf(folder);
      if (folder !== base && isGitData(path.join(this.#request.root, folder), entries)) continue;
      const mark = folder === start ? undefined : entries.find(entry => dependencyMarkers.has(entry.name));
      if (mark !== undefined) {
        this.#report(`${folder}/`, `It holds installed or cached files (it has a ${mark.name}).`);
        continue;
      }
      for (const entry of entries) {
        await this.#pace.rest(this.#request.signal);
        const relative = join(folder, entry.name);
        const below = base === '' ? relative : relative.slice(base.length + 1);
        if (!entry.isDirectory()) {
          // A file of this name points to a repository.
          if (entry.name === '.git') continue;
          if (gitignore.ofFile(below).state !== 'ignored') this.#add(relative);
        } else if (!versionControlFolders.has(entry.name) && !this.#isLeft(relative)) {
          if (this.#isTooDeep(relative) || gitignore.ofFolder(below).state === 'ignored') continue;
          if (existsSync(path.join(this.#request.root, relative, '.git'))) await this.#enter(relative);
          else folders.push(relative);
        }
      }
    }
  }

  async #entriesOf(folder: string): Promise<{ name: string; isDirectory(): boolean }[]> {
    const absolute = path.join(this.#request.root, folder);
    try {
      const entries = await readdir(absolute, { withFileTypes: true });
      // It may have become a link since its parent was listed; then these names are from elsewhere.
      if (realpathSync.native(absolute) === absolute) return entries;
      this.skipped.push({ path: folder, reason: 'symlink', detail: 'It became a symbolic link.' });
    } catch (error) {
      if (!isAbsence(error)) this.skipped.push({ path: folder || '.', ...verdictOnFailure(error) });
    }
    return [];
  }

  #add(relative: string): void {
    if (this.#isLeft(relative) || this.#isTooDeep(relative)) return;
    const { state, at } = this.#request.rules.ofFile(relative);
    const cache = state === 'wanted' ? undefined : cacheFolderOf(relative);
    if (state === 'ignored') this.#report(at);
    else if (cache !== undefined)
      this.#report(cache, 'It is part of a cache: its files are named by hashes.');
    else this.files.push({ path: relative, wanted: state === 'wanted' });
  }

  #isIgnored(folder: string): boolean {
    const { state, at } = this.#request.rules.ofFolder(folder);
    if (state === 'ignored') this.#report(at);
    return state === 'ignored';
  }

  /**
   * Paths excluded by Longsight's own rules are reported once, at the highest folder. Paths ignored by git are not part
   * of the repository and are not reported.
   */
  #report(at: string, detail = byRule): void {
    if (this.#reported.has(at)) return;
    this.#reported.add(at);
    this.skipped.push({ path: at, reason: 'excluded', detail });
  }

  #isTooDeep(relative: string): boolean {
    let cut = -1;
    for (let depth = 0; depth < deepest; depth++) {
      cut = relative.indexOf('/', cut + 1);
      if (cut < 0) return false;
    }
    this.#report(relative.slice(0, cut + 1), `It lies behind ${deepest} folders.`);
    return true;
  }

  #isLeft(relative: string): boolean {
    return this.#left.some(folder => relative === folder || relative.startsWith(`${folder}/`));
  }
}

/** Under a name of its own, not the usual `.git`. */
function isInside(folder: string, data: string): boolean {
  const relative = relativeTo(folder, data);
  return relative !== undefined && relative !== '' && relative !== '.git';
}

/** Whether the folder or a parent contains a `.git`. */
function isInGit(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return true;
    if (at === path.dirname(at)) return false;
  }
}

function gitignoreOf(readRules: ListingRequest['readRules'], base: string, problems: string[]): IgnoreTree {
  const read = (relative: string): string | undefined => {
    const { text, problem } = readRules(join(base, relative));
    if (problem !== undefined) problems.push(problem);
    return text;
  };
  const shared = read('.git/info/exclude');
  return new IgnoreTree({
    patternsOf: folder => read(join(folder, '.gitignore')),
    ...(shared !== undefined && { weak: [shared] }),
  });
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
