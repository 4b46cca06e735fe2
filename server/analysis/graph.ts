/**
 * Which files the others lean on: PageRank over references between files. An edge goes from a file to each file that
 * defines a name it uses, or that it imports. Edge weights follow Aider's repository map (aider/repomap.py): the square
 * root of the number of uses, ten times as much for long compound names, a tenth for private names and for names that
 * more than five files define. Two files that share a common word need not speak of the same thing: where neither an import nor
 * the name itself says so, the edge is a hint, and not a use.
 */

import { type Definition, type Import, isMember } from '../syntax/definition.ts';
import { type ImportResolver, importResolver } from '../syntax/imports.ts';
import { compare, folderOf } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';

export interface GraphFile {
  readonly path: string;
  readonly definitions: readonly Definition[];
  readonly imports: readonly Import[];
  /** Identifiers the file uses, with how often. */
  readonly uses: ReadonlyMap<string, number>;
}

export interface RankedFile {
  readonly rank: number;
  /** The files that import it, the most central first; where none does, as in languages without imports of files, those that use its names. */
  readonly users: readonly string[];
  /** Those that import it: sharing a name with it can be chance, importing it cannot. */
  readonly importers: readonly string[];
}

export interface Ranked {
  /** By path; the ranks of all files sum to 1. */
  readonly files: ReadonlyMap<string, RankedFile>;
  /** Most used first. */
  readonly symbols: readonly {
    readonly path: string;
    readonly definition: Definition;
    readonly score: number;
    readonly uses: number;
  }[];
}

const damping = 0.85;
const iterations = 40;
const definedTooOften = 5;
/** Tests, examples, benches and copies of other projects are seldom what a reader looks for. */
const supporting =
  /(^|\/)(tests?|__tests__|specs?|e2e|examples?|samples?|demos?|playgrounds?|bench(marks?|es)?|fixtures?|fuzz|fuzzing|xtask|testing|test[_-]?(data|utils?|support|helpers)|mocks?|docs?|vendor|vendored|third[_-]?party|deps|extern(al)?([-_](crates|deps|libs?|modules|packages|projects|tools))?|subprojects)\/|[._-](test|tests|spec|bench|stories)\.\w+$|(^|\/)(test_|conftest|tests?\.\w+$)[^/]*$/i;
const supportingWeight = 0.1;

export function isSupporting(path: string): boolean {
  return supporting.test(path);
}

/** An import says more than one shared name, less than many. */
const importWeight = 3;
const hintWeight = 0.1;
const minorWeight = 0.2;
const families: readonly (readonly string[])[] = [
  ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'],
  ['c', 'cpp', 'cuda-cpp', 'objective-c'],
  ['java', 'kotlin', 'scala', 'groovy'],
];
/** Languages whose files see the others of their folder without an import. */
const foldersAreScopes = /\.(?:go|java|kts?|scala|cs|swift)$/;

/** @param resolve what an import means; by paths alone without it */
export function rank(
  files: readonly GraphFile[],
  resolve: ImportResolver = importResolver(files.map(file => file.path)),
): Ranked {
  const index = new Map(files.map((file, at) => [file.path, at]));
  /** By name and family of languages: the files that define it, and whether all of them as a member of a type. */
  const definers = new Map<string, Map<number, boolean>>();
  for (const [at, file] of files.entries()) {
    for (const definition of file.definitions) {
      const key = `${familyOf(file.path)} ${definition.name}`;
      const list = definers.get(key) ?? new Map<number, boolean>();
      definers.set(key, list.set(at, isMember(definition) && (list.get(at) ?? true)));
    }
  }

  const edges: Map<number, number>[] = files.map(() => new Map());
  const usedBy: Set<number>[] = files.map(() => new Set());
  const importedBy: Set<number>[] = files.map(() => new Set());
  /** What flows along an edge for the sake of one name: from user to (definer, name). */
  const named: { from: number; to: number; name: string; weight: number; uses: number }[] = [];
  const connect = (from: number, to: number, weight: number): void => {
    edges[from]!.set(to, (edges[from]!.get(to) ?? 0) + weight);
  };
  /** Whether a name that one file uses can be what the other defines without a chance in it. */
  const isRelated = (from: number, to: number): boolean => {
    if (importedBy[to]!.has(from)) return true;
    const [user, definer] = [files[from]!.path, files[to]!.path];
    return foldersAreScopes.test(user) && folderOf(user) === folderOf(definer);
  };
  for (const [from, file] of files.entries()) {
    for (const { target } of file.imports) {
      const meant = resolve(file.path, target).flatMap(path => index.get(path) ?? []);
      for (const to of meant) {
        if (to === from) continue;
        connect(from, to, importWeight / meant.length);
        importedBy[to]!.add(from);
      }
    }
  }
  for (const [from, file] of files.entries()) {
    for (const [name, uses] of file.uses) {
      const targets = definers.get(`${familyOf(file.path)} ${name}`);
      if (targets === undefined || targets.has(from)) continue;
      // A name that everybody defines connects nobody.
      if (targets.size > definedTooOften) continue;
      const weight = nameWeight(name) * Math.sqrt(uses);
      for (const [to, member] of targets) {
        const share = (weight / targets.size) * (supporting.test(files[to]!.path) ? supportingWeight : 1);
        if (isRelated(from, to) || (!member && targets.size <= 2 && isCompound(name))) {
          connect(from, to, share);
          usedBy[to]!.add(from);
          named.push({ from, to, name, weight: share, uses });
        } else connect(from, to, share * hintWeight);
      }
    }
  }

  const ranks = pageRank(
    edges,
    files.map(file => (supporting.test(file.path) ? supportingWeight : 1)),
  );
  const outgoing = edges.map(targets => [...targets.values()].reduce((sum, weight) => sum + weight, 0));
  const symbolScores = new Map<string, { score: number; uses: number; users: number }>();
  for (const { from, to, name, weight, uses } of named) {
    const key = `${to}\0${name}`;
    const entry = symbolScores.get(key) ?? { score: 0, uses: 0, users: 0 };
    entry.users++;
    entry.score += (ranks[from]! * weight) / outgoing[from]!;
    entry.uses += uses;
    symbolScores.set(key, entry);
  }
  const symbols = files
    .flatMap((file, at) =>
      file.definitions.map(definition => ({
        path: file.path,
        definition,
        ...symbolScoreOf(symbolScores.get(`${at}\0${definition.name}`), definition),
      })),
    )
    .filter(symbol => symbol.uses > 0)
    .sort((left, right) => right.score - left.score || compare(left.path, right.path));
  return {
    files: new Map(
      files.map((file, at) => {
        const inOrder = (users: ReadonlySet<number>): string[] =>
          [...users].sort((one, other) => ranks[other]! - ranks[one]!).map(user => files[user]!.path);
        const importers = inOrder(importedBy[at]!);
        const users = importers.length > 0 ? importers : inOrder(usedBy[at]!);
        return [file.path, { rank: ranks[at]!, users, importers }];
      }),
    ),
    symbols,
  };
}

/** Much rank from one central file says less than the same from many; macros and members of types are seldom what a reader looks for. */
function symbolScoreOf(
  flow: { score: number; uses: number; users: number } | undefined,
  definition: Definition,
): { score: number; uses: number } {
  if (flow === undefined) return { score: 0, uses: 0 };
  const weight = definition.kind === 'macro' || isMember(definition) ? minorWeight : 1;
  return { score: flow.score * flow.users * weight, uses: flow.uses };
}

/** Languages that see each other's names. */
function familyOf(path: string): string {
  const { id } = languageOf(path);
  return families.find(family => family.includes(id))?.[0] ?? id;
}

/** Ranks with a restart in proportion to `restart`; a file without edges gives its rank to all in the same proportion. */
function pageRank(edges: readonly ReadonlyMap<number, number>[], restart: readonly number[]): Float64Array {
  const count = edges.length;
  const whole = restart.reduce((sum, weight) => sum + weight, 0);
  const totals = edges.map(targets => [...targets.values()].reduce((sum, weight) => sum + weight, 0));
  let ranks = new Float64Array(count).fill(1 / count);
  for (let round = 0; round < iterations; round++) {
    const next = new Float64Array(count);
    let loose = 0;
    for (let from = 0; from < count; from++) {
      if (totals[from] === 0) loose += ranks[from]!;
      else
        for (const [to, weight] of edges[from]!)
          next[to]! += (damping * ranks[from]! * weight) / totals[from]!;
    }
    const base = (1 - damping + damping * loose) / whole;
    for (let at = 0; at < count; at++) next[at]! += base * restart[at]!;
    ranks = next;
  }
  return ranks;
}

function nameWeight(name: string): number {
  const plain = /^[a-z]{1,5}$/.test(name);
  return (isCompound(name) ? 10 : plain ? 0.3 : 1) * (name.startsWith('_') ? 0.1 : 1);
}

function isCompound(name: string): boolean {
  return name.length >= 8 && (/_[a-z]/i.test(name.slice(1)) || /[a-z][A-Z]/.test(name));
}
