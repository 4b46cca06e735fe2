import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { packagesOf, thirdPartyLicences } from '../../../.config/licences.ts';
import { problemsOf, targetNames, targets } from '../../../.config/targets.ts';

const root = path.join(import.meta.dirname, '../../..');
const grammars = ['tree-sitter-go.wasm'];

/** The minimum that the check accepts. */
function whole(name: string): string[] {
  const always = [
    'package.json',
    'dist/extension.cjs',
    'dist/web-tree-sitter.wasm',
    'dist/tree-sitter-go.wasm',
  ];
  const programs = ['map', 'server', 'worker', 'engine', 'cli'].map(one => `dist/${one}.js`);
  const rest = ['dist/THIRD-PARTY-LICENSES.txt', 'dist/weights/tokenizer.json'];
  const media = ['media/map.css', 'media/longsight.svg', 'media/walkthrough/read.md'];
  return [...always, ...programs, ...rest, ...media, ...targets[name]!.needed];
}

test('the targets are those that onnxruntime supports, and a universal one', () => {
  assert.deepEqual([...targetNames].sort(), [
    'darwin-arm64',
    'linux-arm64',
    'linux-x64',
    'universal',
    'win32-arm64',
    'win32-x64',
  ]);
});

for (const name of targetNames) {
  test(`the list of files for ${name} is checked both ways`, () => {
    const files = whole(name);
    assert.deepEqual(problemsOf(name, files, grammars), []);
    for (const file of files) {
      const problems = problemsOf(
        name,
        files.filter(one => one !== file),
        grammars,
      );
      assert.deepEqual(problems, [`The package for ${name} would lack ${file}.`]);
    }
    const foreign = 'node_modules/onnxruntime-node/bin/napi-v6/linux/riscv/onnxruntime_binding.node';
    assert.equal(problemsOf(name, [...files, foreign], grammars).length, 1);
    assert.equal(problemsOf(name, [...files, 'server/lsp/main.ts'], grammars).length, 1);
  });
}

test('the universal package holds no native engine', () => {
  const files = [...whole('universal'), 'node_modules/onnxruntime-node/dist/index.js'];
  assert.equal(problemsOf('universal', files, grammars).length, 1);
});

test('a bundled file belongs to its innermost package', () => {
  const files = ['server/lsp/main.ts', 'node_modules/a/x.js', 'node_modules/@b/c/node_modules/@d/e/y.js'];
  assert.deepEqual(packagesOf(files), ['node_modules/@b/c/node_modules/@d/e', 'node_modules/a']);
});

test('the licences name every package and grammar, with a copyright line and the terms', () => {
  const text = thirdPartyLicences(
    root,
    ['node_modules/onnx-buf/dist/onnx_pb.js', 'node_modules/ignore/index.js'],
    grammars,
  );
  for (const name of ['onnx-buf', 'ignore', 'onnxruntime-node', 'tree-sitter-go'])
    assert.ok(text.includes(name), name);
  assert.match(
    text,
    /onnx-buf [\d.-]+ \(MIT\)\n\nCopyright \(c\) Eric Zhang\n\nPermission is hereby granted/,
  );
  assert.throws(
    () => thirdPartyLicences(root, [], ['tree-sitter-cobol.wasm']),
    /licence of tree-sitter-cobol/,
  );
});
