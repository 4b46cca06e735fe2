/** Resolves paths in documents to paths of the repository. */
import { joined } from '../syntax/paths.ts';

export class KnownPaths {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>();
  /** By the last two names, and the last one alone; undefined if ambiguous. */
  readonly #endings = new Map<string, string | undefined>();

  constructor(files: Iterable<string>) {
    this.#files = new Set(files);
    for (const file of this.#files) {
      for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
        const folder = file.slice(0, at);
        if (this.#folders.has(folder)) break;
        this.#folders.add(folder);
      }
    }
    for (const path of [...this.#files, ...this.#folders]) {
      const parts = path.split('/');
      for (let length = 1; length <= Math.min(3, parts.length); length++) {
        const ending = parts.slice(-length).join('/');
        this.#endings.set(ending, this.#endings.has(ending) ? undefined : path);
      }
    }
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  has(path: string): boolean {
    return this.#files.has(path) || this.#folders.has(path);
  }

  /**
   * @param written as in the document: a path from its folder or from the root, an unambiguous ending of a path, a
   * Gradle module
   * @param folder of the document
   */
  find(written: string, folder: string): string | undefined {
    const clean = cleaned(written);
    if (clean === undefined) return undefined;
    const found = this.#exact(clean, folder);
    if (found !== undefined) return found;
    if (clean.includes(':')) {
      const module = clean.replace(/^:/, '').replaceAll(':', '/');
      if (/^[\w/.-]+$/.test(module) && this.has(module)) return module;
    }
    // A bare name may be a word; an extension or a folder makes it a path.
    return /[/.]/.test(clean) ? this.#endings.get(clean) : undefined;
  }

  #exact(clean: string, folder: string): string | undefined {
    for (const base of new Set([folder, ''])) {
      const path = joined(base, clean);
      if (path !== undefined && path !== '' && this.has(path)) return path;
    }
    return undefined;
  }
}

/** Without anchors and globs; undefined if it is not a path. */
function cleaned(written: string): string | undefined {
  const clean = written
    .replace(/[?#].*$/, '')
    .replace(/\/\*{1,2}(?:\.\w+)?$/, '')
    .replace(/^\.\//, '')
    .replace(/^\/(?=\w)/, '')
    .replace(/\/+$/, '');
  return clean === '' || clean.length > 200 || /\s|:\/\/|^mailto:|[<>"'|]/.test(clean) ? undefined : clean;
}
