/** Watches folders with the means of the operating system, for clients that do not. */
import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { foldersOfNoSource, versionControlFolders } from '../workspace/names.ts';

/**
 * On Windows and macOS one watcher sees a whole tree. Elsewhere Node walks the tree and watches file by file, which
 * blocks for seconds in a folder with dependencies in it; there, only folders with files in memory are watched.
 */
const systemsWithTrees: readonly string[] = ['darwin', 'win32'];

export class FolderWatcher {
  readonly isRecursive: boolean;
  readonly #roots: readonly string[];
  readonly #onChanged: (changed: string) => void;
  readonly #onFailed: (folder: string, error: unknown) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #hasFailed = false;

  constructor(
    roots: readonly string[],
    onChanged: (changed: string) => void,
    onFailed: (folder: string, error: unknown) => void,
    platform: string = process.platform,
  ) {
    this.isRecursive = systemsWithTrees.includes(platform);
    this.#roots = roots;
    this.#onChanged = onChanged;
    this.#onFailed = onFailed;
    for (const root of roots) this.#watch(root);
  }

  /** Watches exactly these folders beside the roots. Returns those that were not watched before: changes there went unnoticed. */
  watchInside(folders: readonly string[]): string[] {
    const wanted = new Set([...this.#roots, ...folders]);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    const added = [...wanted].filter(folder => !this.#watchers.has(folder));
    for (const folder of added) this.#watch(folder);
    return added;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { recursive: this.isRecursive }, (_, name) => {
        // Without a name something changed somewhere, and everything there has to be looked at.
        this.#onChanged(name === null ? folder : path.join(folder, name));
      });
      watcher.on('error', error => {
        watcher.close();
        this.#failed(folder, error);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#failed(folder, error);
    }
  }

  /** Where one folder cannot be watched, mostly none can any more: said once. */
  #failed(folder: string, error: unknown): void {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isGone || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailed(folder, error);
  }
}

/** The most folders without files that are watched, and how deep they are looked for. */
const mostBarren = 500;
const deepest = 6;

/**
 * Folders inside of others that hold no file, but perhaps further such folders: where nothing is read, and files may come to lie.
 * @param folders absolute paths of folders that are watched anyway
 */
export async function barrenFolders(folders: readonly string[]): Promise<string[]> {
  const watched = new Set(folders);
  const found: string[] = [];
  let level = await foldersIn(folders);
  for (let depth = 0; depth < deepest && level.length > 0 && found.length < mostBarren; depth++) {
    const barren = await Promise.all(
      level
        .filter(folder => !watched.has(folder))
        .map(async folder => ((await holdsFile(folder)) ? [] : [folder])),
    );
    const next = barren.flat().slice(0, mostBarren - found.length);
    found.push(...next);
    level = await foldersIn(next);
  }
  return found;
}

async function foldersIn(folders: readonly string[]): Promise<string[]> {
  const inside = await Promise.all(
    folders.map(async folder =>
      (await entriesOf(folder))
        .filter(
          entry =>
            entry.isDirectory() && !unwatched.has(entry.name) && !versionControlFolders.has(entry.name),
        )
        .map(entry => path.join(folder, entry.name)),
    ),
  );
  return inside.flat();
}

const unwatched = new Set(foldersOfNoSource.map(pattern => pattern.replace(/^\/|\/$/g, '')));

async function holdsFile(folder: string): Promise<boolean> {
  return (await entriesOf(folder)).some(entry => !entry.isDirectory());
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
