/**
 * Looks for patterns that blow up: `node test/bench/redos.ts [files] [characters a file] [seed]`. Prints the slowest files; fails where one
 * takes more than half a second.
 */
import { makeCases } from '../unit/analysis/blow-up.ts';
import { runCases, type Timed } from '../unit/analysis/blow-up-run.ts';

const [count = 39_000, size = 32_000, seed = 1] = process.argv.slice(2).map(Number);
const slow = 500;
const patience = 20_000;

const slowest: Timed[] = [];
let done = 0;
let total = 0;
for await (const timed of runCases(makeCases(seed, count, size), patience)) {
  total += Number.isFinite(timed.milliseconds) ? timed.milliseconds : patience;
  slowest.push(timed);
  // Said at once: a long run that is stopped has told what it found.
  if (timed.milliseconds > slow)
    process.stderr.write(`\r${timed.milliseconds.toFixed(0)} ms  ${timed.note}\n`);
  if (slowest.length > 200) keepSlowest();
  if (++done % 1000 === 0) process.stderr.write(`\r${done} of ${count}`);
}
keepSlowest();
process.stderr.write('\n');
for (const { note, milliseconds } of slowest)
  console.log(`${milliseconds.toFixed(0).padStart(8)} ms  ${note}`);
const over = slowest.filter(({ milliseconds }) => milliseconds > slow).length;
console.log(
  `${count} files of ${size} characters, seed ${seed}: ${(total / count).toFixed(1)} ms each, ${over} over ${slow} ms`,
);
process.exitCode = over > 0 ? 1 : 0;

function keepSlowest(): void {
  slowest.sort((one, other) => other.milliseconds - one.milliseconds).splice(15);
}
