/**
 * `npm test -- [suite | file | pattern …] [option of node's test runner …]` runs all suites, or only what is named, and ends with
 * `N passed, N failed, N skipped`. An editor test file that fails is run a second time on its own, because a busy machine can lose a
 * click; files that passed only then are named at the end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcomes } from './outcomes.ts';
import { isInteractive, select, type TestSelection } from './selection.ts';

/** Far more than any suite takes on a busy machine. One that hangs must not take the other suites' results away. */
const patience = 40 * 60_000;

const root = path.join(import.meta.dirname, '..');
const selection = select(
  globSync('test/**/*.test.ts', { cwd: root }).map(file => file.replaceAll('\\', '/')),
  process.argv.slice(2),
);
if ('problem' in selection) {
  console.error(selection.problem);
  process.exit(2);
}
if (isInteractive(selection.options)) await runInteractively(selection);
else await runAndCount(selection);

/** Watching and debugging have no end at which to count. */
async function runInteractively({ suites, options }: TestSelection): Promise<void> {
  if (suites.some(({ name }) => name === 'editor')) build();
  const files = suites.flatMap(({ files }) => files);
  // A debugger stops in the process it is attached to, so the tests must run in that one.
  const isolation = options.some(option => option.startsWith('--inspect')) ? ['--test-isolation=none'] : [];
  const args = [...options, '--test', ...isolation, ...files];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? 1)));
}

async function runAndCount({ suites, options }: TestSelection): Promise<void> {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const passedLater: string[] = [];
  for (const { name, files } of suites) {
    if (name === 'editor') build();
    console.log(`\n== ${name} (${files.length} ${files.length === 1 ? 'file' : 'files'})`);
    const counts = await runFiles(files, options);
    if (name === 'editor') {
      for (const file of files.filter(one => counts.get(one)!.failed > 0)) {
        console.log(`\n== ${file}, second run`);
        for (const [again, later] of await runFiles([file], options)) {
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
  for (const file of passedLater) console.log(`${file} failed once and passed on its second run.`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** The editor loads dist/, so dist/ has to match the sources. */
function build(): void {
  execFileSync(process.execPath, ['.config/build.ts'], { cwd: root, stdio: 'inherit' });
}

/** Runs test files under node:test, passes their output through, and counts how the tests of each file ended. */
async function runFiles(
  files: readonly string[],
  options: readonly string[],
): Promise<Map<string, Outcomes>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'longsight-tests-'));
  const record = path.join(folder, 'outcomes');
  writeFileSync(record, '');
  const reporters = {
    spec: 'stdout',
    [new URL('outcomes.ts', import.meta.url).href]: record,
  };
  const child = spawn(
    process.execPath,
    [
      ...options,
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
  // Interrupted, the runner names the files that had not ended.
  const late = setTimeout(() => child.kill('SIGINT'), patience);
  const code = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? 1)));
  clearTimeout(late);
  const counts = new Map<string, Outcomes>();
  for (const line of readFileSync(record, 'utf8').split('\n').filter(Boolean)) {
    const { file, ...outcomes } = JSON.parse(line) as Outcomes & { file: string };
    counts.set(path.relative(root, file).replaceAll('\\', '/'), outcomes);
  }
  rmSync(folder, { recursive: true, force: true });
  // A runner that dies, or a file that ends without reporting, counts as a failure.
  for (const file of files) {
    if (!counts.has(file)) counts.set(file, { passed: 0, failed: 1, skipped: 0 });
  }
  const failures = [...counts.values()].reduce((sum, { failed }) => sum + failed, 0);
  if (code !== 0 && failures === 0) counts.set('the test runner', { passed: 0, failed: 1, skipped: 0 });
  return counts;
}
