/** The summary of a repository or a part of it. Every statement is quoted from the repository, with its place. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Ranked } from '../analysis/graph.ts';
import { outermost } from '../analysis/heads.ts';
import type { SummarySource } from '../analysis/source.ts';
import { usualIn } from '../habits/habits.ts';
import type { KeyFile, KeySymbol, Part, Statement, Summary } from '../protocol/requests.ts';
import { commandsOf } from '../relations/commands.ts';
import { relationsOf } from '../relations/relations.ts';
import { runsOf } from '../relations/runs.ts';
import { folderLines } from './folder-lines.ts';
import { chooseKeyFiles } from './key-files.ts';
import { overviewOf } from './overview.ts';
import { startHere } from './start-here.ts';
import { titleOf } from './title.ts';
import { buildTree } from './tree.ts';

export interface SummaryOptions {
  /** A folder or file; everything without it. */
  readonly path?: string;
  /** Limit on all text together, in tokens; the least important is cut first. */
  readonly budget?: number;
  readonly countTokens?: (text: string) => number;
}

const keySymbolCount = 30;
const sameFileDecay = 2 / 3;

/**
 * @returns a summary, with empty lists where the repository says nothing
 * @throws RangeError when `path` is not indexed
 */
export function summarize(
  source: SummarySource,
  known: RepositoryFacts,
  options: SummaryOptions = {},
): Summary {
  const { files: facts, ranked, documents } = known;
  const scope =
    options.path === undefined || options.path === '' || options.path === '.'
      ? undefined
      : options.path.replace(/\/+$/, '');
  const inScope = (path: string): boolean =>
    scope === undefined || path === scope || path.startsWith(`${scope}/`);
  const paths = [...facts.keys()].filter(inScope);
  if (paths.length === 0 && scope !== undefined)
    throw new RangeError(`No file or folder was read at "${scope}".`);

  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const statementOf = (path: string): Statement | undefined => facts.get(path)?.statement;
  const isFile = scope !== undefined && facts.has(scope);
  const root = buildTree(paths, known, scope ?? '', rankOf, folderLines(ranked, facts));
  const said = new Map(flatten(root).map(part => [part.path, part.statement]));
  const keyFiles = chooseKeyFiles(paths, known);
  const runs = isFile
    ? []
    : runsOf(
        paths,
        known,
        keyFiles.map(({ path }) => path),
        path => source.textOf(path),
      );
  const summary: Summary = {
    name: scope?.slice(scope.lastIndexOf('/') + 1) ?? titleOf(facts, source),
    overview: overviewOf(paths, facts, source, scope ?? ''),
    parts: root,
    startHere: startHere(paths, known, keyFiles, runs, scope ?? '', source.name),
    keyFiles,
    keySymbols: keySymbolsOf(ranked, inScope) ?? unusedSymbolsOf(keyFiles, facts),
    commands: commandsOf(paths, known, scope, source.name),
    relations: isFile ? [] : relationsOf(paths, known, scope ?? '', path => said.get(path)),
    runs,
    conventions: documents.conventions.filter(({ path }) => inScope(path)),
    usual: isFile ? [] : usualIn(paths, known),
    statements: [],
  };
  const statements = [
    ...summary.overview,
    ...summary.startHere.flatMap(file => statementOf(file.path) ?? []),
    ...summary.conventions,
    ...flatten(root).flatMap(part => part.statement ?? []),
  ];
  return withinBudget({ ...summary, statements: distinct(statements) }, options);
}

/**
 * The most used names without duplicates: of several definitions, the most used one. Each chosen name lowers the others
 * of its file by a third, so that one module does not fill the list.
 */
function keySymbolsOf(ranked: Ranked, inScope: (path: string) => boolean): KeySymbol[] | undefined {
  const left = ranked.symbols
    .filter(({ path }) => inScope(path) && ranked.supportingOf(path) === undefined)
    .slice(0, keySymbolCount * 10);
  const chosen = new Map<string, KeySymbol>();
  const inFile = new Map<string, number>();
  while (chosen.size < keySymbolCount && left.length > 0) {
    const scoreOf = ({ path, score }: (typeof left)[number]): number =>
      score * sameFileDecay ** (inFile.get(path) ?? 0);
    const best = left.reduce((one, other) => (scoreOf(other) > scoreOf(one) ? other : one));
    left.splice(left.indexOf(best), 1);
    const { path, users, definition } = best;
    const { name, kind, line } = definition;
    if (chosen.has(name)) continue;
    chosen.set(name, { name, kind, path, line, usedBy: users });
    inFile.set(path, (inFile.get(path) ?? 0) + 1);
  }
  return chosen.size === 0 ? undefined : [...chosen.values()];
}

/** Where no file uses another: what the key files define. */
function unusedSymbolsOf(keyFiles: readonly KeyFile[], facts: ReadonlyMap<string, FileFacts>): KeySymbol[] {
  return keyFiles
    .flatMap(({ path }) =>
      outermost(facts.get(path)!.definitions)
        .filter(({ exported, kind }) => exported && kind !== 'constant' && kind !== 'variable')
        .slice(0, keySymbolCount / 2)
        .map(({ name, kind, line }) => ({ name, kind, path, line, usedBy: 0 })),
    )
    .slice(0, keySymbolCount / 2);
}

function withinBudget(summary: Summary, options: SummaryOptions): Summary {
  const budget = options.budget;
  if (budget === undefined) return summary;
  const count = options.countTokens ?? (text => Math.ceil(text.length / 3));
  let left = budget;
  const kept = new Set<string>();
  const statements = summary.statements.filter(statement => {
    const cost = count(`${statement.path}:${statement.line} ${statement.text}\n`);
    if (cost > left) return false;
    left -= cost;
    kept.add(key(statement));
    return true;
  });
  const usual = summary.usual.filter(({ text }) => {
    const cost = count(`${text}\n`);
    if (cost > left) return false;
    left -= cost;
    return true;
  });
  const prune = (part: Part): Part => {
    const { statement, ...rest } = part;
    return {
      ...rest,
      ...(statement && kept.has(key(statement)) && { statement }),
      children: part.children.map(prune),
    };
  };
  return {
    ...summary,
    overview: summary.overview.filter(statement => kept.has(key(statement))),
    parts: summary.parts.map(prune),
    usual,
    statements,
  };
}

function key(statement: Statement): string {
  return `${statement.path}:${statement.line}:${statement.text}`;
}

/** Drops duplicates: a package and its README often say the same. */
function distinct(statements: readonly Statement[]): Statement[] {
  const seen = new Set<string>();
  return statements.filter(({ text }) => {
    const form = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    if (seen.has(form)) return false;
    seen.add(form);
    return true;
  });
}

function flatten(parts: readonly Part[]): Part[] {
  return parts.flatMap(part => [part, ...flatten(part.children)]);
}
