/**
 * Whether the repository can run a command that a document shows. Documents also show commands for the reader's own
 * project: a command counts only where the files and tasks that it needs exist.
 */
import { clonedFolder } from '../documents/document-commands.ts';
import { folderOf } from '../protocol/folders.ts';
import { baseName, joined } from '../syntax/paths.ts';
import { makefileGenerator, type Need, needsOf } from './needs.ts';

export class Runnable {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>(['']);
  readonly #inFolder = new Map<string, string[]>();
  readonly #tasksOf: (path: string) => readonly string[] | undefined;

  /**
   * @param files paths of all files
   * @param tasksOf tasks that a project file defines, `*` in them for anything; undefined if they are not known
   */
  constructor(files: Iterable<string>, tasksOf: (path: string) => readonly string[] | undefined) {
    this.#files = new Set(files);
    this.#tasksOf = tasksOf;
    for (const path of this.#files) {
      const folder = folderOf(path);
      const list = this.#inFolder.get(folder);
      if (list) list.push(path);
      else this.#inFolder.set(folder, [path]);
      for (let at = folder; at !== '' && !this.#folders.has(at); at = folderOf(at)) this.#folders.add(at);
    }
  }

  /** Whether every part of a command line can run when it is typed in the folder. */
  runs(line: string, folder: string): boolean {
    let at = folder;
    const clones = new Set<string>();
    for (const part of line.split(/\s*(?:&&|\|\||[;|])\s*/)) {
      const command = part.trim().replace(/\s*&$/, '');
      const target = /^cd\s+(\S+)$/.exec(command)?.[1];
      const clone = clonedFolder(command);
      if (clone !== undefined) clones.add(clone);
      if (target !== undefined) {
        const to = clones.has(target) ? '' : joined(at, target);
        if (to === undefined || !this.#folders.has(to)) return false;
        at = to;
      } else if (!needsOf(command).every(need => this.#has(need, at))) return false;
    }
    return true;
  }

  #has(need: Need, at: string): boolean {
    if ('path' in need) return [at, ''].some(base => this.#exists(base, need.path));
    const folder = joined(at, need.folder ?? '');
    if (folder === undefined) return false;
    const found = this.#near(folder, need.files, need.upward ?? false);
    const { task } = need;
    const isDefined = found.some(path => {
      const tasks = task === undefined ? undefined : this.#tasksOf(path);
      return tasks === undefined || tasks.some(one => fits(one, task!));
    });
    if (isDefined) return true;
    const stands = need.files.test('Makefile') ? makefileGenerator(task) : undefined;
    return stands !== undefined && this.#near(folder, stands, true).length > 0;
  }

  /** Files of the folder with such a name; or of the nearest folder above that has any. */
  #near(folder: string, files: RegExp, upward: boolean): string[] {
    for (let at = folder; ; at = folderOf(at)) {
      const found = (this.#inFolder.get(at) ?? []).filter(path => files.test(baseName(path)));
      if (found.length > 0 || !upward || at === '') return found;
    }
  }

  #exists(base: string, written: string): boolean {
    const path = joined(base, written);
    if (path === undefined) return false;
    return this.#files.has(path) || this.#folders.has(path) || this.#files.has(`${path}.rs`);
  }
}

function fits(defined: string, task: string): boolean {
  if (!defined.includes('*')) return defined === task;
  const [start, end] = [defined.slice(0, defined.indexOf('*')), defined.slice(defined.lastIndexOf('*') + 1)];
  return task.length >= start.length + end.length && task.startsWith(start) && task.endsWith(end);
}
