/** How the repository runs: from each entry point the longest chain of calls, every call with its line. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { Run, Statement } from '../protocol/requests.ts';
import type { Definition } from '../syntax/definition.ts';
import { isMember } from '../syntax/definition.ts';
import { baseName, compare } from '../syntax/paths.ts';
import { type Call, type Callable, Calls } from './calls.ts';
import { type Entry, entriesOf, maxBeside } from './entries.ts';

const maxRuns = 8;
const maxCalls = 6;
/** Shortest chain worth showing. */
const minCalls = 2;
/** Limit on definitions examined per summary. */
const mostLooked = 6000;
const steps = 6;
/** Calls that seldom lead anywhere, and those for when something goes wrong. */
const aside =
  /^(?:log\w*|debug\w*|trace|warn\w*|info|error\w*|print\w*|assert\w*|panic|fail\w*|get[A-Z_]?\w{0,8}|set[A-Z_]\w*|to_?[Ss]tring|to_s|is[A-Z_]\w*|has[A-Z_]\w*|len|size|close|copy|clone|new|equals?|hash\w*|deprecat\w*|check\w*|valid\w*|format\w*|escape\w*)$/;
const wrong =
  /error|exception|fallback|not_?found|redirect|^(?:abort|reject|recover|rescue|fatal|usage|help|exit|die|err[a-z]*$)/i;

const telling =
  /^(?:main|run\w*|start\w*|serve\w*|handle\w*|execute\w*|exec|invoke\w*|process\w*|dispatch\w*|parse\w*|render\w*|find\w*|load\w*|build\w*|compile\w*|search\w*|scan\w*|walk\w*|call|__call__|ServeHTTP|apply)$/i;
/** Where a library is usually entered. */
const entering = /^(?:main|run|start|listen|serve|ServeHTTP|call!?|__call__|execute|dispatch\w*|invoke)$/i;
/** A longer chain ends with what does something. */
const steadyCalls = 4;
const [workingLines, trivialLines] = [40, 5];
const [manyUsers, toolWeight] = [5, 0.5];
/** A chain prefers calls that always happen. */
const [conditionWeight, mostConditions, caseWeight] = [0.65, 3, 0.85];
/** Roots examined in a library. */
const maxRoots = 240;
const rootFiles = 14;

/** @param keyFiles most central files, which order the search for a library's roots */
export function runsOf(
  paths: readonly string[],
  facts: RepositoryFacts,
  keyFiles: readonly string[],
  textOf: (path: string) => string | undefined,
): Run[] {
  const calls = new Calls(facts, textOf);
  const users = new Map(facts.ranked.symbols.map(one => [`${one.path}:${one.definition.line}`, one.users]));
  const walker = new Walker(calls, ({ path, definition }) => users.get(`${path}:${definition.line}`) ?? 0);
  const entries = entriesOf(paths, facts, textOf);
  const begun = entries.map(entry => ({ entry, chain: walker.from(startsOf(entry, facts, calls)) }));
  const programs = begun.filter(({ entry }) => entry.kind === 'program');
  const routes = begun
    .filter(({ entry, chain }) => entry.kind === 'route' && chain.length > 0)
    .sort((one, other) => other.chain.length - one.chain.length);
  // Those with a chain come first.
  programs.sort((one, other) => Number(other.chain.length > 0) - Number(one.chain.length > 0));
  const own = [...programs.filter(({ entry }) => !entry.beside), ...routes.slice(0, 2)];
  const runs = own.slice(0, maxRuns).map(({ entry, chain }) => runOf(entry.title, entry, chain));
  if (!own.some(({ chain }) => chain.length >= minCalls)) runs.push(...libraryRuns(facts, keyFiles, walker));
  // A library's tools are not how it runs.
  const isLibrary = paths.some(path => (facts.files.get(path)?.manifest?.entries.length ?? 0) > 0);
  if (runs.length === 0 && isLibrary) return [];
  const beside = programs
    .filter(({ entry }) => entry.beside)
    .slice(0, Math.max(0, Math.min(maxBeside, maxRuns - runs.length)));
  return [...runs, ...beside.map(({ entry, chain }) => runOf(entry.title, entry, chain))];
}

function runOf(
  title: string,
  { path, line }: { readonly path: string; readonly line: number },
  chain: readonly Step[],
): Run {
  return { title, path, line, calls: chain.map(callLine) };
}

function callLine({ from, call }: Step): Statement {
  const { to, line, branch } = call;
  const oneOf = branch?.oneOf === undefined ? '' : `, one of ${branch.oneOf} cases`;
  return {
    text: `${from.name} calls ${shown(to)} (${baseName(to.path)}:${to.definition.line})${oneOf}`,
    path: from.path,
    line,
    generated: false,
  };
}

function shown({ definition: { name, container } }: Callable): string {
  return container === undefined ? name : `${container}.${name}`;
}

/** A library is entered by its users: finds the callable definition with the longest chain. */
function libraryRuns(facts: RepositoryFacts, keyFiles: readonly string[], walker: Walker): Run[] {
  const roots = keyFiles
    .slice(0, rootFiles)
    .flatMap(path =>
      (facts.files.get(path)?.definitions ?? [])
        .filter(
          ({ exported, kind, name }) =>
            exported &&
            (kind === 'function' || kind === 'method') &&
            (!name.startsWith('_') || name === '__call__') &&
            !wrong.test(name) &&
            !/test/i.test(name),
        )
        .map(definition => ({ path, definition })),
    );
  const found = roots
    .slice(0, maxRoots)
    .map(root => ({
      root,
      chain: walker.from([{ name: shown(root), path: root.path, calls: walker.calls.of(root) }]),
    }))
    .filter(({ root, chain }) => chain.length >= minCalls + (entering.test(root.definition.name) ? 0 : 1))
    .sort(
      (one, other) =>
        worthOf(other.root, other.chain) - worthOf(one.root, one.chain) ||
        compare(one.root.path, other.root.path),
    );
  const runs: Run[] = [];
  const seen = new Set<string>();
  for (const { root, chain } of found) {
    // Do not show one chain from two of its places.
    if (chain.some(({ call }) => seen.has(`${call.to.path}:${call.to.definition.line}`))) continue;
    for (const { call } of chain) seen.add(`${call.to.path}:${call.to.definition.line}`);
    runs.push(runOf(`From ${shown(root)}`, { path: root.path, line: root.definition.line }, chain));
    if (runs.length >= 2) break;
  }
  return runs;
}

function worthOf({ definition }: Callable, chain: readonly Step[]): number {
  const files = new Set(chain.map(({ call }) => call.to.path)).size;
  return (
    chain.length +
    files +
    (telling.test(definition.name) ? 2.5 : 0) +
    (entering.test(definition.name) ? 2 : 0) +
    (isMember(definition) ? 0 : 0.2)
  );
}

interface Start {
  /** Display name of the caller. */
  readonly name: string;
  readonly path: string;
  readonly calls: readonly Call[];
}

interface Step {
  readonly from: { readonly name: string; readonly path: string };
  readonly call: Call;
}

/** The lines of an entry's definition, or for a script the lines outside its definitions. */
function startsOf(entry: Entry, facts: RepositoryFacts, calls: Calls): Start[] {
  const { path, definition } = entry;
  if (definition !== undefined)
    return [
      {
        name:
          definition.container === undefined ? definition.name : `${definition.container}.${definition.name}`,
        path,
        calls: calls.of({ path, definition }),
      },
    ];
  const inside = (facts.files.get(path)?.definitions ?? []).filter(
    ({ kind }) => !/^(?:namespace|constant|variable)$/.test(kind),
  );
  const found: Call[] = [];
  let line = 1;
  for (const { line: first, endLine } of [...inside].sort((one, other) => one.line - other.line)) {
    if (first > line) found.push(...calls.between(path, line, first - 1));
    line = Math.max(line, (endLine ?? first) + 1);
  }
  found.push(...calls.between(path, line, line + 400));
  return [{ name: baseName(path), path, calls: found }];
}

class Walker {
  readonly calls: Calls;
  /** Number of files that use a definition; a widely used helper is not a step. */
  readonly #usersOf: (callable: Callable) => number;
  #looked = 0;

  constructor(calls: Calls, usersOf: (callable: Callable) => number) {
    this.calls = calls;
    this.#usersOf = usersOf;
  }

  /** The longest chain of calls. */
  from(starts: readonly Start[]): Step[] {
    let best: { steps: Step[]; worth: number } = { steps: [], worth: 0 };
    for (const { name, path, calls } of starts) {
      const way = this.#furthest({ name, path }, calls, steps, new Set(), new Map());
      if (way.worth > best.worth) best = way;
    }
    const chain = best.steps.slice(0, maxCalls);
    while (chain.length > steadyCalls && isTrivial(chain.at(-1)!)) chain.pop();
    return chain;
  }

  #furthest(
    from: Step['from'],
    calls: readonly Call[],
    left: number,
    on: ReadonlySet<string>,
    known: Map<string, { steps: Step[]; worth: number }>,
  ): { steps: Step[]; worth: number } {
    let best: { steps: Step[]; worth: number } = { steps: [], worth: 0 };
    if (left === 0) return best;
    for (const call of calls.slice(0, 40)) {
      const { path, definition } = call.to;
      const key = `${path}:${definition.line}`;
      if (on.has(key) || isAside(definition)) continue;
      const lines = sizeOf(definition);
      const own =
        0.6 +
        (path === from.path ? 0 : 0.9) +
        Math.min(lines, 40) / 60 +
        (telling.test(definition.name) ? 0.8 : 0);
      const memo = `${key}:${left}`;
      let rest = known.get(memo);
      if (rest === undefined) {
        if (this.#looked++ > mostLooked) break;
        rest = this.#furthest(
          { name: shown(call.to), path },
          this.calls.of(call.to),
          left - 1,
          new Set([...on, key]),
          known,
        );
        known.set(memo, rest);
      }
      const worth =
        (own + rest.worth) *
        (this.#usersOf(call.to) >= manyUsers ? toolWeight : 1) *
        conditionWeight ** Math.min(call.branch?.conditions ?? 0, mostConditions) *
        (call.branch?.oneOf === undefined ? 1 : caseWeight);
      // A chain found from elsewhere may lead back into this one.
      const isRing = rest.steps.some(
        ({ call: { to } }) =>
          on.has(`${to.path}:${to.definition.line}`) || `${to.path}:${to.definition.line}` === key,
      );
      if (!isRing && worth > best.worth) best = { steps: [{ from, call }, ...rest.steps], worth };
    }
    return best;
  }
}

/** A getter or a check may also do the work itself. */
function isAside(definition: Definition): boolean {
  return wrong.test(definition.name) || (aside.test(definition.name) && sizeOf(definition) < workingLines);
}

function isTrivial({ from, call: { to } }: Step): boolean {
  return to.path === from.path && sizeOf(to.definition) <= trivialLines;
}

function sizeOf({ line, endLine }: Definition): number {
  return (endLine ?? line) - line + 1;
}
