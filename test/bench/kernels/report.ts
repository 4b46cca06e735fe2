/** Output of the benchmark: tables for the terminal, figures and numbers for the documentation. */
import { drawChart } from './plot.ts';
import type { ProductsRow } from './products.ts';
import {
  type AttentionRow,
  type ConvolutionRow,
  type MemoryRow,
  milestones,
  type OperatorRow,
  type WholeRow,
} from './sections.ts';

export interface Measured {
  readonly operators?: readonly OperatorRow[];
  readonly attention?: readonly AttentionRow[];
  readonly wholeHyena?: readonly WholeRow[];
  readonly products?: readonly ProductsRow[];
  readonly convolutions?: readonly ConvolutionRow[];
  readonly memory?: readonly MemoryRow[];
}

export interface Section {
  readonly title: string;
  readonly table: string;
}

/** Everything measured, each part with an explanation. */
export function sections({
  operators,
  attention,
  wholeHyena,
  products,
  convolutions,
  memory,
}: Measured): Section[] {
  const found: Section[] = [];
  if (operators !== undefined && operators.length > 0) {
    found.push({
      title:
        'What a token costs after so many tokens, in linear layers (256 to 256) of one token. "1M / 8k" is growth; "matrix rate" the rate of the ' +
        'operator’s products alone, as a share of that of one large plain product; "GEMM share" the time that a large plain product takes for the same ' +
        'arithmetic, as a share of the whole operator’s time. One thread, processor time, float32, d = 256, 4 heads.',
      table: operatorTable(operators),
    });
    if (attention !== undefined) {
      found.push({
        title:
          'Against exact attention through onnxruntime’s GroupQueryAttention: from which length on the operator is cheaper, and by how much at the longest that was measured, ' +
          'averaged over the sequence; rows of attention beyond it are extrapolated, and no ratio rests on them. Filters of 7 and 128 taps and a window see no further than that: ' +
          'attention over a window is the row to compare them with.',
        table: crossoverTable(operators, attention, wholeHyena ?? []),
      });
    }
  }
  if (products !== undefined) {
    found.push({
      title:
        'Products of matrices where they stand in an operator’s graph, from onnxruntime’s profile: their rate as a share of that of one large ' +
        'plain product, and their part of the operator’s time.',
      table: table(
        ['operator', 'rate of products', 'part of time'],
        products.map(({ name, rate, share }) => [name, percent(rate), percent(share)]),
      ),
    });
  }
  if (convolutions !== undefined) {
    found.push({
      title: 'A convolution with as many taps as tokens, 256 channels: time over that of the Monarch form.',
      table: convolutionTable(convolutions),
    });
  }
  if (memory !== undefined) {
    found.push({
      title:
        'Peak memory that one run of exact attention adds, over the size of its queries, keys, values and output.',
      table: memoryTable(memory),
    });
  }
  return found;
}

/** The documentation page with the tables. */
export function page(found: readonly Section[]): string {
  const parts = found.map(({ title, table }) => `${title}\n\n\`\`\`\n${table}\n\`\`\`\n`);
  return `# Measured\n\nWritten by \`npm run bench -- kernels\`; the same numbers are in measured.json.\n\n${parts.join('\n')}`;
}

function operatorTable(rows: readonly OperatorRow[]): string {
  return table(
    [
      'operator',
      'tokens a run',
      'state in numbers',
      ...milestones.map(short),
      '1M / 8k',
      'matrix rate',
      'GEMM share',
    ],
    rows.map(row => [
      row.name,
      String(row.tokensPerRun),
      row.stateSize > 0 ? `${row.stateFormula} = ${row.stateSize}` : '0',
      ...(row.costs.length > 1 ? row.costs : milestones.map(() => row.costs[0]!)).map(cost =>
        cost.toFixed(2),
      ),
      row.growth?.toFixed(2) ?? '',
      percent(row.matrixRate),
      percent(row.gemmShare),
    ]),
  );
}

/** Where onnxruntime's attention starts to cost more, and how much more at 32k, the longest measured. */
function crossoverTable(
  rows: readonly OperatorRow[],
  attention: readonly AttentionRow[],
  whole: readonly WholeRow[],
): string {
  const measured = attention.filter(({ extrapolated }) => !extrapolated);
  const longest = measured.at(-1)!;
  const body = rows
    .filter(({ costs, long }) => long && costs.length > 1)
    .map(({ name, costs }) => {
      // Between 8k and 64k nothing here depends on the length.
      const cost = (costs[1]! + costs[2]!) / 2;
      return [name, short(crossover(cost, attention)), `${(longest.cost / cost).toFixed(1)} ×`];
    });
  const full = whole.map(({ length, cost }) => {
    const exact = attention.find(row => row.length === length)!;
    const ratio = `${(exact.cost / cost).toFixed(1)} × at ${short(length)}${exact.extrapolated ? ', extrapolated' : ''}`;
    return [`Hyena, filter of ${short(length)}`, '', ratio];
  });
  const exact = attention.map(({ length, cost, extrapolated }) => [
    `GroupQueryAttention of ${short(length)}`,
    '',
    `${cost.toFixed(2)} layers${extrapolated ? ', extrapolated' : ''}`,
  ]);
  return table(
    ['against attention', 'cheaper from', `at ${short(longest.length)}`],
    [...body, ...full, ...exact],
  );
}

function convolutionTable(rows: readonly ConvolutionRow[]): string {
  const names = [...new Set(rows.flatMap(({ overMonarch }) => Object.keys(overMonarch)))];
  return table(
    ['convolution of 256 channels', ...names.map(name => `${name} / Monarch`)],
    rows.map(({ length, overMonarch }) => [
      short(length),
      ...names.map(name => overMonarch[name]?.toFixed(2) ?? 'not run'),
    ]),
  );
}

function memoryTable(rows: readonly MemoryRow[]): string {
  return table(
    ['peak memory / operands', 'unfused', 'tiled', 'GroupQueryAttention'],
    rows.map(({ length, unfused, tiled, groupQuery }) => [
      short(length),
      unfused?.toFixed(1) ?? 'not run',
      tiled.toFixed(1),
      groupQuery.toFixed(1),
    ]),
  );
}

/** Figures of the documentation by file name, if there is data for them. */
export function figures({ operators, attention, convolutions, memory }: Measured): Record<string, string> {
  const drawn: Record<string, string> = {};
  if (operators !== undefined && attention !== undefined) {
    const measured = attention.filter(({ extrapolated }) => !extrapolated);
    const last = measured.at(-1)!;
    drawn['time-per-token.svg'] = drawChart({
      title: 'What a token costs after N tokens',
      x: 'tokens read before (N)',
      y: 'time of a token in linear layers of the same width',
      series: [
        { name: '', group: 'attention', points: measured.map(pointOf) },
        {
          name: 'exact attention (GQA)',
          group: 'attention',
          dashed: true,
          points: [last, ...attention.filter(({ extrapolated }) => extrapolated)].map(pointOf),
        },
        ...operators
          .filter(({ costs, long }) => long && costs.length > 1)
          .map(({ name, costs }) => ({
            name,
            points: milestones.map((length, index) => [length, costs[index]!] as const),
          })),
      ],
    });
  }
  if (convolutions !== undefined) {
    const names = [...new Set(convolutions.flatMap(({ overMonarch }) => Object.keys(overMonarch)))];
    drawn['convolution.svg'] = drawChart({
      title: 'Convolution with as many taps as tokens, 256 channels',
      x: 'tokens',
      y: 'time over that of the Monarch form',
      series: [
        { name: 'Monarch', points: convolutions.map(({ length }) => [length, 1] as const) },
        ...names.map(name => ({
          name,
          points: convolutions.flatMap(({ length, overMonarch }) => {
            const ratio = overMonarch[name];
            return ratio === undefined ? [] : [[length, ratio] as const];
          }),
        })),
      ],
    });
  }
  if (memory !== undefined) {
    const series = (name: string, of: (row: MemoryRow) => number | undefined) => ({
      name,
      points: memory.flatMap(row => {
        const value = of(row);
        return value === undefined ? [] : [[row.length, value] as const];
      }),
    });
    drawn['attention-memory.svg'] = drawChart({
      title: 'Memory of exact attention',
      x: 'tokens',
      y: 'peak over queries, keys, values and output',
      series: [
        series('unfused', row => row.unfused),
        series('tiled (ours)', row => row.tiled),
        series('GroupQueryAttention', row => row.groupQuery),
      ],
    });
  }
  return drawn;
}

function pointOf({ length, cost }: AttentionRow): readonly [number, number] {
  return [length, cost];
}

/** The length from which attention costs more than `cost`, interpolated log-linearly. */
function crossover(cost: number, attention: readonly AttentionRow[]): number {
  for (const [index, row] of attention.entries()) {
    if (row.cost < cost) continue;
    const before = attention[index - 1];
    if (before === undefined) return row.length;
    const share = Math.log(cost / before.cost) / Math.log(row.cost / before.cost);
    return before.length * (row.length / before.length) ** share;
  }
  return Number.POSITIVE_INFINITY;
}

function short(length: number): string {
  if (length >= 2 ** 20) return `${Math.round(length / 2 ** 20)}M`;
  if (length < 1024) return String(Math.round(length));
  return `${length < 10 * 1024 ? Number((length / 1024).toFixed(1)) : Math.round(length / 1024)}k`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 100)} %`;
}

function table(header: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...body.map(row => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [line(header), ...body.map(line)].join('\n');
}
