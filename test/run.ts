/**
 * Runs the suites named on the command line (all by default) and ends with `N passed, N failed, N skipped`. A file of editor tests that
 * fails is run once more, by itself: on a busy machine a browser loses a click now and then. What passed only then is named at the end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcomes } from './outcomes.ts';

const root = path.join(import.meta.dirname, '..');
/** In order of cost: what fails soonest runs first. */
const suites = ['unit', 'kernels', 'reproductions', 'weights', 'lsp', 'editor'] as const;

const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (!suites.some(suite => suite === name)) {
    console.error(`There is no suite "${name}"; there are ${suites.join(', ')}.`);
    process.exit(2);
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
const passedLater: string[] = [];
for (const suite of chosen.length > 0 ? chosen : suites) {
  const files = globSync(`test/${suite}/**/*.test.ts`, { cwd: root }).sort();
  if (files.length === 0) continue;
  // The editor loads what is built, so that has to be what the sources say.
  if (suite === 'editor')
    execFileSync(process.execPath, ['.config/build.ts'], { cwd: root, stdio: 'inherit' });
  console.log(`\n== ${suite} (${files.length} files)`);
  const counts = await runFiles(files);
  if (suite === 'editor') {
    for (const file of files.filter(one => counts.get(one)!.failed > 0)) {
      console.log(`\n== ${file}, once more`);
      for (const [again, later] of await runFiles([file])) {
        counts.set(again, later);
        if (later.failed === 0) passedLater.push(again);
      }
    }
  }
  for (const { passed, failed, skipped } of counts.values()) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
}
for (const file of passedLater) console.log(`${file} failed once and passed when run again.`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Runs test files under node:test, passes their output through, and counts how the tests of each file ended. */
async function runFiles(files: string[]): Promise<Map<string, Outcomes>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'longsight-tests-'));
  const record = path.join(folder, 'outcomes');
  writeFileSync(record, '');
  const reporters = {
    spec: 'stdout',
    [path.join(import.meta.dirname, 'outcomes.ts')]: record,
  };
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-concurrency=2',
      ...Object.entries(reporters).flatMap(([reporter, destination]) => [
        `--test-reporter=${reporter}`,
        `--test-reporter-destination=${destination}`,
      ]),
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const code = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? 1)));
  const counts = new Map<string, Outcomes>();
  for (const line of readFileSync(record, 'utf8').split('\n').filter(Boolean)) {
    const { file, ...outcomes } = JSON.parse(line) as Outcomes & { file: string };
    counts.set(path.relative(root, file), outcomes);
  }
  rmSync(folder, { recursive: true, force: true });
  // A runner that dies, or a file that ends without a word, has failed, whatever was counted.
  for (const file of files) {
    if (!counts.has(file)) counts.set(file, { passed: 0, failed: 1, skipped: 0 });
  }
  const failures = [...counts.values()].reduce((sum, { failed }) => sum + failed, 0);
  if (code !== 0 && failures === 0) counts.set('the test runner', { passed: 0, failed: 1, skipped: 0 });
  return counts;
}
