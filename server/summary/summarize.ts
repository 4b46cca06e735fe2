/** The summary of a repository or of a part of it. Every statement in it is a text of the repository, with its place. */
import type { KeySymbol, Part, RunCommand, Statement, Summary } from '../protocol/requests.ts';
import type { RepositoryFacts } from './fact-book.ts';
import type { FileFacts } from './facts.ts';
import { chooseKeyFiles } from './key-files.ts';
import { depth, folderOf, isFolderIndex, isReadme } from './paths.ts';
import { proseSentences } from './sentences.ts';
import type { SummarySource } from './source.ts';
import { startHere } from './start-here.ts';
import { folderLines } from './structure.ts';
import { buildTree } from './tree.ts';

export interface SummaryOptions {
  /** A folder or file; everything without it. */
  readonly path?: string;
  /** The most tokens that all texts together may have; the least important go first. */
  readonly budget?: number;
  readonly countTokens?: (text: string) => number;
}

const keySymbolCount = 30;
const overviewSentences = 5;

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
    throw new RangeError(`Nothing that was read has the path "${scope}".`);

  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const statementOf = (path: string): Statement | undefined => facts.get(path)?.statement;
  const root = buildTree(paths, facts, scope ?? '', rankOf, folderLines(ranked));
  const keyFiles = chooseKeyFiles(paths, facts, ranked);
  const keySymbols = ranked.symbols
    .filter(symbol => inScope(symbol.path))
    .slice(0, keySymbolCount)
    .map(
      ({ path, definition, uses }): KeySymbol => ({
        name: definition.name,
        kind: definition.kind,
        path,
        line: definition.line,
        uses,
      }),
    );
  const summary: Summary = {
    name: scope?.slice(scope.lastIndexOf('/') + 1) ?? source.name,
    overview: overview(paths, facts, source, scope ?? ''),
    parts: root,
    startHere: startHere(paths, facts, keyFiles, scope ?? ''),
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

function overview(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  source: SummarySource,
  scope: string,
): Statement[] {
  if (paths.length === 1 && paths[0] === scope) {
    const statement = facts.get(scope)?.statement;
    return statement ? [statement] : [];
  }
  const statements: Statement[] = [];
  const here = paths.filter(path => folderOf(path) === scope);
  for (const path of here) {
    const description = facts.get(path)?.manifest?.description;
    if (description)
      statements.push({ text: description.text, path, line: description.line, generated: false });
  }
  const readme = here.find(path => isReadme(path));
  if (readme !== undefined) {
    const text = source.textOf(readme) ?? '';
    for (const sentence of proseSentences(text, overviewSentences))
      statements.push({ ...sentence, path: readme, generated: false });
  }
  for (const path of here) {
    const statement = isFolderIndex(path) ? facts.get(path)?.statement : undefined;
    if (statement) statements.push(statement);
  }
  return distinct(statements).slice(0, overviewSentences);
}

/** The commands of the outermost manifests that have any: those of inner packages are their own business. */
function commandsOf(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  scope: string | undefined,
): RunCommand[] {
  const manifests = paths
    .flatMap(path => facts.get(path)?.manifest ?? [])
    .filter(manifest => manifest.commands.length > 0);
  const outermost = Math.min(...manifests.map(manifest => depth(manifest.path, scope)));
  return manifests
    .filter(manifest => depth(manifest.path, scope) === outermost)
    .flatMap(manifest =>
      manifest.commands.map(({ name, text, line }) => ({ name, command: text, path: manifest.path, line })),
    );
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
