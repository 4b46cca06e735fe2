/** All paths of one folder that belong to the user's own work: by git where there is git, by walking otherwise. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isAbsence, verdictOnFailure } from './failure.ts';
import { relativeTo } from './folders.ts';
import { listWithGit } from './git.ts';
import { IgnoreTree } from './ignore-tree.ts';
import { versionControlFolders } from './names.ts';
import { Pace } from './pace.ts';
import type { Skipped } from './source.ts';

export interface ListingRequest {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** What the user leaves out or asks for, beyond git's rules. */
  readonly rules: IgnoreTree;
  /** Absolute folders that are read on their own. */
  readonly leaveOut: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** A part of the folder to list again. */
export interface ListingPart {
  /** Paths relative to the root. */
  readonly paths: readonly string[];
  /** `repositories` of the last listing of everything. */
  readonly repositories: ReadonlySet<string>;
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
}

/** Lists everything, or only `part`. @throws the signal's reason */
export async function listFolder(request: ListingRequest, part?: ListingPart): Promise<Listing> {
  const lister = new Lister(request);
  if (part === undefined || part.paths.includes('')) {
    await lister.list('', []);
    return lister;
  }
  // Several parts of one repository are one question to git.
  const byRepository = new Map<string, string[]>();
  for (const inside of part.paths) {
    const repository = repositoryAbove(inside, part.repositories);
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), inside]);
  }
  for (const [repository, paths] of byRepository) {
    const whole = paths.includes(repository);
    await lister.list(repository, whole ? [] : paths, part.repositories.has(repository));
  }
  return lister;
}

/** The innermost known repository that holds the path. A repository that no listing entered is ignored by the one around it. */
function repositoryAbove(inside: string, repositories: ReadonlySet<string>): string {
  for (let folder = inside; folder !== '.'; folder = path.posix.dirname(folder))
    if (repositories.has(folder)) return folder;
  return '';
}

const byRule =
  'Excluded by .longsightignore, by the setting longsight.read.exclude, or as a folder of installed or cached files.';

/** Files whose presence says that a folder holds nothing that its user wrote. */
const marksOfNoSource: ReadonlySet<string> = new Set(['CACHEDIR.TAG', 'pyvenv.cfg']);

class Lister implements Listing {
  readonly files: Listed[] = [];
  readonly skipped: Skipped[] = [];
  readonly problems: string[] = [];
  readonly repositories = new Set<string>();
  readonly #request: ListingRequest;
  readonly #pace = new Pace();
  readonly #left: readonly string[];
  readonly #reported = new Set<string>();

  constructor(request: ListingRequest) {
    this.#request = request;
    this.#left = request.leaveOut
      .map(folder => relativeTo(request.root, folder))
      .filter(folder => folder !== undefined && folder !== '') as string[];
  }

  /** Lists the folder `base` (relative to the root), or only `parts` of it (relative to the root too). */
  async list(base: string, parts: readonly string[], byGit?: boolean): Promise<void> {
    const absolute = path.join(this.#request.root, base);
    if (!(byGit ?? isInGit(absolute))) {
      await this.#walkAll(base, parts);
      return;
    }
    const asked = parts.map(part => (base === '' ? part : part.slice(base.length + 1)));
    const listing = await listWithGit(absolute, asked, this.#request.signal);
    if ('problem' in listing) {
      this.problems.push(`The files of ${absolute} were found without git: ${listing.problem}.`);
      await this.#walkAll(base, parts);
    } else if (listing.entries.length === 0 && parts.length === 0) {
      // A folder that the repository around it ignores was opened all the same: then its files are wanted.
      await this.#walkAll(base, parts);
    } else {
      this.repositories.add(base);
      for (const entry of listing.entries) {
        await this.#pace.rest(this.#request.signal);
        const relative = join(base, entry.path);
        if (entry.kind === 'repository') await this.#enter(relative);
        else this.#add(relative);
      }
    }
  }

  /** A repository inside a repository. */
  async #enter(relative: string): Promise<void> {
    if (this.#isLeft(relative) || this.#isIgnored(relative)) return;
    const absolute = path.join(this.#request.root, relative);
    if (existsSync(path.join(absolute, '.git'))) await this.list(relative, []);
    else if (existsSync(absolute))
      this.skipped.push({
        path: relative,
        reason: 'submodule',
        detail: 'This submodule is not checked out.',
      });
  }

  async #walkAll(base: string, parts: readonly string[]): Promise<void> {
    const gitignore = gitignoreOf(path.join(this.#request.root, base));
    if (parts.length === 0) await this.#walk(base, base, gitignore);
    for (const part of parts) {
      const below = base === '' ? part : part.slice(base.length + 1);
      const kind = lstatSync(path.join(this.#request.root, part), { throwIfNoEntry: false });
      if (kind === undefined) continue;
      if (kind.isDirectory()) {
        if (gitignore.ofFolder(below).state !== 'ignored') await this.#walk(base, part, gitignore);
      } else if (gitignore.ofFile(below).state !== 'ignored') this.#add(part);
    }
  }

  async #walk(base: string, start: string, gitignore: IgnoreTree): Promise<void> {
    const folders = [start];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (folder !== '' && this.#isIgnored(folder)) continue;
      const entries = await this.#entriesOf(folder);
      const mark = folder === start ? undefined : entries.find(entry => marksOfNoSource.has(entry.name));
      if (mark !== undefined) {
        this.#report(`${folder}/`, `It holds installed or cached files (it has a ${mark.name}).`);
        continue;
      }
      for (const entry of entries) {
        await this.#pace.rest(this.#request.signal);
        const relative = join(folder, entry.name);
        const below = base === '' ? relative : relative.slice(base.length + 1);
        if (!entry.isDirectory()) {
          if (gitignore.ofFile(below).state !== 'ignored') this.#add(relative);
        } else if (!versionControlFolders.has(entry.name) && !this.#isLeft(relative)) {
          if (gitignore.ofFolder(below).state === 'ignored') continue;
          if (existsSync(path.join(this.#request.root, relative, '.git'))) await this.#enter(relative);
          else folders.push(relative);
        }
      }
    }
  }

  async #entriesOf(folder: string): Promise<{ name: string; isDirectory(): boolean }[]> {
    try {
      return await readdir(path.join(this.#request.root, folder), { withFileTypes: true });
    } catch (error) {
      if (!isAbsence(error)) this.skipped.push({ path: folder || '.', ...verdictOnFailure(error) });
      return [];
    }
  }

  #add(relative: string): void {
    if (this.#isLeft(relative)) return;
    const { state, at } = this.#request.rules.ofFile(relative);
    if (state === 'ignored') this.#report(at);
    else this.files.push({ path: relative, wanted: state === 'wanted' });
  }

  #isIgnored(folder: string): boolean {
    const { state, at } = this.#request.rules.ofFolder(folder);
    if (state === 'ignored') this.#report(at);
    return state === 'ignored';
  }

  /** What Longsight's own rules leave out is listed once, at the highest folder. What git ignores is no part of the repository and is not listed. */
  #report(at: string, detail = byRule): void {
    if (this.#reported.has(at)) return;
    this.#reported.add(at);
    this.skipped.push({ path: at, reason: 'excluded', detail });
  }

  #isLeft(relative: string): boolean {
    return this.#left.some(folder => relative === folder || relative.startsWith(`${folder}/`));
  }
}

/** Whether a `.git` lies in the folder or above it. */
function isInGit(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return true;
    if (at === path.dirname(at)) return false;
  }
}

function gitignoreOf(root: string): IgnoreTree {
  const read = (file: string): string | undefined => {
    try {
      return existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined;
    } catch {
      return undefined;
    }
  };
  const shared = read('.git/info/exclude');
  return new IgnoreTree({
    patternsOf: folder => read(path.join(folder, '.gitignore')),
    ...(shared !== undefined && { weak: [shared] }),
  });
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
