/** The repository as a tree of folders and files, built from the protocol's parallel arrays. */
import type { RepositoryMap } from '../../server/protocol/requests.ts';

export interface MapNode {
  /** The last part of `path`; the repository's name for the root. */
  readonly name: string;
  /** As in `Place`; empty for the root of a whole repository. */
  readonly path: string;
  readonly parent: MapNode | undefined;
  /** Index into the map's file arrays; −1 for a folder. */
  readonly file: number;
  /** Of a folder, largest first. */
  readonly children: MapNode[];
  /** Tokens of all files below, at least one each, so that everything has an area. */
  size: number;
  /** Number of files below; 1 for a file. */
  files: number;
}

/** @returns the root; folders without files are dropped */
export function treeOf(map: RepositoryMap): MapNode {
  const folders: MapNode[] = [];
  for (const [index, name] of map.folders.names.entries()) {
    const parent = folders[map.folders.parents[index] ?? -1];
    folders.push(
      parent ? nodeIn(parent, name, -1) : { ...blank, name: name || map.name, path: name, children: [] },
    );
  }
  const root = folders[0] ?? { ...blank, name: map.name, path: '', children: [] };
  const { names, folders: folderOf, tokens } = map.files;
  for (const [index, name] of names.entries()) {
    const folder = folders[folderOf[index] ?? 0] ?? root;
    const node = nodeIn(folder, name, index);
    node.size = Math.max(1, tokens[index] ?? 0);
    node.files = 1;
    folder.children.push(node);
  }
  // Parents precede children, so in reverse every folder is complete when its parent takes it.
  for (let index = folders.length - 1; index >= 0; index--) {
    const folder = folders[index]!;
    for (const child of folder.children) {
      folder.size += child.size;
      folder.files += child.files;
    }
    folder.children.sort(largestFirst);
    if (folder.files > 0) folder.parent?.children.push(folder);
  }
  return root;
}

/** The node of a path, or its nearest existing folder. */
export function nodeAt(root: MapNode, path: string): MapNode {
  let node = root;
  while (node.path !== path) {
    const next = node.children.find(child => path === child.path || path.startsWith(`${child.path}/`));
    if (!next) return node;
    node = next;
  }
  return node;
}

/** From the root to the node, inclusive. */
export function lineage(node: MapNode): MapNode[] {
  const line: MapNode[] = [];
  for (let at: MapNode | undefined = node; at; at = at.parent) line.unshift(at);
  return line;
}

/** The child of `folder` that is or contains `node`; `undefined` if there is none. */
export function childTowards(folder: MapNode, node: MapNode): MapNode | undefined {
  let at: MapNode | undefined = node;
  while (at && at.parent !== folder) at = at.parent;
  return at;
}

/** Indices of all files at or below a node. */
export function* filesOf(node: MapNode): Generator<number> {
  if (node.file >= 0) yield node.file;
  for (const child of node.children) yield* filesOf(child);
}

const blank = { parent: undefined, file: -1, size: 0, files: 0 };

function nodeIn(parent: MapNode, name: string, file: number): MapNode {
  const path = parent.path === '' ? name : `${parent.path}/${name}`;
  return { name, path, parent, file, children: [], size: 0, files: 0 };
}

function largestFirst(left: MapNode, right: MapNode): number {
  return right.size - left.size || (left.name < right.name ? -1 : 1);
}
