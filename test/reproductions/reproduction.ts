/** A reproduction: a paper's claim, a run that tests it at a size for two cores, and the result beside the paper's. */
import type { Chart } from '../bench/kernels/plot.ts';

/** A result of a run; the reproduction knows its fields. */
export type Row = Readonly<Record<string, unknown>>;

export interface Reproduction {
  readonly name: string;
  readonly claim: string;
  readonly paper: { readonly source: string; readonly setup: string; readonly figure: string };
  /** Whether it trains, and so needs PyTorch. */
  readonly trains: boolean;
  /** Describes the run: sizes, lengths, seeds. */
  setup(quick: boolean): string;
  run(quick: boolean): AsyncIterable<Row>;
  /** From all rows of a run, in any order. */
  judge(rows: readonly Row[], quick: boolean): Verdict;
}

export interface Verdict {
  /** Rows of the table, the first being its header. */
  readonly table: readonly (readonly string[])[];
  /** Our result in a few words: the row of kernels/README.md. */
  readonly figure: string;
  /** How it differs from the paper's, and why. */
  readonly difference: string;
  /** Why the claimed ordering does not hold; undefined if it does. */
  readonly fails?: string;
  readonly chart?: Chart;
}

/** Pads columns to one width, the first left-aligned and the others right-aligned. */
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

/** A share in percent, to a tenth where useful. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`;
}

/** The values of a field in matching rows, for means over seeds. */
export function numbersOf(rows: readonly Row[], field: string, where: Row = {}): number[] {
  return rows
    .filter(row => Object.entries(where).every(([key, value]) => row[key] === value))
    .map(row => row[field] as number);
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the mean of nothing');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The distinct values of a field, in order of appearance. */
export function distinct<T>(rows: readonly Row[], field: string): T[] {
  return [...new Set(rows.map(row => row[field] as T))];
}
