/**
 * Looks for patterns that blow up: `npm run bench -- redos [--from n] [--count n] [--size characters] [--seed n]`. Prints the slowest files by
 * processor time; fails where one takes more than half a second. A slice, by `--from`, is a part of the
 * same run.
 */
import { parseArgs } from 'node:util';
import { makeCases } from '../unit/analysis/blow-up.ts';
import { runCases, type Timed } from '../unit/analysis/blow-up-run.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '39000' },
    size: { type: 'string', default: '32000' },
    seed: { type: 'string', default: '1' },
  },
});
const [from, count, size, seed] = [values.from, values.count, values.size, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];
const slow = 500;
const patience = 20_000;

const slowest: Timed[] = [];
let done = 0;
let total = 0;
let over = 0;
for await (const timed of runCases(makeCases(seed, count, size, from), patience)) {
  total += Number.isFinite(timed.milliseconds) ? timed.milliseconds : patience;
  slowest.push(timed);
  // Printed at once, so that an interrupted run has reported its findings.
  if (timed.milliseconds > slow) {
    over++;
    process.stderr.write(`\r${timed.milliseconds.toFixed(0)} ms  ${timed.note}\n`);
  }
  if (slowest.length > 200) keepSlowest();
  if (++done % 1000 === 0) process.stderr.write(`\r${done} of ${count}`);
}
keepSlowest();
process.stderr.write('\n');
for (const { note, milliseconds } of slowest)
  console.log(`${milliseconds.toFixed(0).padStart(8)} ms  ${note}`);
console.log(
  `files ${from} to ${from + count - 1} of ${size} characters, seed ${seed}: ${(total / count).toFixed(1)} ms each, ${over} over ${slow} ms`,
);
process.exitCode = over > 0 ? 1 : 0;

function keepSlowest(): void {
  slowest.sort((one, other) => other.milliseconds - one.milliseconds).splice(15);
}
