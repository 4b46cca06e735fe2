/**
 * Makes one VSIX for one platform (this machine's, or `--target <platform>`): onnxruntime is native, so there is one
 * package a platform. Checks what is inside and prints the size.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';
import { grammarFiles } from '../server/syntax/grammars.ts';

const root = path.join(import.meta.dirname, '..');
const cache = path.join(root, '.cache');

/** The editor's platform names, and the folder of onnxruntime's binaries for each; macOS on Intel and musl have none. */
const binaries: Readonly<Record<string, string>> = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
};

const asked = process.argv.indexOf('--target');
const target = asked >= 0 ? process.argv[asked + 1] : `${process.platform}-${process.arch}`;
const binary = binaries[target ?? ''];
if (target === undefined || binary === undefined) {
  console.error(`There is no package for "${target}"; there are ${Object.keys(binaries).join(', ')}.`);
  process.exit(2);
}

const allowed = [
  /^(package\.json|readme\.md|changelog\.md|license)$/i,
  /^dist\/(extension\.cjs|(server|worker|engine|cli|map)\.js|[\w-]+\.wasm)$/,
  /^dist\/weights\//,
  /^media\//,
  /^node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.*\.js|lib\/.*\.js)$/,
  new RegExp(`^node_modules/onnxruntime-node/bin/napi-v6/${binary}/`),
];
/** Without one of these the extension does not start. */
const needed = [
  'package.json',
  'dist/extension.cjs',
  'dist/map.js',
  'media/map.css',
  'media/walkthrough/read.md',
  'media/longsight.svg',
  'dist/server.js',
  'dist/worker.js',
  'dist/engine.js',
  `node_modules/onnxruntime-node/bin/napi-v6/${binary}/onnxruntime_binding.node`,
  'node_modules/onnxruntime-common/package.json',
  'dist/weights/tokenizer.json',
  'dist/web-tree-sitter.wasm',
  ...grammarFiles().map(name => `dist/${name}`),
];

execFileSync(process.execPath, ['.config/build.ts', '--minify'], { cwd: root, stdio: 'inherit' });

mkdirSync(cache, { recursive: true });
const ignoreFile = path.join(cache, `vscodeignore-${target}`);
const allowList = readFileSync(path.join(root, '.vscodeignore'), 'utf8');
writeFileSync(
  ignoreFile,
  `${allowList.trimEnd()}\n!node_modules/onnxruntime-node/bin/napi-v6/${binary}/**\n`,
);

const inside = await listFiles({ cwd: root, ignoreFile });
const surplus = inside.filter(name => !allowed.some(pattern => pattern.test(name)));
const missing = needed.filter(name => !inside.includes(name));
for (const name of surplus) console.error(`The package would hold ${name}, which nobody needs.`);
for (const name of missing) console.error(`The package would lack ${name}.`);
if (surplus.length > 0 || missing.length > 0) process.exit(1);

const packagePath = path.join(cache, `longsight-${target}.vsix`);
await createVSIX({
  cwd: root,
  target,
  packagePath,
  ignoreFile,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(
  `${path.relative(root, packagePath)}: ${inside.length} files, ${(statSync(packagePath).size / 1e6).toFixed(1)} MB`,
);
