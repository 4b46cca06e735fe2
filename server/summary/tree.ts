/** The folder tree with a description of each part that has one. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isManifest } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Part, Statement } from '../protocol/requests.ts';
import { compare, isFolderIndex, isReadme } from '../syntax/paths.ts';

/** A folder with more files shows only its most central ones. */
const filesShownPerFolder = 200;

interface MutablePart {
  path: string;
  kind: Part['kind'];
  files: number;
  tokens: number;
  statement?: Statement;
  children: MutablePart[];
}

/**
 * @param lineOf lines for folders without a sentence
 * @param scope folder whose children are returned; `''` for the whole repository; a file's path gives that file
 */
export function buildTree(
  paths: readonly string[],
  { files: facts, documents }: RepositoryFacts,
  scope: string,
  rankOf: (path: string) => number,
  lineOf: ReadonlyMap<string, Statement>,
): Part[] {
  const root: MutablePart = { path: scope, kind: 'folder', files: 0, tokens: 0, children: [] };
  const folders = new Map<string, MutablePart>([[scope, root]]);
  const folder = (path: string): MutablePart => {
    let found = folders.get(path);
    if (found === undefined) {
      found = { path, kind: 'folder', files: 0, tokens: 0, children: [] };
      folders.set(path, found);
      folder(folderOf(path)).children.push(found);
    }
    return found;
  };
  for (const path of paths) {
    const { tokens, statement } = facts.get(path)!;
    if (path === scope) {
      root.children.push({
        path,
        kind: 'file',
        files: 1,
        tokens,
        ...(statement && { statement }),
        children: [],
      });
      continue;
    }
    folder(folderOf(path)).children.push({
      path,
      kind: 'file',
      files: 1,
      tokens,
      ...(statement && { statement }),
      children: [],
    });
    for (let at = folderOf(path); ; at = folderOf(at)) {
      const part = folder(at);
      part.files++;
      part.tokens += tokens;
      if (at === scope) break;
    }
  }
  for (const part of folders.values()) {
    const speaker =
      part.children.find(child => child.kind === 'file' && isReadme(child.path) && child.statement) ??
      part.children.find(
        child =>
          child.kind === 'file' &&
          isManifest(child.path) &&
          facts.get(child.path)?.manifest?.description &&
          child.statement,
      ) ??
      part.children.find(
        child =>
          child.kind === 'file' && isFolderIndex(child.path) && facts.get(child.path)!.candidates.length > 0,
      );
    // A document's statement about the folder takes precedence over the folder's own.
    const statement = documents.statements.get(part.path) ?? speaker?.statement ?? lineOf.get(part.path);
    if (statement) part.statement = statement;
    const files = part.children.filter(child => child.kind === 'file');
    if (files.length > filesShownPerFolder) {
      const kept = new Set(
        files.sort((left, right) => rankOf(right.path) - rankOf(left.path)).slice(0, filesShownPerFolder),
      );
      part.children = part.children.filter(child => child.kind === 'folder' || kept.has(child));
    }
    part.children.sort((left, right) =>
      left.kind === right.kind ? compare(left.path, right.path) : left.kind === 'folder' ? -1 : 1,
    );
  }
  return root.children;
}

/** A folder or file of the tree, by path. */
export function partAt(parts: readonly Part[], path: string): Part | undefined {
  const next = parts.find(part => part.path === path || path.startsWith(`${part.path}/`));
  return next === undefined || next.path === path ? next : partAt(next.children, path);
}
