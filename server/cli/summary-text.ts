/** Formats a summary for a terminal. */
import { cleanLine } from '../protocol/clean-text.ts';
import type { PartLink, PartRelations, Statement, Summary } from '../protocol/requests.ts';
import { keyOf } from '../relations/relations.ts';
import { activityText } from '../summary/changes.ts';
import { count } from './output.ts';

const keyFilesShown = 14;
const symbolsShown = 8;
const partsShown = 30;
const linksShown = 3;

/** @param columns terminal width; longer lines are clipped */
export function summaryText(summary: Summary, columns: number): string {
  const lines: string[] = [summary.name, '═'.repeat(summary.name.length)];
  const section = (title: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', title, ...rows.map(row => `  ${cleanLine(row)}`));
  };
  const said = (statement: Statement): string => `${statement.text}  (${source(statement)})`;
  section('Overview', [
    ...summary.overview.map(said),
    ...(summary.activity ? [`git: ${activityText(summary.activity)}`] : []),
  ]);
  section(
    'How it runs',
    summary.runs.flatMap(run => [
      run.title,
      ...run.calls.map((call, at) => `${'  '.repeat(at + 1)}→ ${said(call)}`),
    ]),
  );
  section('Parts', partRows(summary.relations));
  section(
    'Start here',
    summary.startHere.map((file, index) => `${index + 1}. ${file.path} — ${file.why}`),
  );
  const statements = new Map(summary.statements.map(statement => [statement.path, statement.text]));
  const known = new Set(summary.startHere.map(file => file.path));
  section(
    'Key files',
    summary.keyFiles
      .flatMap(file => {
        if (known.has(file.path)) return [];
        const rest = [fileText(summary, file.path) ?? statements.get(file.path), file.why]
          .filter(Boolean)
          .join(' · ');
        return rest === '' ? file.path : `${file.path} — ${rest}`;
      })
      .slice(0, keyFilesShown),
  );
  section(
    'Key symbols',
    summary.keySymbols
      .slice(0, symbolsShown)
      .map(
        symbol =>
          `${symbol.kind} ${symbol.name}  (${source(symbol)}, used by ${symbol.usedBy} ${symbol.usedBy === 1 ? 'file' : 'files'})`,
      ),
  );
  section(
    'Commands',
    summary.commands
      .filter(({ use }) => use !== 'other')
      .map(
        command =>
          `${command.use}: ${command.name}${command.command === '' ? '' : `  # ${command.command}`}  (${source(command)})`,
      ),
  );
  section('Conventions and pitfalls', summary.conventions.map(said));
  return lines.map(line => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line)).join('\n');
}

function source(place: { readonly path: string; readonly line: number }): string {
  return `${place.path}:${place.line}`;
}

/** The file name suffices: parts are long paths already. */
function brief({ path, line }: { readonly path: string; readonly line: number }): string {
  return `${path.slice(path.lastIndexOf('/') + 1)}:${line}`;
}

function fileText(summary: Summary, path: string): string | undefined {
  let parts = summary.parts;
  for (;;) {
    const next = parts.find(part => part.path === path || path.startsWith(`${part.path}/`));
    if (next === undefined || next.path === path) return next?.statement?.text;
    parts = next.children;
  }
}

function partRows(parts: readonly PartRelations[]): string[] {
  const rows = parts.slice(0, partsShown).flatMap(part => {
    const size =
      part.kind === 'folder'
        ? `  ${part.files} ${part.files === 1 ? 'file' : 'files'}, ${count(part.tokens)} tokens`
        : '';
    const says = part.statement ? `  — ${part.statement.text}` : '';
    return [
      `${keyOf(part)}${size}${says}`,
      ...linkRow('uses', part.uses),
      ...linkRow('used by', part.usedBy),
      ...(part.tests
        ? [
            `    tested in ${part.tests.part}/ (${part.tests.references} ${part.tests.references === 1 ? 'file' : 'files'}, ${brief(part.tests.at)})`,
          ]
        : []),
    ];
  });
  return parts.length > partsShown ? [...rows, `… and ${parts.length - partsShown} more`] : rows;
}

function linkRow(verb: string, links: readonly PartLink[]): string[] {
  if (links.length === 0) return [];
  const shown = links
    .slice(0, linksShown)
    .map(({ part, references, at }) => `${part} (${references > 0 ? `${references}×, ` : ''}${brief(at)})`);
  const more = links.length - shown.length;
  return [`    ${verb} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}
