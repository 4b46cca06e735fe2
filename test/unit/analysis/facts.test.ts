import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifest } from '../../../server/manifests/manifests.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';
import { outline } from '../../../server/syntax/outline.ts';

const outlines: readonly { path: string; text: string; definitions: string[]; imports: string[] }[] = [
  {
    path: 'a.ts',
    text: "import { x } from './x.ts';\nexport async function run() {}\nclass Inner {}\nexport const limit = 3;\nconst helper = (a: number) => a;\n  function nested() {}\nexport type Id = string;\n",
    definitions: [
      'function run 2 +',
      'class Inner 3 -',
      'constant limit 4 +',
      'constant helper 5 -',
      'type Id 7 +',
    ],
    imports: ['./x.ts'],
  },
  {
    path: 'a.py',
    text: 'from .models import Order\nimport shop.tax\n\nclass Cart:\n    def add(self): ...\ndef _private(): ...\nLIMIT = 3\n',
    definitions: ['class Cart 4 +', 'function _private 6 -', 'function LIMIT 7 +'],
    imports: ['.models', '.models.Order', 'shop.tax'],
  },
  {
    path: 'a.go',
    text: 'package a\nimport "example.org/app/store"\ntype Server struct {}\nfunc (s *Server) Start() {}\nfunc private() {}\n',
    definitions: ['type Server 3 +', 'method Start 4 +', 'function private 5 -'],
    imports: ['example.org/app/store'],
  },
  {
    path: 'a.rs',
    text: 'mod parser;\nuse crate::lexer::Token;\npub struct Ast;\npub(crate) fn walk() {}\nfn hidden() {}\n',
    definitions: ['struct Ast 3 +', 'function walk 4 +', 'function hidden 5 -'],
    imports: ['parser', 'crate::lexer::Token'],
  },
  {
    path: 'a.c',
    text: '#include "buffer.h"\n#include <stdio.h>\n#define MAX_SIZE 10\nstruct buffer {\n};\nint buffer_read(struct buffer *b)\n{\n  return other(b);\n}\n',
    definitions: ['macro MAX_SIZE 3 +', 'struct buffer 4 +', 'function buffer_read 6 +'],
    imports: ['buffer.h'],
  },
  {
    path: 'A.java',
    text: 'import org.shop.Order;\npublic final class A extends B {\n}\n',
    definitions: ['class A 2 +'],
    imports: ['org.shop.Order'],
  },
  { path: 'a.txt', text: 'function words() {}\n', definitions: [], imports: [] },
];

for (const { path, text, definitions, imports } of outlines) {
  test(`the outline of ${path}`, () => {
    const found = outline(path, text);
    const shown = found.definitions.map(
      ({ kind, name, line, exported }) => `${kind} ${name} ${line} ${exported ? '+' : '-'}`,
    );
    assert.deepEqual(shown, definitions);
    assert.deepEqual(
      found.imports.map(({ target }) => target),
      imports,
    );
  });
}

test('package.json: name, purpose, entry points and scripts, each with its line', () => {
  const text =
    '{\n  "name": "shop",\n  "description": "Sells things.",\n  "main": "dist/index.js",\n  "bin": { "shop": "dist/cli.js" },\n  "scripts": {\n    "test": "node --test"\n  }\n}\n';
  const manifest = readManifest('package.json', text)!;
  assert.deepEqual(manifest.name, { text: 'shop', line: 2 });
  assert.deepEqual(manifest.description, { text: 'Sells things.', line: 3 });
  assert.deepEqual(
    manifest.entries.map(({ text: path, role, line }) => [path, role, line]),
    [
      ['dist/index.js', 'entry point', 4],
      ['dist/cli.js', 'command', 5],
    ],
  );
  assert.deepEqual(manifest.commands, [{ name: 'npm run test', text: 'node --test', line: 7 }]);
});

const others: readonly [path: string, text: string, description: string, line: number][] = [
  ['pyproject.toml', '[project]\nname = "shop"\ndescription = "Sells things."\n', 'Sells things.', 3],
  ['Cargo.toml', '[package]\nname = "shop"\ndescription = "Sells things."\n', 'Sells things.', 3],
  [
    'pom.xml',
    '<project>\n<parent><description>Not this.</description></parent>\n<description>Sells things.</description>\n</project>',
    'Sells things.',
    3,
  ],
  ['CMakeLists.txt', 'project(shop\n  DESCRIPTION "Sells things.")\n', 'Sells things.', 2],
  ['setup.py', 'setup(\n    name="shop",\n    description="Sells things.",\n)\n', 'Sells things.', 3],
];

for (const [path, text, description, line] of others) {
  test(`the purpose in ${path}`, () =>
    assert.deepEqual(readManifest(path, text)?.description, { text: description, line }));
}

test('ignores a broken manifest', () => {
  assert.equal(readManifest('package.json', '{ "name": '), undefined);
  assert.equal(readManifest('Cargo.toml', '[package'), undefined);
});

const anonymous: readonly (readonly [path: string, text: string, name: string])[] = [
  ['lib/build-request.js', 'module.exports = function (ship) {\n  return ship;\n};\n', 'buildRequest'],
  ['lib/tide/index.js', 'module.exports = function () {};\n', 'tide'],
  ['lib/plan.js', 'module.exports = function berths () {};\n', 'berths'],
  ['src/tide.ts', 'export default function () {}\n', 'tide'],
  ['src/Moor.ts', 'export default class {}\n', 'Moor'],
  ['src/rope.ts', 'export default () => 1;\n', 'rope'],
];

for (const [path, text, name] of anonymous)
  test(`what ${path} exports is called ${name}, with and without a grammar`, async () => {
    const grammars = await Grammars.open();
    await grammars!.load(path.endsWith('ts') ? 'typescript' : 'javascript');
    assert.deepEqual(
      outline(path, text, grammars).definitions.map(one => [one.name, one.exported]),
      [[name, true]],
    );
    if (!text.includes('=>'))
      assert.deepEqual(
        outline(path, text).definitions.map(one => [one.name, one.exported]),
        [[name, true]],
      );
  });
