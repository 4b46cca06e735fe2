/**
 * Ranks files by PageRank over references between them. An edge goes from a file to each file it refers to by the rules
 * of its language. Edge weights follow Aider's repository map (aider/repomap.py): the square root of the number of uses
 * of each name that the other defines, ten times as much for long compound names, a tenth for private names. A name
 * shared by two files without such a rule is a hint: it carries a little rank, and never counts as a use.
 */
import { type Definition, isMember } from '../syntax/definition.ts';
import { type ImportResolver, importResolver } from '../syntax/imports.ts';
import { compare } from '../syntax/paths.ts';
import { familyOf, languageOf } from '../workspace/language.ts';
import type { GraphFile } from './graph-file.ts';
import { type References, referencesOf } from './references.ts';
import { type SupportingOf, supportingIn } from './supporting.ts';

export interface RankedFile {
  readonly rank: number;
  /** The rank with edges reversed: high for files that use much of the rest, such as programs and façades. */
  readonly hub: number;
  /** Files that refer to it by the rules of their language, most central first. */
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

/** An import counts more than one shared name and less than many. */
const importWeight = 3;
const hintWeight = 0.1;
const minorWeight = 0.2;

/**
 * @param resolve resolves imports; defaults to paths alone
 * @param markup users that are not ranked themselves
 */
export function rank(
  files: readonly (GraphFile & { readonly tokens?: number })[],
  resolve: ImportResolver = importResolver(files.map(file => file.path)),
  markup: readonly GraphFile[] = [],
): Ranked {
  const index = new Map(files.map((file, at) => [file.path, at]));
  const supportingOf = supportingIn(files.map(({ path, tokens = 1 }) => ({ path, tokens })));
  const isSupporting = files.map(({ path }) => supportingOf(path) !== undefined);
  const references = referencesOf(files, resolve, markup);
  const edges: Map<number, number>[] = files.map(() => new Map());
  const connect = (from: number, to: number, weight: number): void => {
    edges[from]!.set(to, (edges[from]!.get(to) ?? 0) + weight);
  };
  const familyOfFile = files.map(({ path, language = languageOf(path).id }) => familyOf(language));
  const definers = definersOf(files, familyOfFile);
  const defined = files.map(({ definitions }) => new Set(definitions.map(({ name }) => name)));
  /** Rank flow for a single name: from user to (definer, name). */
  const named: { from: number; to: number; name: string; weight: number }[] = [];
  for (const [from, file] of files.entries()) {
    const related = new Set(references.of(file.path).map(({ to }) => index.get(to)!));
    for (const to of related) connect(from, to, importWeight * (isSupporting[to] ? supportingWeight : 1));
    const definersHere = definers.get(familyOfFile[from]!);
    const sorted = [...related].sort((one, other) => one - other);
    for (const [name, { count }] of file.uses) {
      const targets = definersHere?.get(name);
      // A file's own definitions are its own, and a name defined in most files connects none of them.
      if (targets === undefined || defined[from]!.has(name)) continue;
      const weight = nameWeight(name) * Math.sqrt(count);
      const meant =
        targets.length <= sorted.length
          ? targets.filter(to => related.has(to))
          : sorted.filter(to => familyOfFile[to] === familyOfFile[from] && defined[to]!.has(name));
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
  const rankOf = (path: string): number => ranks[index.get(path) ?? -1] ?? 0;
  return {
    files: new Map(
      files.map(({ path }, at) => {
        const users = references.to(path).flatMap(({ from, declares }) => (declares ? [] : from));
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

/** Files that define a name, by language family and name. */
function definersOf(
  files: readonly GraphFile[],
  familyOfFile: readonly string[],
): Map<string, Map<string, number[]>> {
  const definers = new Map<string, Map<string, number[]>>();
  for (const [at, { definitions }] of files.entries()) {
    const byName = definers.get(familyOfFile[at]!) ?? new Map<string, number[]>();
    definers.set(familyOfFile[at]!, byName);
    for (const { name } of definitions) {
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [at]);
      else if (list.at(-1) !== at) list.push(at);
    }
  }
  return definers;
}

/**
 * Rank from one central file counts less than from many; macros and members of types are seldom what a reader looks
 * for.
 */
function symbolScore(
  flow: { readonly score: number; readonly users: number },
  definition: Definition,
): { score: number; users: number } {
  const weight = definition.kind === 'macro' || isMember(definition) ? minorWeight : 1;
  return { score: flow.score * flow.users * weight, users: flow.users };
}

/** PageRank with restart weights `restart`; a file without edges distributes its rank by the same weights. */
function pageRank(edges: readonly ReadonlyMap<number, number>[], restart: readonly number[]): Float64Array {
  const count = edges.length;
  const whole = restart.reduce((sum, weight) => sum + weight, 0);
  const totals = edges.map(targets => [...targets.values()].reduce((sum, weight) => sum + weight, 0));
  // Flat arrays: the rounds below are most of the work.
  const targets = edges.map(to => Int32Array.from(to.keys()));
  const weights = edges.map(to => Float64Array.from(to.values()));
  let ranks = new Float64Array(count).fill(1 / count);
  for (let round = 0; round < iterations; round++) {
    const next = new Float64Array(count);
    let loose = 0;
    for (let from = 0; from < count; from++) {
      if (totals[from] === 0) loose += ranks[from]!;
      else {
        const [to, share] = [targets[from]!, weights[from]!];
        const flow = (damping * ranks[from]!) / totals[from]!;
        for (let at = 0; at < to.length; at++) next[to[at]!]! += flow * share[at]!;
      }
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
