/**
 * `npm run bench -- <name> [argument …]` runs a benchmark; without a name it lists them. Plain JavaScript, because this file also has to
 * start on Node 20, which cannot run the TypeScript sources: benchmarks run on the Node 24 in node_modules.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(folder, '../..');
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || name === '--help') {
  console.log(`npm run bench -- <name> [argument …]; test/bench/README.md describes each.\n\n${list()}`);
} else if (!benchmarks().includes(name.replace(/\.ts$/, ''))) {
  console.error(`There is no benchmark "${name}". There are:\n\n${list()}`);
  process.exitCode = 2;
} else {
  const node = nodeBinary();
  const file = path.join(folder, `${name.replace(/\.ts$/, '')}.ts`);
  // Most benchmarks load onnxruntime, whose telemetry is off only where its environment says so.
  const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
  const child = spawn(node, ['--no-warnings', file, ...rest], { stdio: 'inherit', env });
  child.on('error', error => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('close', code => {
    process.exitCode = code ?? 1;
  });
}

/** Benchmarks are the files that no other benchmark imports. */
function benchmarks() {
  const files = readdirSync(folder).filter(file => file.endsWith('.ts'));
  const texts = files.map(file => readFileSync(path.join(folder, file), 'utf8'));
  return files
    .filter(file => !texts.some(text => text.includes(`from './${file}'`)))
    .map(file => file.replace(/\.ts$/, ''))
    .sort();
}

function list() {
  return benchmarks()
    .map(one => `  ${one}`)
    .join('\n');
}

/** This Node where it can run TypeScript, else the one in node_modules. */
function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const installed = path.join(
    root,
    'node_modules/node/bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(installed)) return installed;
  console.error(
    `Benchmarks need Node 24, and this is ${process.version}. Run npm ci first; it installs Node 24 in node_modules.`,
  );
  process.exit(2);
}
