/** Contents of each package. onnxruntime is native, so every platform it supports has its own package. */

export interface Target {
  /** Files beyond `.vscodeignore`, as patterns of that file. */
  readonly files: readonly string[];
  /** Files the engine needs to start. */
  readonly needed: readonly string[];
}

const library = 'node_modules/onnxruntime-node';

/** Limit of a VSIX in megabytes (10⁶ bytes). */
export const largestPackage = 60;

/**
 * By the editor's platform names. macOS on Intel, Alpine and 32-bit ARM use `universal`: onnxruntime-node has no
 * binaries for them, and everything but the model works without.
 */
export const targets: Readonly<Record<string, Target>> = {
  'linux-x64': native('linux/x64', ['libonnxruntime.so.1', 'onnxruntime_binding.node']),
  'linux-arm64': native('linux/arm64', ['libonnxruntime.so.1', 'onnxruntime_binding.node']),
  // The npm package contains the same library under a second, unused name.
  'darwin-arm64': native('darwin/arm64', ['libonnxruntime.1.dylib', 'onnxruntime_binding.node']),
  // WebGPU compiles its shaders with dxcompiler and dxil.
  'win32-x64': native('win32/x64', windowsFiles()),
  'win32-arm64': native('win32/arm64', windowsFiles()),
  universal: { files: [], needed: [] },
};

export const targetNames: readonly string[] = Object.keys(targets);

/**
 * Problems with a package's list of files, as sentences.
 * @param files paths inside the package, with `/`
 * @param grammars names of the shipped grammar files
 */
export function problemsOf(name: string, files: readonly string[], grammars: readonly string[]): string[] {
  const { needed } = targets[name]!;
  const common = [
    /^(package\.json|readme\.md|changelog\.md|license)$/i,
    /^dist\/(extension\.cjs|(server|worker|engine|cli|map)\.js|THIRD-PARTY-LICENSES\.txt)$/,
    /^dist\/weights\//,
    /^media\//,
    /^node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.*\.js)$/,
  ];
  const wasm = ['dist/web-tree-sitter.wasm', ...grammars.map(grammar => `dist/${grammar}`)];
  const exact = new Set([...needed, ...wasm]);
  const expected = [
    ...needed,
    ...wasm,
    'package.json',
    'dist/extension.cjs',
    'dist/map.js',
    'dist/server.js',
    'dist/worker.js',
    'dist/engine.js',
    'dist/cli.js',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/weights/tokenizer.json',
    'media/map.css',
    'media/longsight.svg',
    'media/walkthrough/read.md',
  ];
  const surplus = files.filter(
    file =>
      !exact.has(file) &&
      (!common.some(pattern => pattern.test(file)) ||
        (needed.length === 0 && file.startsWith('node_modules/'))),
  );
  const missing = expected.filter(file => !files.includes(file));
  return [
    ...surplus.map(file => `The package for ${name} would include ${file}, which it does not need.`),
    ...missing.map(file => `The package for ${name} would lack ${file}.`),
  ];
}

function native(folder: string, binaries: readonly string[]): Target {
  const files = [
    `${library}/package.json`,
    ...binaries.map(file => `${library}/bin/napi-v6/${folder}/${file}`),
    'node_modules/onnxruntime-common/package.json',
    // Marks the files beside it as CommonJS, unlike the package.
    'node_modules/onnxruntime-common/dist/cjs/package.json',
  ];
  const scripts = [`${library}/dist/*.js`, 'node_modules/onnxruntime-common/dist/cjs/*.js'];
  return { files: [...files, ...scripts], needed: files };
}

function windowsFiles(): string[] {
  return ['onnxruntime.dll', 'onnxruntime_binding.node', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll'];
}
