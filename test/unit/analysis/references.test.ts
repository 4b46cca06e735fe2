/** References by each language's rules: what they find is a use; a merely shared word is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const grammars = await Grammars.open();

async function usesIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const facts = await new FactBook(grammars).collect({
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: path => files[path],
  });
  return Object.keys(files)
    .flatMap(path => facts.ranked.references.of(path).map(({ from, to, line }) => `${from}:${line} → ${to}`))
    .toSorted();
}

const cases: readonly { what: string; files: Readonly<Record<string, string>>; uses: string[] }[] = [
  {
    what: 'PHP by use and by namespace',
    files: {
      'src/App.php':
        '<?php\nnamespace Quay;\n\nuse Quay\\Routing\\Route;\n\nclass App {\n  function run(Berth $berth) {}\n}\n',
      'src/Berth.php': '<?php\nnamespace Quay;\n\n// Route is not used here.\nclass Berth {}\n',
      'src/Routing/Route.php': '<?php\nnamespace Quay\\Routing;\n\nclass Route {}\n',
    },
    uses: ['src/App.php:4 → src/Routing/Route.php', 'src/App.php:7 → src/Berth.php'],
  },
  {
    what: 'C# by using, by the namespaces around, and by what a project imports everywhere',
    files: {
      'api/GlobalUsings.cs': 'global using Quay.Model;\n',
      'api/Program.cs': 'namespace Quay.Api;\n\nclass Program {\n  Berth berth;\n  Clock clock;\n}\n',
      'model/Berth.cs': 'namespace Quay.Model;\n\npublic class Berth {}\n',
      'base/Clock.cs': 'namespace Quay;\n\npublic class Clock {}\n',
    },
    uses: ['api/Program.cs:4 → model/Berth.cs', 'api/Program.cs:5 → base/Clock.cs'],
  },
  {
    what: 'Kotlin and Java by package, with each other',
    files: {
      'a/Quay.kt':
        'package org.quay\n\nimport org.quay.model.Berth\n\nclass Quay(val berth: Berth, val tide: Tide)\n',
      'a/Tide.kt': 'package org.quay\n\nclass Tide\n',
      'b/Berth.java': 'package org.quay.model;\n\npublic class Berth {}\n',
    },
    uses: ['a/Quay.kt:3 → b/Berth.java', 'a/Quay.kt:5 → a/Tide.kt'],
  },
  {
    what: 'Go within a package, and of another package only what is named',
    files: {
      'go.mod': 'module example.org/quay\n',
      'quay.go': 'package quay\n\nimport "example.org/quay/tide"\n\nfunc Run() { moor(); tide.Rise() }\n',
      'moor.go': 'package quay\n\nfunc moor() {}\n',
      'other.go': 'package quay\n\ntype Rope struct{ moor int }\n',
      'tide/rise.go': 'package tide\n\nfunc Rise() {}\n',
      'tide/fall.go': 'package tide\n\nfunc Fall() {}\n',
    },
    uses: ['quay.go:3 → tide/rise.go', 'quay.go:5 → moor.go'],
  },
  {
    what: 'Ruby by require, autoload and constants',
    files: {
      'lib/quay.rb':
        "require 'quay/tide'\n\nmodule Quay\n  autoload :Berth, 'quay/berth'\n  class Store\n  end\nend\n",
      'lib/quay/tide.rb': 'module Quay\n  class Tide\n    def store; Store.new; end\n  end\nend\n',
      'lib/quay/berth.rb': 'module Quay\n  class Berth\n    # Tide is not used.\n  end\nend\n',
      'lib/other.rb': 'class Other\n  def store; Far::Store.new; end\nend\n',
    },
    uses: [
      'lib/quay.rb:1 → lib/quay/tide.rb',
      'lib/quay.rb:4 → lib/quay/berth.rb',
      'lib/quay/tide.rb:3 → lib/quay.rb',
    ],
  },
  {
    what: 'Rust as before 2018, and paths in the code',
    files: {
      'src/main.rs': 'mod config;\nmod cmd;\nstruct CliResult;\nfn main() { cmd::sort::run(); }\n',
      'src/config.rs': 'pub struct Config;\n',
      'src/cmd/mod.rs': 'pub mod sort;\n',
      'src/cmd/sort.rs': 'use CliResult;\nuse config::Config;\npub fn run() {}\n',
    },
    uses: [
      'src/cmd/mod.rs:1 → src/cmd/sort.rs',
      'src/cmd/sort.rs:1 → src/main.rs',
      'src/cmd/sort.rs:2 → src/config.rs',
      'src/main.rs:1 → src/config.rs',
      'src/main.rs:2 → src/cmd/mod.rs',
      'src/main.rs:4 → src/cmd/sort.rs',
    ],
  },
  {
    what: 'Python: a name that is a module, and one that is not',
    files: {
      'quay/__init__.py': 'name = "quay"\n',
      'quay/tide.py': 'def rise(): ...\n',
      'quay/run.py': 'from . import tide\nfrom . import name\nfrom .tide import (\n    rise,\n)\n',
    },
    uses: ['quay/run.py:1 → quay/tide.py', 'quay/run.py:2 → quay/__init__.py'],
  },
  {
    what: 'Swift by the types of its module',
    files: {
      'Sources/Quay/Quay.swift': 'public struct Quay {\n  let berth: Berth\n  let other: Twice\n}\n',
      'Sources/Quay/Berth.swift': 'struct Berth {}\nstruct Twice {}\n',
      'Sources/Quay/Twice.swift': 'struct Twice {}\n',
    },
    uses: ['Sources/Quay/Quay.swift:2 → Sources/Quay/Berth.swift'],
  },
  {
    what: 'nothing in a language whose imports are not followed',
    files: {
      'a.sql': 'create table berth_of_ships (id int);\n',
      'b.sql': 'select * from berth_of_ships;\n',
    },
    uses: [],
  },
];

for (const { what, files, uses } of cases)
  test(what, async () => assert.deepEqual(await usesIn(files), uses));
