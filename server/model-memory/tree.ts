/**
 * The repository's memory as a tree: a folder's memory is the ordered merge of its children's. A changed file
 * recomputes its leaf and the merges on its path to the root.
 *
 * A folder may have thousands of children, so each holds them in a treap whose priorities are hashes of names (Seidel
 * and Aragon, "Randomized search trees", 1996): balanced, and with the same shape for the same names, whatever the
 * history. So memories always merge in the same order: after any edits they equal a rebuild, and a view without a file
 * equals a repository that never had it. Nodes are immutable: a view shares everything else with the tree. They hold
 * only names and hashes; memories are stored under the hash of all their inputs, so a tree of any size takes little RAM
 * and nothing is merged twice.
 */
import { createHash } from 'node:crypto';
import { comparePaths } from '../sequence/order.ts';
import type { SpanMemory } from './merge.ts';
import { pathFraction } from './path-hash.ts';

/** Everything except one file, as seen from it: nearest last. */
export interface View {
  readonly memory: SpanMemory;
  /** Nearest first. */
  readonly files: () => IterableIterator<LocatedFile>;
}

/** A file's leaf. */
export interface LeafReference {
  /** Its storage key. */
  readonly key: string;
  /** In tokens. */
  readonly length: number;
}

export interface LocatedFile extends LeafReference {
  readonly path: string;
}

/** Stores and merges memories. */
export interface Spans {
  readonly empty: SpanMemory;
  leaf(file: LeafReference): SpanMemory;
  /** Merged memory of several files. @param parts called to merge it if it is not stored */
  merged(key: string, files: number, parts: () => readonly SpanMemory[]): SpanMemory;
  /** Whether `merged` needs no parts. */
  holds(key: string, files: number): boolean;
  /** Merges without storing. */
  merge(parts: readonly SpanMemory[]): SpanMemory;
}

export class MemoryTree {
  readonly #spans: Spans;
  #root: Branch | undefined;

  constructor(spans: Spans) {
    this.#spans = spans;
  }

  get files(): number {
    return this.#root?.files ?? 0;
  }

  /** Adds or replaces a file. */
  set(path: string, leaf: LeafReference): void {
    this.#root = withFile(this.#root, keysOf(path), leaf);
  }

  delete(path: string): void {
    this.#root = withoutFile(this.#root, keysOf(path));
  }

  /** The file's leaf, if it has one. */
  get(path: string): LeafReference | undefined {
    const keys = keysOf(path);
    const entry = find(this.#folder(keys.slice(0, -1)), keys.at(-1)!)?.entry;
    return entry?.kind === 'file' ? entry.leaf : undefined;
  }

  /** Every file, last first. */
  all(): IterableIterator<LocatedFile> {
    return filesBackwards(this.#root, '');
  }

  /** Merges pending changes step by step, so that later queries are immediate. */
  *settle(): IterableIterator<void> {
    yield* settled(this.#root, this.#spans);
  }

  /** A folder's memory; everything for the empty path. Empty if there is no such folder. */
  folder(path = ''): SpanMemory {
    return memoryOf(this.#folder(path === '' ? [] : keysOf(`${path}/`)), this.#spans);
  }

  /**
   * Everything except this file, whether it exists or not: first what is outside its folder, farthest first, then the
   * rest of its folder. Takes time proportional to the depth, and stores nothing.
   */
  seenFrom(path: string): View {
    const keys = keysOf(path);
    const rests: Rest[] = [];
    let branch = this.#root;
    let folder = '';
    for (const key of keys) {
      rests.push({ folder, branch: remove(branch, key) });
      branch = childrenOf(find(branch, key));
      folder += key;
    }
    return {
      memory: this.#spans.merge(rests.map(rest => memoryOf(rest.branch, this.#spans))),
      files: () => filesFromNearest(rests),
    };
  }

  #folder(keys: readonly string[]): Branch | undefined {
    return keys.reduce((branch, key) => childrenOf(find(branch, key)), this.#root);
  }
}

type Entry =
  | { readonly kind: 'file'; readonly leaf: LeafReference }
  | { readonly kind: 'folder'; readonly children: Branch };

/** A folder on the path to a file, without the child on that path. */
interface Rest {
  /** Its path with a trailing slash, or empty for the root. */
  readonly folder: string;
  readonly branch: Branch | undefined;
}

/** A child of a folder, with the lower-ranked children before and after it. */
class Branch {
  /** The child's name; a folder's ends with a slash, as in git's order. */
  readonly key: string;
  readonly entry: Entry;
  readonly left: Branch | undefined;
  readonly right: Branch | undefined;
  /** In all three. */
  readonly files: number;
  #hash: string | undefined;

  constructor(key: string, entry: Entry, left?: Branch, right?: Branch) {
    this.key = key;
    this.entry = entry;
    this.left = left;
    this.right = right;
    const own = entry.kind === 'file' ? 1 : entry.children.files;
    this.files = own + (left?.files ?? 0) + (right?.files ?? 0);
  }

  /** Hash of everything that the memory of all three is made from. */
  get hash(): string {
    const { left, right, entry } = this;
    this.#hash ??= createHash('sha256')
      .update(left?.hash ?? '')
      .update(entry.kind === 'file' ? `:${entry.leaf.key}:` : `/${entry.children.hash}/`)
      .update(right?.hash ?? '')
      .digest('hex');
    return this.#hash;
  }

  memory(spans: Spans): SpanMemory {
    const { left, right, entry } = this;
    const own = (): SpanMemory =>
      entry.kind === 'file' ? spans.leaf(entry.leaf) : entry.children.memory(spans);
    if (left === undefined && right === undefined) return own();
    return spans.merged(this.hash, this.files, () => [memoryOf(left, spans), own(), memoryOf(right, spans)]);
  }

  withLeft(left: Branch | undefined): Branch {
    return left === this.left ? this : new Branch(this.key, this.entry, left, this.right);
  }

  withRight(right: Branch | undefined): Branch {
    return right === this.right ? this : new Branch(this.key, this.entry, this.left, right);
  }
}

/** `a/b/c.ts` → `a/`, `b/`, `c.ts` */
function keysOf(path: string): string[] {
  return path.split(/(?<=\/)/);
}

function memoryOf(branch: Branch | undefined, spans: Spans): SpanMemory {
  return branch?.memory(spans) ?? spans.empty;
}

function* settled(branch: Branch | undefined, spans: Spans): IterableIterator<void> {
  if (branch === undefined || spans.holds(branch.hash, branch.files)) return;
  yield* settled(branch.left, spans);
  yield* settled(childrenOf(branch), spans);
  yield* settled(branch.right, spans);
  branch.memory(spans);
  yield;
}

function childrenOf(branch: Branch | undefined): Branch | undefined {
  return branch?.entry.kind === 'folder' ? branch.entry.children : undefined;
}

function withFile(
  branch: Branch | undefined,
  [key, ...rest]: readonly string[],
  leaf: LeafReference,
): Branch {
  if (rest.length === 0) return insert(branch, key!, { kind: 'file', leaf });
  const children = withFile(childrenOf(find(branch, key!)), rest, leaf);
  return insert(branch, key!, { kind: 'folder', children });
}

function withoutFile(branch: Branch | undefined, [key, ...rest]: readonly string[]): Branch | undefined {
  if (rest.length === 0) return remove(branch, key!);
  const before = childrenOf(find(branch, key!));
  const children = withoutFile(before, rest);
  if (children === before) return branch;
  return children === undefined ? remove(branch, key!) : insert(branch, key!, { kind: 'folder', children });
}

function find(branch: Branch | undefined, key: string): Branch | undefined {
  let at = branch;
  while (at !== undefined && at.key !== key) at = comparePaths(key, at.key) < 0 ? at.left : at.right;
  return at;
}

function insert(branch: Branch | undefined, key: string, entry: Entry): Branch {
  if (branch === undefined) return new Branch(key, entry);
  if (key === branch.key) return new Branch(key, entry, branch.left, branch.right);
  if (ranksHigher(key, branch.key)) return new Branch(key, entry, ...split(branch, key));
  return comparePaths(key, branch.key) < 0
    ? branch.withLeft(insert(branch.left, key, entry))
    : branch.withRight(insert(branch.right, key, entry));
}

function remove(branch: Branch | undefined, key: string): Branch | undefined {
  if (branch === undefined) return undefined;
  if (key === branch.key) return join(branch.left, branch.right);
  return comparePaths(key, branch.key) < 0
    ? branch.withLeft(remove(branch.left, key))
    : branch.withRight(remove(branch.right, key));
}

/** Splits into the children before and after the key, which is dropped. */
function split(branch: Branch | undefined, key: string): [Branch | undefined, Branch | undefined] {
  if (branch === undefined) return [undefined, undefined];
  if (comparePaths(key, branch.key) < 0) {
    const [before, after] = split(branch.left, key);
    return [before, branch.withLeft(after)];
  }
  const [before, after] = split(branch.right, key);
  return [branch.withRight(before), after];
}

/** All of `left` precedes all of `right`. */
function join(left: Branch | undefined, right: Branch | undefined): Branch | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return ranksHigher(left.key, right.key)
    ? left.withRight(join(left.right, right))
    : right.withLeft(join(left, right.left));
}

function ranksHigher(key: string, other: string): boolean {
  const [one, two] = [pathFraction(key), pathFraction(other)];
  return one === two ? key > other : one > two;
}

function* filesFromNearest(rests: readonly Rest[]): IterableIterator<LocatedFile> {
  for (const { branch, folder } of rests.toReversed()) yield* filesBackwards(branch, folder);
}

function* filesBackwards(branch: Branch | undefined, folder: string): IterableIterator<LocatedFile> {
  if (branch === undefined) return;
  yield* filesBackwards(branch.right, folder);
  const path = folder + branch.key;
  if (branch.entry.kind === 'file') yield { path, ...branch.entry.leaf };
  else yield* filesBackwards(branch.entry.children, path);
  yield* filesBackwards(branch.left, folder);
}
