import { columns } from './report.ts';
import type { TypingEvaluation } from './typing.ts';
import type { TypingMetrics } from './typing-metrics.ts';

/** What typing with suggestions came to, for people: shares in percent. */
export function typingText({
  setting,
  files,
  seed,
  eagerness,
  all,
  byManner,
  byPlace,
}: TypingEvaluation): string {
  const rows = [
    ['all', all],
    ...Object.entries(byManner).map(([name, metrics]) => [`  ${name}`, metrics] as const),
    ...Object.entries(byPlace).map(([name, metrics]) => [`  at: ${name}`, metrics] as const),
  ] as const;
  return [
    `${setting}: ${files} hidden files typed again (seed ${seed}, eagerness ${eagerness}), in stretches from top to bottom and one function each; a suggestion is accepted as soon as all of it, its first line or its next word is right.`,
    '',
    columns([heading, ...rows.map(([name, metrics]) => [name, ...cells(metrics)])]),
    '',
    `Answers: p50 ${all.p50.toFixed(1)} ms, p95 ${all.p95.toFixed(1)} ms.`,
    'saved: characters not typed; shown, wrong: suggestions a hundred characters; right: shown ones that were taken; silent: starts of lines and words without a suggestion.',
  ].join('\n');
}

const heading = ['', 'characters', 'saved %', 'shown', 'right %', 'wrong', 'silent %'];

function cells(metrics: TypingMetrics): string[] {
  return [
    String(metrics.characters),
    (100 * metrics.saved).toFixed(1),
    metrics.shownPer100.toFixed(2),
    metrics.shown === 0 ? '–' : (100 * metrics.precision).toFixed(1),
    metrics.wrongPer100.toFixed(2),
    (100 * metrics.silent).toFixed(1),
  ];
}
