/** Which comment of a file describes it, and the fallback without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const cases: readonly { name: string; path: string; text: string; says: string }[] = [
  {
    name: 'above a licence in the same comment',
    path: 'quay.c',
    text: '/* quay.c - Keeps a list of berths in order\n *\n * Copyright (c) 2020, The Harbour\n * All rights reserved.\n */\n#include "quay.h"\n',
    says: 'quay.c - Keeps a list of berths in order',
  },
  {
    name: 'what documents the first of many is not the file’s',
    path: 'quay.ts',
    text: '/** Opens one berth for a boat. */\nexport function open() {}\nexport function close() {}\nexport function paint() {}\nexport function sell() {}\n',
    says: 'Exports open, close, paint, sell',
  },
  {
    name: 'what documents the only one is',
    path: 'quay.ts',
    text: "import { x } from './x.ts';\n/** Opens one berth for a boat. */\nexport function open() {}\n",
    says: 'function open: Opens one berth for a boat.',
  },
  {
    name: 'what documents an import is not the file’s',
    path: 'quay.ts',
    text: "import { a } from 'a';\n/** Needed for old boats. */\nimport { b } from 'b';\nexport const open = 1;\n",
    says: 'const open = 1',
  },
  {
    name: 'what is indented speaks of a part',
    path: 'quay.rs',
    text: 'pub struct Quay {\n    // The number of berths in use.\n    used: u32,\n}\nimpl Quay {\n    pub fn open(&self) {}\n}\n',
    says: 'struct Quay — open',
  },
  {
    name: 'a class that is reopened to hold others is none of the file',
    path: 'berth_store.rb',
    text: 'module Quay\n  class Harbour\n    class BerthStore\n      def open\n      end\n    end\n  end\nend\n',
    says: 'class BerthStore — open',
  },
  {
    name: 'a class with methods and another class is one',
    path: 'harbour.rb',
    text: 'class Harbour\n  class Berth\n    def tie\n    end\n  end\n  def open\n  end\nend\n',
    says: 'class Harbour — Berth, open',
  },
  {
    name: 'a comment among annotations is about one of them',
    path: 'QuayTest.kt',
    text: '/**\n * Tests that boats find a free berth.\n */\n@RunWith(Runner::class)\n// A very large quay, so that all boats fit.\n@Config(length = "w1000")\nclass QuayTest {\n  fun findsBerth() {}\n}\n',
    says: 'Tests that boats find a free berth.',
  },
  {
    name: 'a call of the object itself is a member',
    path: 'Quay.php',
    text: '<?php\nclass Quay\n{\n    public function __construct() {}\n    public function __invoke(): int { return 1; }\n    public function open(): void {}\n}\n',
    says: 'class Quay — __invoke, open',
  },
  {
    name: 'members are named by their types',
    path: 'Quay.java',
    text: 'public class Quay {\n  public void open() {}\n}\n',
    says: 'class Quay — open',
  },
];

for (const { name, path, text, says } of cases) {
  test(name, async () => {
    const source = { name: 'x', files: () => [{ path, tokens: 1, version: '1' }], textOf: () => text };
    const facts = await new FactBook(await Grammars.open()).collect(source);
    assert.equal(facts.files.get(path)?.statement?.text, says);
  });
}

test('a file’s names that others use come first', async () => {
  const files: Readonly<Record<string, string>> = {
    'a.ts':
      'export const one = 1;\nexport const two = 2;\nexport const three = 3;\nexport const four = 4;\nexport const five = 5;\n',
    'b.ts': "import { five } from './a.ts';\nconsole.log(five);\n",
  };
  const source = {
    name: 'x',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const facts = await new FactBook(undefined).collect(source);
  assert.equal(
    facts.files.get('a.ts')?.statement?.text,
    'Exports five, one, two, three and more; used by b.ts',
  );
});

test('names that a package uses but does not export are defined', async () => {
  const go = (body: string) => `package quay\n\n${body}`;
  const functions = (names: readonly string[]) =>
    names.map(name => `func ${name}() int { return 1 }\n`).join('');
  const files: Readonly<Record<string, string>> = {
    'go.mod': 'module quay\n',
    'berths.go': go(functions(['openBerth', 'CloseBerth', 'paintBerth', 'SellBerth', 'washBerth'])),
    'main.go': go('func run() int { return openBerth() }\n'),
  };
  const source = {
    name: 'x',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const facts = await new FactBook(await Grammars.open()).collect(source);
  assert.match(
    facts.files.get('berths.go')?.statement?.text ?? '',
    /^Defines openBerth, CloseBerth, SellBerth, paintBerth and more; used by main\.go$/,
  );
});
