/**
 * Fits the ranking of copied and written lines, and the probability of a line's start (`server/suggestions/ranking.ts`), on what `coder-observe` wrote:
 * `npm run bench -- coder-fit <observations.jsonl> <repository>…`. Fits on the repositories that are named, and reports on the others and, by a fit
 * without it, on each of those; beside the copy memory and the model alone. Prints the table.
 */
import { readFileSync } from 'node:fs';
import { isExact } from '../../server/evaluation/metrics.ts';
import {
  featuresOfStart,
  lineFeatures,
  linesOf,
  rankLines,
  startFeatures,
} from '../../server/suggestions/ranking.ts';
import { cutsOf } from '../../server/usefulness/options.ts';
import type { CoderObservation } from './coder/observation.ts';
import { fitConditionalLogit } from './conditional-logit.ts';

const [file = '', ...fitted] = process.argv.slice(2);
const all = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as CoderObservation);

const choices = all.map(one => {
  const lines = linesOf(one.copies, { text: one.written, logProbability: one.score });
  return { one, lines, right: lines.findIndex(line => isRight(one, line.text)) };
});
const fit = (members: readonly string[]): Float64Array =>
  fitConditionalLogit(
    choices
      .filter(({ one }) => members.includes(one.repository))
      .map(({ lines, right }) => ({ options: lines.map(({ features }) => features), right })),
    lineFeatures.length,
  );
const weights = fit(fitted);
console.log(lineFeatures.map((name, i) => `  ${name}: ${weights[i]!.toFixed(3)},`).join('\n'));

/** Prefixes that are of interest: less probable ones are never shown. */
const leastOfStart = 0.2;
const starts = all
  .filter(one => fitted.includes(one.repository))
  .flatMap(one =>
    cutsOf(one.written).flatMap(end => {
      const step = one.steps.find(({ length }) => length >= end);
      if (step === undefined || step.logProbability < Math.log(leastOfStart)) return [];
      const start = one.written.slice(0, end);
      const features = featuresOfStart(start, step.logProbability, one.copies);
      return [{ options: [features], right: one.expected.startsWith(start) ? 0 : -1 }];
    }),
  );
const startWeights = fitConditionalLogit(starts, startFeatures.length);
console.log(`starts of lines (${starts.length}):`);
console.log(startFeatures.map((name, i) => `  ${name}: ${startWeights[i]!.toFixed(2)},`).join('\n'));

const repositories = [...new Set(all.map(one => one.repository))];
/** No repository is judged by a fit that has seen it. */
const weightsFor = new Map(
  repositories.map(name => [
    name,
    fitted.includes(name) ? fit(fitted.filter(other => other !== name)) : weights,
  ]),
);
const held = repositories.filter(name => !fitted.includes(name));
print('', 'n', 'copy', 'model', 'either', 'fitted', 'in use', 'shown at .8: copy', 'fitted', 'in use');
for (const [name, members] of [
  ...repositories.map(one => [one, [one]] as const),
  ['fitted on', fitted] as const,
  ['held out', held] as const,
]) {
  const own = choices.filter(({ one }) => members.includes(one.repository));
  if (own.length === 0) continue;
  const copies = own.map(({ one }) => sure(one, one.copies[0]?.text ?? '', one.copies[0]?.confidence ?? 0));
  const refitted = own.map(({ one, lines }) => {
    const own = weightsFor.get(one.repository)!;
    const odds = lines.map(({ features }) => Math.exp(dot(features, own)));
    const total = odds.reduce((sum, odd) => sum + odd, 1);
    const best = odds.indexOf(Math.max(...odds));
    return sure(one, lines[best]?.text ?? '', (odds[best] ?? 0) / total);
  });
  const inUse = own.map(({ one }) => {
    const [best] = rankLines(one.copies, { text: one.written, logProbability: one.score });
    return sure(one, best?.text ?? '', best?.right ?? 0);
  });
  print(
    name,
    own.length,
    share(copies),
    share(own.map(({ one }) => sure(one, one.written, 0))),
    percent(own.filter(({ right }) => right >= 0).length / own.length),
    share(refitted),
    share(inUse),
    percent(shownAt(copies, 0.8)),
    percent(shownAt(refitted, 0.8)),
    percent(shownAt(inUse, 0.8)),
  );
  if (members.length === 1) continue;
  console.log(`  claimed → right (n): ${reliability(refitted)}`);
  console.log(`  in use less copy: ${difference(inUse, copies)} points (95 % interval)`);
}

interface Sure {
  readonly isRight: boolean;
  readonly right: number;
}

function sure(one: CoderObservation, text: string, right: number): Sure {
  return { isRight: isRight(one, text), right };
}

function isRight(one: CoderObservation, suggested: string): boolean {
  const { before, expected } = one;
  return isExact({ before, expected, suggested, confidence: 0, shown: true, milliseconds: 0 });
}

/** The largest share of lines, most confident first, at a given precision. */
function shownAt(lines: readonly Sure[], precision: number): number {
  let [right, most] = [0, 0];
  for (const [i, line] of lines.toSorted((a, b) => b.right - a.right).entries()) {
    if (line.isRight) right++;
    if (right / (i + 1) >= precision) most = i + 1;
  }
  return most / lines.length;
}

function reliability(lines: readonly Sure[]): string {
  const sorted = lines.toSorted((a, b) => a.right - b.right);
  const bins = 6;
  return Array.from({ length: bins }, (_, bin) => {
    const own = sorted.slice((bin * sorted.length) / bins, ((bin + 1) * sorted.length) / bins);
    const mean = own.reduce((sum, line) => sum + line.right, 0) / own.length;
    return `${percent(mean)} → ${share(own)} (${own.length})`;
  }).join(', ');
}

/** Mean paired difference with its confidence interval. */
function difference(left: readonly Sure[], right: readonly Sure[]): string {
  const each = left.map((line, i) => Number(line.isRight) - Number(right[i]!.isRight));
  const mean = each.reduce((sum, one) => sum + one, 0) / each.length;
  const variance = each.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (each.length - 1);
  const half = 1.96 * Math.sqrt(variance / each.length);
  return `${percent(mean)} (${percent(mean - half)} to ${percent(mean + half)})`;
}

function share(lines: readonly Sure[]): string {
  return percent(lines.filter(line => line.isRight).length / lines.length);
}

function percent(value: number): string {
  return (100 * value).toFixed(1);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function print(...cells: readonly (string | number)[]): void {
  console.log(
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(12) : String(cell).padStart(9))).join(''),
  );
}
