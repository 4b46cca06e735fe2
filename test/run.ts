/** Runs the suites named on the command line (all by default) and ends with `N passed, N failed, N skipped`. */
import { execFileSync, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
/** In order of cost: what fails soonest runs first. */
const suites = ['unit', 'kernels', 'lsp', 'editor'] as const;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (!suites.some(suite => suite === name)) {
    console.error(`There is no suite "${name}"; there are ${suites.join(', ')}.`);
    process.exit(2);
  }
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of chosen.length > 0 ? chosen : suites) {
  const files = globSync(`test/${suite}/**/*.test.ts`, { cwd: root }).sort();
  if (files.length === 0) continue;
  // The editor loads what is built, so that has to be what the sources say.
  if (suite === 'editor')
    execFileSync(process.execPath, ['.config/build.ts'], { cwd: root, stdio: 'inherit' });
  const counts = await runSuite(suite, files);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Runs one suite under node:test, passes its output through, and reads the counts from the closing summary. */
async function runSuite(suite: string, files: string[]): Promise<Counts> {
  console.log(`\n== ${suite} (${files.length} files)`);
  const child = spawn(
    process.execPath,
    ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let tail = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    process.stdout.write(chunk);
    tail = (tail + chunk).slice(-100_000);
  });
  const code = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? 1)));
  const read = (label: string): number => Number(new RegExp(`^ℹ ${label} (\\d+)$`, 'm').exec(tail)?.[1] ?? 0);
  const counts = { passed: read('pass'), failed: read('fail') + read('cancelled'), skipped: read('skipped') };
  // A runner that dies without a summary has failed, whatever it counted.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
