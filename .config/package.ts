/**
 * Builds VSIX packages: one for this machine; `--target <platform>` for another; `--target universal` without the
 * native engine (for all other platforms); `--target all`. Checks each one's files and size, and runs this machine's
 * programs and engine from a copy of its files.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';
import { grammarFiles } from '../server/syntax/grammars.ts';
import { largestPackage, problemsOf, targetNames, targets } from './targets.ts';

const root = path.join(import.meta.dirname, '..');
const cache = path.join(root, '.cache');

const at = process.argv.indexOf('--target');
const asked = at >= 0 ? process.argv[at + 1] : machineTarget();
const chosen = asked === 'all' ? targetNames : targetNames.filter(name => name === asked);
if (chosen.length === 0) {
  console.error(`There is no package for "${asked}". Choose all, or one of ${targetNames.join(', ')}.`);
  process.exit(2);
}

execFileSync(process.execPath, ['.config/build.ts', '--minify'], { cwd: root, stdio: 'inherit' });
mkdirSync(cache, { recursive: true });
let failed = false;
for (const name of chosen) failed = !(await makePackage(name)) || failed;
process.exitCode = failed ? 1 : 0;

/** @returns whether the package is valid; prints problems */
async function makePackage(name: string): Promise<boolean> {
  const target = targets[name]!;
  const ignoreFile = path.join(cache, `vscodeignore-${name}`);
  const allowList = readFileSync(path.join(root, '.vscodeignore'), 'utf8').trimEnd();
  writeFileSync(ignoreFile, `${[allowList, ...target.files.map(file => `!${file}`)].join('\n')}\n`);

  const inside = await listFiles({ cwd: root, ignoreFile });
  const problems = problemsOf(name, inside, grammarFiles());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return false;
  if (name === machineTarget() && !runsHere(name, inside)) return false;

  const packagePath = path.join(cache, `longsight-${name}.vsix`);
  await createVSIX({
    cwd: root,
    ...(name !== 'universal' && { target: name }),
    packagePath,
    ignoreFile,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const megabytes = statSync(packagePath).size / 1e6;
  console.log(`${path.relative(root, packagePath)}: ${inside.length} files, ${megabytes.toFixed(1)} MB`);
  if (megabytes <= largestPackage) return true;
  console.error(`The package for ${name} is over ${largestPackage} MB.`);
  return false;
}

/** Runs the command line and the engine from a package's files alone. */
function runsHere(name: string, files: readonly string[]): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'longsight-package-'));
  try {
    for (const file of files) cpSync(path.join(root, file), path.join(folder, file));
    const args = [path.join(folder, 'dist/cli.js'), 'status', '--json', '--no-cache', '--device', 'cpu'];
    const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
    const output = execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    const { engine, deviceReason } = JSON.parse(output) as { engine: string; deviceReason: string };
    const works = name === 'universal' ? engine === 'failed' : engine === 'running';
    if (!works) console.error(`The engine in the package for ${name} is ${engine}: ${deviceReason}`);
    return works;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The universal package if this machine has none of its own. */
function machineTarget(): string {
  const name = `${process.platform}-${process.arch}`;
  return targetNames.includes(name) ? name : 'universal';
}
