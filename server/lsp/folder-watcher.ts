/** Watches folders with the means of the operating system, for clients that do not. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

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
