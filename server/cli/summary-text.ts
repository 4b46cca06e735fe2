/** A summary as text for a terminal. */
import { cleanLine } from '../protocol/clean-text.ts';
import type { Part, Summary } from '../protocol/requests.ts';
import { activityText } from '../summary/changes.ts';
import { count } from './output.ts';

const treeDepth = 2;
const childrenShown = 12;

/** @param columns the width of the terminal; longer lines are clipped. */
export function summaryText(summary: Summary, columns: number): string {
  const lines: string[] = [summary.name, '═'.repeat(summary.name.length)];
  const section = (title: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', title, ...rows.map(row => `  ${cleanLine(row)}`));
  };
  const source = (place: { path: string; line: number }): string => `${place.path}:${place.line}`;
  section('Overview', [
    ...summary.overview.map(statement => `${statement.text}  (${source(statement)})`),
    ...(summary.activity ? [`git: ${activityText(summary.activity)}`] : []),
  ]);
  section(
    'Start here',
    summary.startHere.map((file, index) => `${index + 1}. ${file.path} — ${file.why}`),
  );
  const known = new Set(summary.startHere.map(file => file.path));
  section(
    'Key files',
    summary.keyFiles.flatMap(file => (known.has(file.path) ? [] : `${file.path} — ${file.why}`)).slice(0, 8),
  );
  section(
    'Key symbols',
    summary.keySymbols
      .slice(0, 8)
      .map(symbol => `${symbol.kind} ${symbol.name}  (${source(symbol)}, used ${symbol.uses} times)`),
  );
  section(
    'Commands',
    summary.commands
      .slice(0, 8)
      .map(command => (command.command === '' ? command.name : `${command.name}: ${command.command}`)),
  );
  section('Parts', summary.parts.length > 0 ? tree(summary.parts, '', treeDepth) : []);
  return lines.map(line => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line)).join('\n');
}

function tree(parts: readonly Part[], indent: string, depth: number): string[] {
  const shown = parts.slice(0, childrenShown);
  const rows = shown.flatMap((part, index) => {
    const last = index === shown.length - 1 && shown.length === parts.length;
    const name = part.path.slice(part.path.lastIndexOf('/') + 1);
    const size =
      part.kind === 'folder'
        ? `/  ${part.files} ${part.files === 1 ? 'file' : 'files'}, ${count(part.tokens)} tokens`
        : '';
    const says = part.statement ? `  — ${part.statement.text}` : '';
    const row = `${indent}${last ? '└ ' : '├ '}${name}${size}${says}`;
    return depth > 1 && part.children.length > 0
      ? [row, ...tree(part.children, `${indent}${last ? '  ' : '│ '}`, depth - 1)]
      : [row];
  });
  return parts.length > shown.length ? [...rows, `${indent}└ … ${parts.length - shown.length} more`] : rows;
}
