/** Describes a repository, folder, file or selection: sections of statements, and the same as Markdown with links. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { outermost } from '../analysis/heads.ts';
import type { SummarySource } from '../analysis/source.ts';
import type { Symbols } from '../analysis/symbols.ts';
import { escapeMarkdown } from '../protocol/clean-text.ts';
import { folderOf } from '../protocol/folders.ts';
import type {
  Description,
  PartLink,
  PartRelations,
  Place,
  Statement,
  Summary,
} from '../protocol/requests.ts';
import { keyOf } from '../relations/relations.ts';
import { summarize } from './summarize.ts';

export interface DescribeOptions {
  readonly path?: string;
  readonly lines?: { readonly first: number; readonly last: number };
}

type Section = Description['sections'][number];

const maxInSection = 60;
const maxUsers = 12;

/** @throws RangeError when `path` is not indexed */
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
    .map(section => ({ ...section, statements: cut(section.statements, maxInSection) }));
  return { kind, title, sections: filled, markdown: markdown(title, filled) };
}

/** The first statements; of longer lists one more says how many are left out, at the place of the first of these. */
function cut(statements: readonly Statement[], most: number): Statement[] {
  const [next] = statements.slice(most);
  const shown = statements.slice(0, most);
  return next === undefined
    ? shown
    : [...shown, plain(`and ${statements.length - most} more`, next.path, next.line)];
}

function aboutPart(summary: Summary, facts: RepositoryFacts): Section[] {
  const { symbols } = facts;
  const first = new Set(summary.startHere.map(({ path }) => path));
  return [
    { title: 'What it is', statements: summary.overview },
    {
      title: 'How it runs',
      statements: summary.runs.flatMap(run => [plain(run.title, run.path, run.line), ...run.calls]),
    },
    { title: 'Parts', statements: summary.relations.flatMap(partLines) },
    {
      title: 'Start here',
      statements: summary.startHere.map(({ path, line, why }) => plain(`${path}: ${why}`, path, line)),
    },
    {
      title: 'Key files',
      statements: summary.keyFiles
        .filter(({ path }) => !first.has(path))
        .map(({ path, line, why }) => {
          const said = linked(path, path, line, facts);
          return said.text === path && why !== '' ? plain(`${path}: ${why}`, path, line) : said;
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
      statements: summary.commands
        .filter(({ use }) => use !== 'other')
        .map(({ use, name, command, path, line }) =>
          plain(`${use}: ${name}${command === '' ? '' : ` (${command})`}`, path, line),
        ),
    },
    { title: 'Conventions and pitfalls', statements: [...summary.conventions, ...summary.usual] },
  ];
}

/** A part with its description, and below it its relations, each at one reference. */
function partLines(part: PartRelations): Statement[] {
  const { statement, uses, usedBy, tests, wiredBy } = part;
  const size = part.kind === 'folder' ? ` (${part.files} ${part.files === 1 ? 'file' : 'files'})` : '';
  const [place] = [statement, uses[0]?.at, usedBy[0]?.at, wiredBy[0]].filter(one => one !== undefined);
  const related = [
    relation('uses', uses),
    relation('is used by', usedBy),
    ...(tests ? [`is tested in ${tests.part}/`] : []),
  ].filter(text => text !== '');
  const link = uses[0]?.at ?? usedBy[0]?.at ?? tests?.at;
  const shown = keyOf(part);
  return [
    ...(place
      ? [plain(`${shown}${size}${statement ? `: ${statement.text}` : ''}`, place.path, place.line)]
      : []),
    ...(link ? [plain(`${shown} ${related.join('; ')}`, link.path, link.line)] : []),
  ];
}

function relation(verb: string, links: readonly PartLink[]): string {
  if (links.length === 0) return '';
  const shown = links
    .slice(0, 3)
    .map(({ part, references }) => (references > 0 ? `${part} (${references})` : part));
  return `${verb} ${shown.join(', ')}${links.length > 3 ? ` and ${links.length - 3} more` : ''}`;
}

function aboutFile(path: string, facts: RepositoryFacts): Section[] {
  const { files, symbols } = facts;
  const { statement, definitions } = files.get(path)!;
  const heads = outermost(definitions);
  const shown = heads.some(({ exported }) => exported) ? heads.filter(({ exported }) => exported) : heads;
  const known = new Set(heads);
  const names = new Set(shown.map(({ name }) => name));
  const members = definitions.filter(
    one => !known.has(one) && one.exported && one.container !== undefined && names.has(one.container),
  );
  return [
    { title: 'What it is', statements: statement ? [statement] : [] },
    { title: 'Defines', statements: shown.map(definition => said({ path, definition }, symbols)) },
    { title: 'Members', statements: members.map(definition => said({ path, definition }, symbols)) },
    {
      title: 'Uses',
      statements: symbols.importsOf(path).map(({ path: used, line }) => linked(used, path, line, facts)),
    },
    { title: 'Used by', statements: usersOf(path, facts) },
  ];
}

/** Files that refer to it, each at its line. */
function usersOf(path: string, facts: RepositoryFacts): Statement[] {
  const { ranked } = facts;
  const lines = new Map(ranked.references.to(path).map(({ from, line }) => [from, line]));
  const users = ranked.files.get(path)?.users ?? [];
  return cut(
    users.map(user => linked(user, user, lines.get(user) ?? 1, facts)),
    maxUsers,
  );
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

/** `kind name: sentence from its comment`, at the comment's place. */
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

/** A related file with its description; the place is the reference. */
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
    for (const statement of section.statements) {
      const { text, generated, sources = [statement] } = statement;
      lines.push(
        `- ${escapeMarkdown(text)}${generated ? ' *(generated)*' : ''} — ${sources.map(linkTo).join(', ')}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function linkTo({ path, line }: Place): string {
  const link = `${path
    .split('/')
    .map(part => encodeURIComponent(part.replace(/[\ud800-\udfff]/gu, '\ufffd')))
    .join('/')}#L${line}`;
  const name = folderOf(path) === '' ? path : path.slice(path.lastIndexOf('/') + 1);
  return `[${escapeMarkdown(name)}:${line}](${link})`;
}
