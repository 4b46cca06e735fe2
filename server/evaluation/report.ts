import { counted } from '../protocol/counted.ts';
import { lineClasses } from './classes.ts';
import type { CursorMetrics, Evaluation } from './evaluate.ts';

/** Formats an evaluation: shares in percent. */
export function evaluationText(evaluation: Evaluation): string {
  const { n, files, seed, eagerness, settings, byClass, bitsPerByte } = evaluation;
  const rows = Object.entries(settings);
  const measured = rows.flatMap(([name, value]) => ('unavailable' in value ? [] : [[name, value] as const]));
  const unavailable = rows.flatMap(([name, value]) =>
    'unavailable' in value ? [`${name}: ${value.unavailable}`] : [],
  );
  const heading = [
    'setting',
    'exact',
    'edit',
    'names',
    'shown',
    'right',
    'at half',
    'at 80 %',
    'p50 ms',
    'p95 ms',
  ];
  const table = (pick: (value: (typeof measured)[number][1]) => CursorMetrics): string =>
    columns([heading, ...measured.map(([name, value]) => [name, ...cells(pick(value))])]);
  const classTable = columns([
    ['exact match', ...measured.map(([name]) => name)],
    ...lineClasses.map(name => [
      `${name} (${byClass[name].n})`,
      ...measured.map(([setting]) => {
        const metrics = byClass[name].settings[setting === 'copy' ? 'repo' : setting];
        return metrics === undefined
          ? '–'
          : `${percent(metrics.exactMatch)} / ${percent(metrics.lineStart.exactMatch)}`;
      }),
    ]),
  ]);
  const curves = columns([
    ['precision at coverage', ...curveSteps.map(step => `${100 * step} %`)],
    ...measured.map(([name, value]) => [name, ...curveSteps.map(step => precisionAt(value, step))]),
  ]);
  return [
    `${counted(n, 'line')} hidden in ${counted(files, 'file')} (seed ${seed}); the edited file's text before and after the line is there, nothing of the line after the cursor.`,
    `Whole lines, in percent. shown and right: at eagerness ${eagerness}; at half, at 80 %: lines covered, most confident first, while so many of the suggestions are right.`,
    '',
    'Cursor 40 % into the line:',
    table(value => value),
    '',
    'Cursor at the start of the line, after its indentation:',
    table(value => value.lineStart),
    '',
    'By class of line (40 % into the line / at its start):',
    classTable,
    '',
    'By decreasing confidence, cursor 40 % into the line:',
    curves,
    '',
    'Confidence, and share of right suggestions, cursor 40 % into the line:',
    ...measured
      .filter(([name]) => name === 'file' || name === 'repo' || name === 'mixed')
      .map(([name, value]) => `${name}: ${reliabilityText(value)}`),
    '',
    `Bits per byte of hidden files: ${
      Object.entries(bitsPerByte)
        .map(([name, bits]) => `${name} ${bits.toFixed(3)}`)
        .join(', ') || 'not measured'
    }`,
    ...unavailable,
  ].join('\n');
}

const curveSteps = [0.05, 0.1, 0.2, 0.3, 0.5, 1];

function reliabilityText({ reliability }: CursorMetrics): string {
  return reliability
    .map(({ n, confidence, precision }) => `${percent(confidence)} → ${percent(precision)} (${n})`)
    .join(', ');
}

function precisionAt({ curve }: CursorMetrics, coverage: number): string {
  const point = curve.find(one => one.coverage >= coverage - 1e-9);
  return point === undefined ? '–' : percent(point.precision);
}

function cells(metrics: CursorMetrics): string[] {
  const { exactMatch, editSimilarity, identifierF1, shown, precisionShown } = metrics;
  const { coverageAtHalf, coverageAtFourFifths } = metrics;
  return [
    ...[exactMatch, editSimilarity, identifierF1, shown, precisionShown].map(percent),
    ...[coverageAtHalf, coverageAtFourFifths].map(percent),
    metrics.p50.toFixed(1),
    metrics.p95.toFixed(1),
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** Cells in columns: the first left-aligned, the others right-aligned. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows
    .map(row =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
