/**
 * The repository's memory as a tree: a folder's memory is the ordered merge of its children's. A changed file redoes its leaf and the
 * merges on its path to the root.
 *
 * A folder may have thousands of children, so each holds them in a treap whose priorities are hashes of names (Seidel and Aragon,
 * "Randomized search trees", 1996): balanced, and of one shape for one set of names, whatever happened before. So memories merge in one
 * order: after any edits they equal a rebuild, and what leaves a file out equals a repository that never had it. Nodes never change:
 * what is left out for one view shares all else with the tree. They hold names and hashes alone: memories come from where they are kept,
 * under the hash of all that they are merged from, so a tree of any size takes little room and none of it is merged twice.
 */
import { createHash } from 'node:crypto';
import { comparePaths } from '../sequence/order.ts';
import type { SpanMemory } from './merge.ts';
import { pathFraction } from './path-hash.ts';

/** Everything but one file, as seen from it: the nearest last. */
export interface View {
  readonly memory: SpanMemory;
  /** From the nearest on. */
  readonly files: () => IterableIterator<LocatedFile>;
}

/** Which leaf a file has. */
export interface LeafReference {
  /** The key under which it is kept. */
  readonly key: string;
  /** In tokens. */
  readonly length: number;
}

export interface LocatedFile extends LeafReference {
  readonly path: string;
}

/** Where memories come from and are kept. */
export interface Spans {
  readonly empty: SpanMemory;
  leaf(file: LeafReference): SpanMemory;
  /** Of several files. @param parts gives what to merge where it is not kept */
  merged(key: string, files: number, parts: () => readonly SpanMemory[]): SpanMemory;
  /** Whether `merged` needs no parts. */
  holds(key: string, files: number): boolean;
  /** What is not worth keeping. */
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

  /** The file's leaf, if it is there. */
  get(path: string): LeafReference | undefined {
    const keys = keysOf(path);
    const entry = find(this.#folder(keys.slice(0, -1)), keys.at(-1)!)?.entry;
    return entry?.kind === 'file' ? entry.leaf : undefined;
  }

  /** Every file, last first. */
  all(): IterableIterator<LocatedFile> {
    return filesBackwards(this.#root, '');
  }

  /** Merges, a step at a time, what has not been merged yet, so that what is asked for afterwards is there at once. */
  *settle(): IterableIterator<void> {
    yield* settled(this.#root, this.#spans);
  }

  /** A folder's memory; that of everything for the empty path. Empty where there is no such folder. */
  folder(path = ''): SpanMemory {
    return memoryOf(this.#folder(path === '' ? [] : keysOf(`${path}/`)), this.#spans);
  }

  /**
   * Everything but this file, whether it is there or not: what lies outside of its folder first, farthest first, then the rest of its
   * folder. Takes time in proportion to the depth, and keeps nothing.
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

/** A folder on the way to a file, without what leads to it. */
interface Rest {
  /** Its path with a slash at the end, or nothing for the root. */
  readonly folder: string;
  readonly branch: Branch | undefined;
}

/** A child of a folder with those children before and after it that rank lower. */
class Branch {
  /** The child's name; a folder's ends with a slash, as in git's order. */
  readonly key: string;
  readonly entry: Entry;
  readonly left: Branch | undefined;
  readonly right: Branch | undefined;
  /** Of all three. */
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

  /** Of everything that the memory of all three is made from. */
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

/** What stands before the key, and what after it; the key itself is not there. */
function split(branch: Branch | undefined, key: string): [Branch | undefined, Branch | undefined] {
  if (branch === undefined) return [undefined, undefined];
  if (comparePaths(key, branch.key) < 0) {
    const [before, after] = split(branch.left, key);
    return [before, branch.withLeft(after)];
  }
  const [before, after] = split(branch.right, key);
  return [branch.withRight(before), after];
}

/** All of `left` stands before all of `right`. */
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
