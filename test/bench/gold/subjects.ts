/** What the statements of a summary speak of: the rows of the sidebar that show them. */
import type { Part, Statement, Summary } from '../../../server/protocol/requests.ts';

/**
 * @returns for a statement every row that shows it, in the sidebar's order: its section, and the path of the file or
 * folder in it. Documents speak of other paths, so the statement's place is not its subject.
 */
export function subjectsOf(summary: Summary): (statement: Statement) => string {
  const rows = new Map<string, string[]>();
  const add = (row: string, statement: Statement | undefined): void => {
    if (statement === undefined) return;
    const known = rows.get(keyOf(statement));
    if (known === undefined) rows.set(keyOf(statement), [row]);
    else known.push(row);
  };
  const addParts = (parts: readonly Part[]): void => {
    for (const { path, kind, statement, children } of parts) {
      add(`Parts › ${kind === 'folder' ? `${path}/` : path}`, statement);
      addParts(children);
    }
  };
  for (const statement of summary.overview) add(`Overview › ${summary.name}`, statement);
  for (const { path, loose, kind, statement } of summary.relations)
    add(
      `How the parts fit together › ${loose ? `${path === '' ? '.' : path}/*` : kind === 'folder' ? `${path}/` : path}`,
      statement,
    );
  addParts(summary.parts);
  for (const statement of summary.conventions) add('Conventions and pitfalls', statement);
  return statement => rows.get(keyOf(statement))?.join('; ') ?? statement.path;
}

function keyOf({ path, line, text }: Statement): string {
  return `${path}:${line}:${text}`;
}
