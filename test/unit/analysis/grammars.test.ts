import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import { grammars } from '../../../server/syntax/definition-queries.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

/** A row: language, source, definitions as `kind container.name first–last`, `+` if public. */
const rows: readonly { language: string; text: string; definitions: string[] }[] = [
  {
    language: 'typescript',
    text: 'export class Cart {\n  #items = [];\n  add(item: string) {\n    function inner() {}\n  }\n  private drop() {}\n}\nconst rate = (x: number) => x;\nexport { rate };\ninterface Row { id: number }\nexport namespace Money {\n  export type Cents = number;\n}\n',
    definitions: [
      'class Cart 1–7 +',
      'method Cart.add 3–5 +',
      'method Cart.drop 6–6 -',
      'function rate 8–8 +',
      'interface Row 10–10 -',
      'namespace Money 11–13 +',
      'type Money.Cents 12–12 +',
    ],
  },
  {
    language: 'javascript',
    text: 'exports.run = function () {};\napp.use = function use(fn) {\n  return fn;\n};\n',
    definitions: ['function run 1–1 +', 'function use 2–4 -'],
  },
  {
    language: 'javascript',
    text: 'exports = module.exports = function plan () {};\nmodule.exports = function tie () {};\nmodule.exports = (ship) => ship;\nexports.moor = function other () {};\n',
    definitions: [
      'function plan 1–1 +',
      'function tie 2–2 +',
      'function exports 3–3 +',
      'function moor 4–4 +',
    ],
  },
  {
    language: 'typescript',
    text: 'export default function () {}\n',
    definitions: ['function default 1–1 +'],
  },
  {
    language: 'python',
    text: 'LIMIT = 3\n\nclass Cart:\n    """Holds things."""\n\n    @property\n    def total(self):\n        def inner(): ...\n        return 0\n\ndef _hidden(): ...\n',
    definitions: [
      'constant LIMIT 1–1 +',
      'class Cart 3–9 +',
      'method Cart.total 7–9 +',
      'function _hidden 11–11 -',
    ],
  },
  {
    language: 'go',
    text: 'package a\n\ntype Server struct {\n\tport int\n}\n\nfunc (s *Server) Start() {}\n\nfunc stop() {}\n\nfunc (q Queue[T]) Len() int { return 0 }\n',
    definitions: [
      'struct Server 3–5 +',
      'method Server.Start 7–7 +',
      'function stop 9–9 -',
      'method Queue.Len 11–11 +',
    ],
  },
  {
    language: 'rust',
    text: 'pub struct Ast;\n\nimpl Ast {\n    pub fn walk(&self) {}\n    fn hidden(&self) {}\n}\n\nimpl<T> Walk for Tree<T> {\n    fn next(&self) {}\n}\n\nimpl Walk for &str {\n    fn next(&self) {}\n}\n',
    definitions: [
      'struct Ast 1–1 +',
      'method Ast.walk 4–4 +',
      'method Ast.hidden 5–5 -',
      'method Tree.next 9–9 -',
      'method next 13–13 -',
    ],
  },
  {
    language: 'java',
    text: 'public class Cart {\n  public int total() { return 0; }\n  private void drop() {}\n}\n',
    definitions: ['class Cart 1–4 +', 'method Cart.total 2–2 +', 'method Cart.drop 3–3 -'],
  },
  {
    language: 'csharp',
    text: 'namespace Shop;\npublic record Price(int Cents);\nclass Cart {\n  public int Total => 0;\n}\n',
    definitions: ['record Price 2–2 +', 'class Cart 3–5 +', 'property Cart.Total 4–4 +'],
  },
  {
    language: 'ruby',
    text: 'module Shop\n  class Cart\n    def total\n    end\n  end\nend\nclass Shop::Till\nend\n',
    definitions: [
      'module Shop 1–6 +',
      'class Shop.Cart 2–5 +',
      'method Cart.total 3–4 +',
      'class Shop.Till 7–8 +',
    ],
  },
  {
    language: 'php',
    text: '<?php\nclass Cart {\n  public function total() {}\n}\nfunction helper() {}\n',
    definitions: ['class Cart 2–4 +', 'method Cart.total 3–3 +', 'function helper 5–5 +'],
  },
  {
    language: 'c',
    text: '#define MAX 10\nstruct buffer {\n  int size;\n};\nstatic int grow(struct buffer *b) { return 1; }\nchar *buffer_read(struct buffer *b)\n{\n  return 0;\n}\n',
    definitions: [
      'macro MAX 1–2 +',
      'struct buffer 2–4 +',
      'function grow 5–5 -',
      'function buffer_read 6–9 +',
    ],
  },
  {
    language: 'cpp',
    text: 'namespace shop {\nclass Cart {\n  int total() { return 0; }\n};\n}\nint shop::Cart::size() const { return 0; }\ntemplate <class T> T &Tree<std::pair<T, T>>::at(int i) { return *this; }\nTree<int>::~Tree() {}\nint ::outer() { return 0; }\n',
    definitions: [
      'namespace shop 1–5 +',
      'class shop.Cart 2–4 +',
      'function Cart.total 3–3 +',
      'function Cart.size 6–6 +',
      'function Tree.at 7–7 +',
      'function Tree.~Tree 8–8 +',
      'function outer 9–9 +',
    ],
  },
  {
    language: 'shellscript',
    text: 'build() {\n  make\n}\nlog::info() {\n  echo\n}\n',
    definitions: ['function build 1–3 +', 'function info 4–6 +'],
  },
];

const opened = await Grammars.open();

for (const { language, text, definitions } of rows) {
  test(`definitions in ${language} with their extent, container and visibility`, async () => {
    assert.ok(await opened!.load(language));
    assert.deepEqual(
      opened!
        .definitionsOf(language, text)
        ?.map(
          ({ kind, name, line, endLine, exported, container }) =>
            `${kind} ${container ? `${container}.` : ''}${name} ${line}–${endLine} ${exported ? '+' : '-'}`,
        ),
      definitions,
    );
  });
}

test('every listed grammar loads, and its query compiles', async () => {
  for (const language of Object.keys(grammars)) assert.ok(await opened!.load(language), language);
});

test('finds the definitions in broken source', async () => {
  await opened!.load('typescript');
  const found = opened!.definitionsOf('typescript', 'export function whole() {}\n}}}} ((\nexport class');
  assert.deepEqual(
    found?.map(({ name }) => name),
    ['whole'],
  );
});

test('works without grammars, and for a language without one', async () => {
  assert.equal(await Grammars.open({ runtime: '/nowhere/a.wasm', grammars: '/nowhere' }), undefined);
  assert.equal(await opened!.load('haskell'), false);
  assert.equal(opened!.definitionsOf('haskell', 'main = print 1'), undefined);
});

test('late files have outlines by patterns until refined with syntax trees', async () => {
  const text = 'export class Cart {\n  add() {}\n}\n';
  const source: SummarySource = {
    name: 'shop',
    files: () => [{ path: 'cart.ts', tokens: 9, version: '1' }],
    textOf: () => text,
  };
  const book = new FactBook(opened);
  const names = async () =>
    (await book.collect(source, { treeBudget: 0 })).files.get('cart.ts')!.definitions.map(({ name }) => name);
  assert.deepEqual(await names(), ['Cart']);
  assert.ok(book.isRough);
  assert.ok(await book.refine(source));
  assert.deepEqual(await names(), ['Cart', 'add']);
  assert.ok(!(await book.refine(source)));
});

test('analyzes a file again only when it has changed', async () => {
  let text = 'export class Cart {}\n';
  let reads = 0;
  const source: SummarySource = {
    name: 'shop',
    files: () => [{ path: 'cart.ts', tokens: 9, version: text }],
    textOf: () => {
      reads++;
      return text;
    },
  };
  const book = new FactBook(opened);
  await book.collect(source);
  const first = reads;
  await book.collect(source);
  assert.equal(reads, first);
  text = 'export class Basket {}\n';
  const { files } = await book.collect(source);
  assert.equal(files.get('cart.ts')!.definitions[0]!.name, 'Basket');
});

test('a tree too deep or a stretch of errors too long to search is left to line patterns', async () => {
  assert.ok(await opened?.load('javascript'));
  const definitions = (text: string) => opened?.definitionsOf('javascript', text);
  assert.equal(definitions(`x = ${'a + '.repeat(2000)}a;`), undefined);
  assert.equal(definitions(`${'f('.repeat(2000)}${')'.repeat(2000)}`), undefined);
  assert.equal(definitions('{\n'.repeat(2000)), undefined);
  // Long, but neither deep nor broken.
  assert.equal(definitions('function f() {}\n'.repeat(900))?.length, 900);
  assert.equal(definitions(`function f() {\n${'a(b(c(d)));\n'.repeat(2000)}}\n`)?.length, 1);
});
