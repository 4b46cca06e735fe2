/**
 * Splits a repository into parts: its folders, each opened while it holds more than a quarter of the code, so that no
 * name covers most of it. Files directly in an opened folder are a part too; if they exceed a quarter of the code, the
 * largest become parts of their own.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isManifest } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import { compare } from '../syntax/paths.ts';

export interface RepositoryPart {
  /** A folder, `''` for the root, or a file. */
  readonly path: string;
  readonly kind: 'folder' | 'file';
  /** Only the files directly in it. */
  readonly loose: boolean;
  readonly files: readonly string[];
  readonly tokens: number;
}

const opened = 0.25;
/** Files of a flat folder that become parts. */
const maxFiles = 8;
/** Least share of the code of a flat folder that a file needs to be a part. */
const smallest = 0.02;
const minPackages = 3;

interface Folder {
  readonly path: string;
  readonly folders: Map<string, Folder>;
  readonly loose: string[];
  /** Code of the repository's subject: no tests or generated files. */
  code: number;
}

/** @param scope folder to split; `''` for the whole repository */
export function partsOf(paths: readonly string[], facts: RepositoryFacts, scope: string): RepositoryPart[] {
  const root = treeOf(paths, facts, scope);
  const parts: RepositoryPart[] = [];
  const codeOf = (path: string): number => ownCode(path, facts, root.code === 0);
  const sizeOf = (files: readonly string[]): number =>
    files.reduce((sum, path) => sum + facts.files.get(path)!.tokens, 0);
  const add = (path: string, kind: 'folder' | 'file', loose: boolean, files: readonly string[]): void => {
    if (files.length > 0) parts.push({ path, kind, loose, files, tokens: sizeOf(files) });
  };
  const open = (folder: Folder): void => {
    for (const child of [...folder.folders.values()].sort((one, other) => compare(one.path, other.path))) {
      if (child.path.slice(child.path.lastIndexOf('/') + 1).startsWith('.')) continue;
      const inner = onlyFolder(child);
      if (inner.folders.size > 0 && (inner.code > opened * root.code || holdsPackages(inner, facts)))
        open(inner);
      else if (inner.folders.size === 0 && inner.code > opened * root.code) openFiles(inner);
      else add(inner.path, 'folder', false, filesIn(inner));
    }
    openFiles(folder);
  };
  /** Files directly in a folder: one part, or the largest files if that is large. */
  const openFiles = (folder: Folder): void => {
    const code = folder.loose.filter(path => codeOf(path) > 0);
    const whole = code.reduce((sum, path) => sum + codeOf(path), 0);
    const alone =
      whole > opened * root.code && code.length > 1
        ? code
            .filter(path => codeOf(path) >= smallest * whole)
            .sort((one, other) => codeOf(other) - codeOf(one) || compare(one, other))
            .slice(0, maxFiles)
        : [];
    for (const path of alone) add(path, 'file', false, [path]);
    const rest = folder.loose.filter(path => !alone.includes(path));
    // At the top level, files other than code are the project's documents.
    const shown = folder.path === '' || folder.path === scope ? rest.filter(path => codeOf(path) > 0) : rest;
    add(folder.path, 'folder', folder.folders.size > 0 || alone.length > 0, shown);
  };
  open(root);
  return parts;
}

/** @param all whether generated code and the like counts too, where there is no other */
function ownCode(path: string, { files, ranked }: RepositoryFacts, all = false): number {
  const { code, aside, tokens } = files.get(path)!;
  if (all) return code ? tokens : 0;
  return code && aside === undefined && ranked.supportingOf(path) === undefined ? tokens : 0;
}

function treeOf(paths: readonly string[], facts: RepositoryFacts, scope: string): Folder {
  const folders = new Map<string, Folder>();
  const folder = (path: string): Folder => {
    let found = folders.get(path);
    if (found === undefined) {
      found = { path, folders: new Map(), loose: [], code: 0 };
      folders.set(path, found);
      if (path !== scope) folder(folderOf(path)).folders.set(path, found);
    }
    return found;
  };
  const root = folder(scope);
  for (const path of paths) {
    folder(folderOf(path)).loose.push(path);
    const code = ownCode(path, facts);
    for (let at = folderOf(path); ; at = folderOf(at)) {
      folder(at).code += code;
      if (at === scope) break;
    }
  }
  return root;
}

/** Collapses folders that contain only one folder. */
function onlyFolder(folder: Folder): Folder {
  let inner = folder;
  while (inner.loose.length === 0 && inner.folders.size === 1) inner = [...inner.folders.values()][0]!;
  return inner;
}

/** A folder of several packages is always opened. */
function holdsPackages(folder: Folder, { ranked }: RepositoryFacts): boolean {
  if (ranked.supportingOf(`${folder.path}/x`) !== undefined) return false;
  const packages = [...folder.folders.values()].filter(({ loose }) => loose.some(isManifest));
  return packages.length >= minPackages && packages.length >= folder.folders.size / 2;
}

function filesIn(folder: Folder): string[] {
  return [...folder.loose, ...[...folder.folders.values()].flatMap(filesIn)];
}
