/** What a repository, a folder, a file or a selection is: sections of statements, and the same as Markdown with links. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isSupporting } from '../analysis/graph.ts';
import { isManifest } from '../analysis/manifests.ts';
import { folderOf, isReadme } from '../analysis/paths.ts';
import type { SummarySource } from '../analysis/source.ts';
import type { Symbols } from '../analysis/symbols.ts';
import { escapeMarkdown } from '../protocol/clean-text.ts';
import type { Description, Part, Statement, Summary } from '../protocol/requests.ts';
import { summarize } from './summarize.ts';

export interface DescribeOptions {
  readonly path?: string;
  readonly lines?: { readonly first: number; readonly last: number };
}

type Section = Description['sections'][number];

const mostInSection = 40;
const mostUsers = 12;
const mostPackages = 12;

/** @throws RangeError when `path` names nothing that was read. */
export function describe(
  source: SummarySource,
  facts: RepositoryFacts,
  { path, lines }: DescribeOptions = {},
): Description {
  const scope = path === undefined || path === '.' ? '' : path.replace(/\/+$/, '');
  if (facts.files.has(scope)) {
    return lines === undefined
      ? made('file', scope, aboutFile(scope, facts))
      : made(
          'selection',
          `${scope}, lines ${lines.first}–${lines.last}`,
          aboutLines(scope, lines, source, facts),
        );
  }
  const summary = summarize(source, facts, scope === '' ? {} : { path: scope });
  return scope === ''
    ? made('repository', summary.name, aboutPart(summary, facts))
    : made('folder', `${scope}/`, aboutPart(summary, facts));
}

function made(kind: Description['kind'], title: string, sections: readonly Section[]): Description {
  const filled = sections
    .filter(({ statements }) => statements.length > 0)
    .map(section => ({ ...section, statements: section.statements.slice(0, mostInSection) }));
  return { kind, title, sections: filled, markdown: markdown(title, filled) };
}

function aboutPart(summary: Summary, facts: RepositoryFacts): Section[] {
  const { symbols } = facts;
  const first = new Set(summary.startHere.map(({ path }) => path));
  return [
    { title: 'What it is', statements: summary.overview },
    {
      title: 'Start here',
      statements: summary.startHere.map(({ path, line, why }) => plain(`${path}: ${why}`, path, line)),
    },
    {
      title: 'Parts',
      statements: summary.parts.flatMap(part => spokenParts(part, facts)).map(partLine),
    },
    {
      title: 'Key files',
      statements: summary.keyFiles
        .filter(({ path }) => !first.has(path))
        .map(({ path, line, why }) => {
          const said = linked(path, path, line, facts);
          return said.text === path ? plain(`${path}: ${why}`, path, line) : said;
        }),
    },
    {
      title: 'Key symbols',
      statements: summary.keySymbols.slice(0, 15).flatMap(({ name, path }) => {
        const found = symbols.find(name, path);
        return found === undefined ? [] : [said(found, symbols)];
      }),
    },
    {
      title: 'Commands',
      statements: summary.commands.map(({ name, command, path, line }) =>
        plain(command === '' ? name : `${name}: ${command}`, path, line),
      ),
    },
  ];
}

type SpokenPart = Part & { readonly statement: Statement };

/** A folder with the packages right inside of it; a file only where others use it. What nothing is said of is left out. */
function spokenParts(part: Part, { ranked }: RepositoryFacts): SpokenPart[] {
  const { kind, path, statement, children } = part;
  if (kind === 'file') {
    const isUsed = (ranked.files.get(path)?.users.length ?? 0) > 0;
    return statement && isUsed ? [{ ...part, statement }] : [];
  }
  const packages = children
    .filter((child): child is SpokenPart => child.statement !== undefined && isPackage(child))
    .sort((one, other) => other.tokens - one.tokens)
    .slice(0, mostPackages);
  const own = statement === undefined ? [] : [{ ...part, statement }];
  if (packages.filter(speaksForItself).length < 2 || isSupporting(`${path}/`)) return own;
  // A list of names says less of a folder of packages than they do.
  return speaksForItself(part) ? [...own, ...packages] : packages;
}

function isPackage(part: Part): boolean {
  return speaksForItself(part) || part.children.some(({ kind, path }) => kind === 'file' && isManifest(path));
}

function speaksForItself({ kind, path, statement }: Part): boolean {
  return (
    kind === 'folder' &&
    statement !== undefined &&
    folderOf(statement.path) === path &&
    (isReadme(statement.path) || isManifest(statement.path))
  );
}

function partLine({ path, kind, files, statement }: SpokenPart): Statement {
  const size = kind === 'folder' ? `/ (${files} ${files === 1 ? 'file' : 'files'})` : '';
  return { ...statement, text: `${path}${size}: ${statement.text}` };
}

function aboutFile(path: string, facts: RepositoryFacts): Section[] {
  const { files, symbols } = facts;
  const { statement, definitions } = files.get(path)!;
  const outermost = definitions.filter(({ container }) => container === undefined);
  const shown = outermost.some(({ exported }) => exported)
    ? outermost.filter(({ exported }) => exported)
    : outermost;
  return [
    { title: 'What it is', statements: statement ? [statement] : [] },
    { title: 'Defines', statements: shown.map(definition => said({ path, definition }, symbols)) },
    {
      title: 'Uses',
      statements: symbols.importsOf(path).map(({ path: used, line }) => linked(used, path, line, facts)),
    },
    { title: 'Used by', statements: usersOf(path, facts) },
  ];
}

/** Who imports it; where nobody does, as in languages without imports of files, who uses its names. */
function usersOf(path: string, facts: RepositoryFacts): Statement[] {
  const { ranked, symbols } = facts;
  const users = (ranked.files.get(path)?.users ?? []).map(user => ({
    user,
    line: symbols.importsOf(user).find(({ path: used }) => used === path)?.line,
  }));
  const importers = users.filter(({ line }) => line !== undefined);
  return (importers.length > 0 ? importers : users)
    .slice(0, mostUsers)
    .map(({ user, line }) => linked(user, user, line ?? facts.files.get(user)?.statement?.line ?? 1, facts));
}

function aboutLines(
  path: string,
  { first, last }: { readonly first: number; readonly last: number },
  source: SummarySource,
  facts: RepositoryFacts,
): Section[] {
  const { files, symbols } = facts;
  const { definitions } = files.get(path)!;
  const endOf = ({ line, endLine }: { line: number; endLine?: number }): number => endLine ?? line;
  const around = definitions.filter(definition => definition.line < first && endOf(definition) >= last);
  const inside = definitions.filter(({ line }) => line >= first && line <= last);
  const own = new Set(definitions.map(({ name }) => name));
  const text = (source.textOf(path) ?? '')
    .split('\n')
    .slice(first - 1, last)
    .join('\n');
  const names = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? []);
  const used = [...names]
    .filter(name => !own.has(name))
    .flatMap(name => symbols.find(name, path) ?? [])
    .filter(found => found.path !== path);
  const statement = files.get(path)!.statement;
  return [
    {
      title: 'Part of',
      statements: [
        ...(statement ? [statement] : []),
        ...around.map(definition => said({ path, definition }, symbols)),
      ],
    },
    { title: 'Defines', statements: inside.map(definition => said({ path, definition }, symbols)) },
    { title: 'Uses', statements: used.map(found => said(found, symbols)) },
  ];
}

/** `kind name: what its comment says`, at the place where that stands. */
function said(
  found: {
    path: string;
    definition: { name: string; kind: string; line: number; exported: boolean; container?: string };
  },
  symbols: Symbols,
): Statement {
  const { name, kind, text, path, line, endLine } = symbols.describe(found);
  const { container } = found.definition;
  const shown = `${kind} ${container === undefined ? '' : `${container}.`}${name}`;
  return {
    ...plain(text.includes(name) ? text : `${shown}: ${text}`, path, line),
    ...(endLine !== undefined && { endLine }),
  };
}

/** A file that is used or uses, with what it says of itself; the place is where the one names the other. */
function linked(shown: string, path: string, line: number, { files }: RepositoryFacts): Statement {
  const statement = files.get(shown)?.statement;
  return plain(statement === undefined ? shown : `${shown}: ${statement.text}`, path, line);
}

function plain(text: string, path: string, line: number): Statement {
  return { text, path, line, generated: false };
}

function markdown(title: string, sections: readonly Section[]): string {
  const lines = [`# ${escapeMarkdown(title)}`];
  for (const section of sections) {
    lines.push('', `## ${section.title}`, '');
    for (const { text, path, line, generated } of section.statements) {
      const link = `${path
        .split('/')
        .map(part => encodeURIComponent(part.replace(/[\ud800-\udfff]/gu, '\ufffd')))
        .join('/')}#L${line}`;
      const name = folderOf(path) === '' ? path : path.slice(path.lastIndexOf('/') + 1);
      lines.push(
        `- ${escapeMarkdown(text)}${generated ? ' *(generated)*' : ''} — [${escapeMarkdown(name)}:${line}](${link})`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
