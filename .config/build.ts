/**
 * Bundles the programs into dist/: the extension, the language server, its worker, the engine process and the command
 * line. `--minify` is for packages; `--watch` rebuilds a bundle when one of its sources changes.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, context } from 'esbuild';
import { grammarFiles, packagedFiles } from '../server/syntax/grammars.ts';
import { thirdPartyLicences } from './licences.ts';

const root = path.join(import.meta.dirname, '..');
const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify,
  sourcemap: minify ? false : 'linked',
  // Native code and the editor's own module cannot be bundled.
  external: ['vscode', 'onnxruntime-node'],
  logLevel: 'warning',
  metafile: true,
};

/** CommonJS libraries inside an ESM bundle still expect these names. */
const commonJsNames = [
  "import { createRequire as longsightCreateRequire } from 'node:module';",
  "import { dirname as longsightDirname } from 'node:path';",
  "import { fileURLToPath as longsightFileUrlToPath } from 'node:url';",
  'const require = longsightCreateRequire(import.meta.url);',
  'const __filename = longsightFileUrlToPath(import.meta.url);',
  'const __dirname = longsightDirname(__filename);',
].join('\n');

/** ESM programs that run in Node processes of their own. */
const programs: Record<string, string> = {
  server: 'server/lsp/main.ts',
  engine: 'server/engine/worker/main.ts',
  worker: 'server/host/main.ts',
  cli: 'server/cli/main.ts',
};

const bundles: readonly BuildOptions[] = [
  { ...common, entryPoints: programs, outdir: 'dist', format: 'esm', banner: { js: commonJsNames } },
  // The extension host loads extensions with `require`.
  { ...common, entryPoints: ['extension/main.ts'], outfile: 'dist/extension.cjs', format: 'cjs' },
  // Runs in a webview's page: a browser script without modules.
  {
    ...common,
    platform: 'browser',
    target: 'es2022',
    entryPoints: ['extension/webview/page.ts'],
    outfile: 'dist/map.js',
    format: 'iife',
    external: [],
  },
];

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
mkdirSync(path.join(root, 'dist'));

cpSync(path.join(root, 'kernels/weights'), path.join(root, 'dist/weights'), {
  recursive: true,
  // The model, without its readers, documentation and training checkpoints.
  filter: file => !/\.(ts|md|pt|svg)$/.test(file),
});
const wasm = packagedFiles(path.join(root, 'node_modules'));
cpSync(wasm.runtime, path.join(root, 'dist', path.basename(wasm.runtime)));
for (const name of grammarFiles()) cpSync(path.join(wasm.grammars, name), path.join(root, 'dist', name));

const bundled = new Set<string>();
for (const bundle of bundles) {
  for (const file of Object.keys((await build(bundle)).metafile!.inputs)) bundled.add(file);
}
writeFileSync(
  path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'),
  thirdPartyLicences(root, bundled, grammarFiles()),
);

if (watch) {
  for (const bundle of bundles) await (await context({ ...bundle, logLevel: 'info' })).watch();
  console.log('Watching the sources; Ctrl+C ends.');
}
