/** Watches folders through the operating system, for clients that do not. */
import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { dependencyFolders, versionControlFolders } from '../workspace/names.ts';

/**
 * On Windows and macOS one watcher covers a tree. Elsewhere Node walks the tree and watches every file, which blocks
 * for seconds where dependencies are installed; there, only folders with indexed files are watched.
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

  /** Watches exactly these folders beside the roots. Returns new ones, where earlier changes went unnoticed. */
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
        // Without a name, anything in the folder may have changed.
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

  /** If one folder cannot be watched, usually no more can be: report once. */
  #failed(folder: string, error: unknown): void {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isGone || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailed(folder, error);
  }
}

/** Limits on watched folders without files, and on search depth. */
const maxBarrenFolders = 500;
const deepest = 6;

/**
 * Subfolders without files, except perhaps further such folders: nothing is indexed there, but files may appear.
 * @param folders absolute paths of folders that are watched anyway
 */
export async function barrenFolders(folders: readonly string[]): Promise<string[]> {
  const watched = new Set(folders);
  const found: string[] = [];
  let level = await foldersIn(folders);
  for (let depth = 0; depth < deepest && level.length > 0 && found.length < maxBarrenFolders; depth++) {
    const barren = await Promise.all(
      level
        .filter(folder => !watched.has(folder))
        .map(async folder => ((await holdsFile(folder)) ? [] : [folder])),
    );
    const next = barren.flat().slice(0, maxBarrenFolders - found.length);
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

const unwatched = new Set(dependencyFolders.map(pattern => pattern.replace(/^\/|\/$/g, '')));

async function holdsFile(folder: string): Promise<boolean> {
  return (await entriesOf(folder)).some(entry => !entry.isDirectory());
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
