/** The summary of a repository or of a part of it. Every statement in it is a text of the repository, with its place. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isSupporting, type Ranked } from '../analysis/graph.ts';
import type { SummarySource } from '../analysis/source.ts';
import { folderLines } from '../analysis/structure.ts';
import type { KeySymbol, Part, Statement, Summary } from '../protocol/requests.ts';
import { commandsOf } from './commands.ts';
import { chooseKeyFiles } from './key-files.ts';
import { overviewOf } from './overview.ts';
import { startHere } from './start-here.ts';
import { buildTree } from './tree.ts';

export interface SummaryOptions {
  /** A folder or file; everything without it. */
  readonly path?: string;
  /** The most tokens that all texts together may have; the least important go first. */
  readonly budget?: number;
  readonly countTokens?: (text: string) => number;
}

const keySymbolCount = 30;
const sameFileDecay = 2 / 3;

/**
 * @returns a summary, whose lists are empty where the repository says nothing.
 * @throws RangeError when `path` names nothing that was read.
 */
export function summarize(
  source: SummarySource,
  { files: facts, ranked }: RepositoryFacts,
  options: SummaryOptions = {},
): Summary {
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
  const root = buildTree(paths, facts, scope ?? '', rankOf, folderLines(ranked));
  const keyFiles = chooseKeyFiles(paths, facts, ranked);
  const keySymbols = keySymbolsOf(ranked, inScope);
  const summary: Summary = {
    name: scope?.slice(scope.lastIndexOf('/') + 1) ?? source.name,
    overview: overviewOf(paths, facts, source, scope ?? ''),
    parts: root,
    startHere: startHere(paths, facts, keyFiles, scope ?? '', source.name),
    keyFiles,
    keySymbols,
    commands: commandsOf(paths, facts, scope),
    statements: [],
  };
  const statements = [
    ...summary.overview,
    ...summary.startHere.flatMap(file => statementOf(file.path) ?? []),
    ...flatten(root).flatMap(part => part.statement ?? []),
  ];
  return withinBudget({ ...summary, statements: distinct(statements) }, options);
}

/**
 * The names that the others lean on most, each once: where several define it, the one that is used most. Each one chosen takes a third off what
 * the others of its file count, so that one module does not fill the list.
 */
function keySymbolsOf(ranked: Ranked, inScope: (path: string) => boolean): KeySymbol[] {
  const left = ranked.symbols
    .filter(({ path }) => inScope(path) && !isSupporting(path))
    .slice(0, keySymbolCount * 10);
  const chosen = new Map<string, KeySymbol>();
  const inFile = new Map<string, number>();
  while (chosen.size < keySymbolCount && left.length > 0) {
    const scoreOf = ({ path, score }: (typeof left)[number]): number =>
      score * sameFileDecay ** (inFile.get(path) ?? 0);
    const best = left.reduce((one, other) => (scoreOf(other) > scoreOf(one) ? other : one));
    left.splice(left.indexOf(best), 1);
    const { path, uses, definition } = best;
    const { name, kind, line } = definition;
    if (chosen.has(name)) continue;
    chosen.set(name, { name, kind, path, line, uses });
    inFile.set(path, (inFile.get(path) ?? 0) + 1);
  }
  return [...chosen.values()];
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
    statements,
  };
}

function key(statement: Statement): string {
  return `${statement.path}:${statement.line}:${statement.text}`;
}

/** One of each text: a package and its README often say the same. */
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
