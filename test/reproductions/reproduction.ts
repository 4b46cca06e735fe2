/** What a reproduction is: a paper's claim, the run that tries it at a size for two cores, and what came of it beside what the paper has. */
import type { Chart } from '../bench/kernels/plot.ts';

/** Something that a run has found; the reproduction knows its fields. */
export type Row = Readonly<Record<string, unknown>>;

export interface Reproduction {
  readonly name: string;
  readonly claim: string;
  readonly paper: { readonly source: string; readonly setup: string; readonly figure: string };
  /** Whether it trains, and so needs a Python with PyTorch. */
  readonly trains: boolean;
  /** What is run: sizes, lengths, seeds. */
  setup(quick: boolean): string;
  run(quick: boolean): AsyncIterable<Row>;
  /** From all rows of a run, in any order. */
  judge(rows: readonly Row[], quick: boolean): Verdict;
}

export interface Verdict {
  /** Lines of the table, the first of them its head. */
  readonly table: readonly (readonly string[])[];
  /** Our figure in a few words: the row of kernels/README.md. */
  readonly figure: string;
  /** How it differs from the paper's, and why. */
  readonly difference: string;
  /** Why the claimed order does not hold; undefined where it does. */
  readonly fails?: string;
  readonly chart?: Chart;
}

/** Columns to one width, the first to the left and the others to the right. */
export function format(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0)));
  return table
    .map(row =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}

/** A share in percent, to a tenth where that says more. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`;
}

/** The values of a field in the rows that fit, for means over seeds. */
export function numbersOf(rows: readonly Row[], field: string, where: Row = {}): number[] {
  return rows
    .filter(row => Object.entries(where).every(([key, value]) => row[key] === value))
    .map(row => row[field] as number);
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the mean of nothing');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The first of every value of a field, in order of appearance. */
export function distinct<T>(rows: readonly Row[], field: string): T[] {
  return [...new Set(rows.map(row => row[field] as T))];
}
