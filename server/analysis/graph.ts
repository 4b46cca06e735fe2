/**
 * Which files the others lean on: PageRank over references between files. An edge goes from a file to each file that it refers to by the
 * rules of its language. Edge weights follow Aider's repository map (aider/repomap.py): the square root of the number of uses of each name
 * that the other defines, ten times as much for long compound names, a tenth for private names. A name that two files share where no rule
 * says that they mean the same is a hint: it carries a little rank, and is never a use.
 */
import { type Definition, isMember } from '../syntax/definition.ts';
import { type ImportResolver, importResolver } from '../syntax/imports.ts';
import { compare } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';
import type { GraphFile } from './graph-file.ts';
import { type References, referencesOf } from './references.ts';
import { type SupportingOf, supportingIn } from './supporting.ts';

export interface RankedFile {
  readonly rank: number;
  /** The rank that the edges give the other way round: high for what uses much of the rest, as programs and façades do. */
  readonly hub: number;
  /** The files that refer to it by the rules of their language, the most central first. */
  readonly users: readonly string[];
}

export interface Ranked {
  /** By path; the ranks of all files sum to 1. */
  readonly files: ReadonlyMap<string, RankedFile>;
  /** Most used first. */
  readonly symbols: readonly {
    readonly path: string;
    readonly definition: Definition;
    readonly score: number;
    /** Files that refer to its file and use its name. */
    readonly users: number;
  }[];
  readonly references: References;
  readonly supportingOf: SupportingOf;
}

const damping = 0.85;
const iterations = 40;
const definedTooOften = 5;
const supportingWeight = 0.1;

/** An import says more than one shared name, less than many. */
const importWeight = 3;
const hintWeight = 0.1;
const minorWeight = 0.2;
const families: readonly (readonly string[])[] = [
  ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'],
  ['c', 'cpp', 'cuda-cpp', 'objective-c'],
  ['java', 'kotlin', 'scala', 'groovy'],
];

/** @param resolve what an import means; by paths alone without it */
export function rank(
  files: readonly (GraphFile & { readonly tokens?: number })[],
  resolve: ImportResolver = importResolver(files.map(file => file.path)),
): Ranked {
  const index = new Map(files.map((file, at) => [file.path, at]));
  const supportingOf = supportingIn(files.map(({ path, tokens = 1 }) => ({ path, tokens })));
  const isSupporting = files.map(({ path }) => supportingOf(path) !== undefined);
  const references = referencesOf(files, resolve);
  const edges: Map<number, number>[] = files.map(() => new Map());
  const connect = (from: number, to: number, weight: number): void => {
    edges[from]!.set(to, (edges[from]!.get(to) ?? 0) + weight);
  };
  const definers = definersOf(files);
  /** What flows along an edge for the sake of one name: from user to (definer, name). */
  const named: { from: number; to: number; name: string; weight: number }[] = [];
  for (const [from, file] of files.entries()) {
    const related = new Set(references.of(file.path).map(({ to }) => index.get(to)!));
    for (const to of related) connect(from, to, importWeight * (isSupporting[to] ? supportingWeight : 1));
    for (const [name, { count }] of file.uses) {
      const targets = definers.get(`${familyOf(file.path)} ${name}`);
      // What the file defines itself is its own, and a name that most files define connects none of them.
      if (targets === undefined || targets.includes(from)) continue;
      const weight = nameWeight(name) * Math.sqrt(count);
      const meant = targets.filter(to => related.has(to));
      if (meant.length === 0 && targets.length > definedTooOften) continue;
      const shared = meant.length > 0 ? meant : targets;
      for (const to of shared) {
        const share = (weight / shared.length) * (isSupporting[to] ? supportingWeight : 1);
        connect(from, to, meant.length > 0 ? share : share * hintWeight);
        if (meant.length > 0) named.push({ from, to, name, weight: share });
      }
    }
  }

  const ranks = pageRank(
    edges,
    isSupporting.map(supporting => (supporting ? supportingWeight : 1)),
  );
  const reversed: Map<number, number>[] = files.map(() => new Map());
  for (const [from, targets] of edges.entries())
    if (!isSupporting[from]) for (const [to, weight] of targets) reversed[to]!.set(from, weight);
  const hubs = pageRank(
    reversed,
    isSupporting.map(supporting => (supporting ? supportingWeight : 1)),
  );
  const outgoing = edges.map(targets => [...targets.values()].reduce((sum, weight) => sum + weight, 0));
  const flows = new Map<string, { score: number; users: number }>();
  for (const { from, to, name, weight } of named) {
    const key = `${to}\0${name}`;
    const flow = flows.get(key) ?? { score: 0, users: 0 };
    flow.users++;
    flow.score += (ranks[from]! * weight) / outgoing[from]!;
    flows.set(key, flow);
  }
  const symbols = files
    .flatMap((file, at) =>
      file.definitions.flatMap(definition => {
        const flow = flows.get(`${at}\0${definition.name}`);
        return flow ? [{ path: file.path, definition, ...symbolScore(flow, definition) }] : [];
      }),
    )
    .sort((left, right) => right.score - left.score || compare(left.path, right.path));
  const rankOf = (path: string): number => ranks[index.get(path)!]!;
  return {
    files: new Map(
      files.map(({ path }, at) => {
        const users = references.to(path).map(({ from }) => from);
        return [
          path,
          {
            rank: ranks[at]!,
            hub: hubs[at]!,
            users: users.sort((one, other) => rankOf(other) - rankOf(one)),
          },
        ];
      }),
    ),
    symbols,
    references,
    supportingOf,
  };
}

/** By family of languages and name: the files that define it. */
function definersOf(files: readonly GraphFile[]): Map<string, number[]> {
  const definers = new Map<string, number[]>();
  for (const [at, { path, definitions }] of files.entries()) {
    const family = familyOf(path);
    for (const { name } of definitions) {
      const key = `${family} ${name}`;
      const list = definers.get(key);
      if (list === undefined) definers.set(key, [at]);
      else if (list.at(-1) !== at) list.push(at);
    }
  }
  return definers;
}

/** Much rank from one central file says less than the same from many; macros and members of types are seldom what a reader looks for. */
function symbolScore(
  flow: { readonly score: number; readonly users: number },
  definition: Definition,
): { score: number; users: number } {
  const weight = definition.kind === 'macro' || isMember(definition) ? minorWeight : 1;
  return { score: flow.score * flow.users * weight, users: flow.users };
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
