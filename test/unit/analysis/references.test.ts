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
    what: 'C# by the namespaces that every project imports',
    files: {
      'api/Seed.cs': 'namespace Quay.Api;\n\nclass Seed : ISeeder {}\n',
      'shared/ISeeder.cs': 'namespace Microsoft.AspNetCore.Hosting;\n\npublic interface ISeeder {}\n',
    },
    uses: ['api/Seed.cs:3 → shared/ISeeder.cs'],
  },
  {
    what: 'C# types in markup: by prefix, directive and code, not in plain text or the other half of the class',
    files: {
      'app/Views/Quay.xaml':
        '<Page x:Class="Shop.Views.Quay"\n  xmlns:models="clr-namespace:Shop.Models"\n  x:DataType="models:Berth">Tide</Page>\n',
      'app/Views/Quay.xaml.cs': 'namespace Shop.Views;\n\npublic partial class Quay {}\n',
      'app/Pages/_Imports.razor': '@using Shop.Models\n',
      'app/Pages/Moor.razor':
        '@page "/moor"\n@inject Berth Berth\n<h1>Tide and Rope</h1>\n@code {\n  Shop.Models.Rope rope;\n}\n',
      'app/Models/Berth.cs': 'namespace Shop.Models;\n\npublic class Berth {}\n',
      'app/Models/Rope.cs': 'namespace Shop.Models;\n\npublic class Rope {}\n',
      'app/Models/Tide.cs': 'namespace Shop.Models;\n\npublic class Tide {}\n',
    },
    uses: [
      'app/Pages/Moor.razor:2 → app/Models/Berth.cs',
      'app/Pages/Moor.razor:5 → app/Models/Rope.cs',
      'app/Views/Quay.xaml:3 → app/Models/Berth.cs',
    ],
  },
  {
    what: 'Rust by what the module above imports, where a file takes all of that',
    files: {
      'Cargo.toml': '[package]\nname = "quay"\n',
      'src/lib.rs': 'pub(crate) use crate::{berth::Berth, tide::Tide};\n\nmod berth;\nmod tide;\nmod run;\n',
      'src/berth.rs': 'pub(crate) struct Berth;\n',
      'src/tide.rs': 'pub(crate) struct Tide;\n',
      'src/run.rs': 'use super::*;\n\nfn run() -> Berth {\n  Berth\n}\n',
    },
    uses: [
      'src/lib.rs:1 → src/berth.rs',
      'src/lib.rs:1 → src/tide.rs',
      'src/lib.rs:5 → src/run.rs',
      'src/run.rs:1 → src/lib.rs',
      'src/run.rs:3 → src/berth.rs',
    ],
  },
  {
    what: 'Kotlin extensions by import',
    files: {
      'a/Go.kt': 'package org.quay.nav\n\nfun Pilot.steer() {}\n',
      'b/Quay.kt': 'package org.quay\n\nimport org.quay.nav.steer\n\nfun run(pilot: Pilot) = pilot.steer()\n',
    },
    uses: ['b/Quay.kt:3 → a/Go.kt'],
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
    what: 'Go by the names a file declares itself, never by methods that types share',
    files: {
      'go.mod': 'module example.org/quay\n',
      'quay.go':
        'package quay\n\nimport (\n\tt "example.org/quay/tide" // the tides\n)\n\nfunc Run(s t.Source) { s.Rise(t.Spring) }\n',
      'tide/tide.go':
        'package tide\n\ntype Source interface {\n\tRise(t any)\n\tName() string\n}\n\nvar (\n\tSpring = springTide{}\n\tNeap Source = neapTide{}\n)\n',
      'tide/spring.go':
        'package tide\n\nimport "example.org/far/go-json"\n\ntype springTide struct{}\n\nfunc (springTide) Rise(t any) { json.Marshal(t) }\n',
      'tide/neap.go':
        'package tide\n\ntype neapTide struct{}\n\nfunc (n neapTide) Rise(t any) {}\n\nfunc (n neapTide) Name() string { return "" }\n\nvar json = 1\n\nfunc Name() {}\n',
      'tide/local.go':
        'package tide\n\nfunc Local(s Source, neapTide, n int) { springTide := n; _ = springTide }\n',
    },
    uses: [
      'quay.go:4 → tide/tide.go',
      'tide/local.go:3 → tide/tide.go',
      'tide/tide.go:10 → tide/neap.go',
      'tide/tide.go:9 → tide/spring.go',
    ],
  },
  {
    what: 'C# by the project where two imported namespaces have the name',
    files: {
      'web/GlobalUsings.cs': 'global using Quay.Web.Services;\n',
      'web/Setup.cs': 'using Quay.Api;\n\nclass Setup { void Run() { Add<BerthService>(); } }\n',
      'web/Inner.cs': 'namespace Quay.Web;\n\nusing Quay.Api;\n\nclass Inner : BerthService {}\n',
      'web/BerthService.cs': 'namespace Quay.Web.Services;\n\npublic class BerthService {}\n',
      'api/BerthService.cs': 'namespace Quay.Api;\n\npublic class BerthService {}\n',
      'other/Neither.cs': 'using Quay.Api;\nusing Quay.Web.Services;\n\nclass Neither : BerthService {}\n',
    },
    uses: ['web/Inner.cs:5 → api/BerthService.cs', 'web/Setup.cs:3 → web/BerthService.cs'],
  },
  {
    what: 'C# by types, not by members of the same name, and inside interpolated strings',
    files: {
      'Tide.cs': 'namespace Quay;\n\npublic class Tide {}\n',
      'Paths.cs': 'namespace Quay;\n\npublic static class Paths {}\n',
      'Members.cs':
        'namespace Quay;\n\nclass Members {\n  public ITide Tide { get; }\n  void Run() { Tide.Rise(); }\n}\n',
      'Colour.cs': 'namespace Quay;\n\nclass Colour {\n  public Tide Tide { get; }\n}\n',
      'Set.cs': 'namespace Quay;\n\nclass Set { object Made() => new Other { Tide = 1 }; }\n',
      'States.cs': 'namespace Quay;\n\nenum States { Tide, Other }\n',
      'Text.cs':
        'namespace Quay;\n\nclass Text {\n  string At(int id) => $"{Paths.Join("Tide", $"{id}")}?{{Tide}} Tide";\n}\n',
    },
    uses: ['Colour.cs:4 → Tide.cs', 'Text.cs:4 → Paths.cs'],
  },
  {
    what: 'no Python module with the name of a standard one',
    files: {
      'src/quay/__init__.py': '',
      'src/quay/types.py': 'class Berth: ...\n',
      'src/quay/tide.py': 'def rise(): ...\n',
      'src/quay/json/__init__.py': '',
      'src/quay/json/decoder.py': '',
      'src/quay/main.py':
        'from types import TracebackType\nimport json\nfrom json.decoder import JSONDecoder\nimport tide\n',
      'src/quay/near.py': 'from .types import Berth\nfrom . import json\nfrom quay.tide import rise\n',
      'scripts/run.py': 'import helper\nimport logging\n',
      'scripts/helper.py': '',
      'scripts/logging.py': '',
    },
    uses: [
      'scripts/run.py:1 → scripts/helper.py',
      'src/quay/near.py:1 → src/quay/types.py',
      'src/quay/near.py:2 → src/quay/json/__init__.py',
      'src/quay/near.py:3 → src/quay/tide.py',
    ],
  },
  {
    what: 'Ruby programs without an extension, reopened modules, and no standard library',
    files: {
      'bin/quay': "#!/usr/bin/env ruby\nrequire 'quay'\nrequire 'json'\nQuay::Tide.new\n",
      'lib/quay.rb': "require 'json'\nmodule Quay\nend\n",
      'lib/quay/json.rb': 'module Quay\n  module JSON\n  end\nend\n',
      'lib/quay/tide.rb':
        "require 'json'\nmodule Quay\n  class Tide\n    def rise; ::JSON.parse(Ropes::Unknown); end\n  end\nend\n",
      'lib/quay/ropes.rb': 'module Quay\n  module Ropes\n  end\nend\n',
      'lib/quay/ropes/hemp.rb': 'module Quay\n  module Ropes\n    class Hemp; end\n  end\nend\n',
    },
    uses: [
      'bin/quay:2 → lib/quay.rb',
      'bin/quay:4 → lib/quay/tide.rb',
      'lib/quay/tide.rb:4 → lib/quay/ropes.rb',
    ],
  },
  {
    what: 'no package with the name of a module of Node',
    files: {
      'packages/util/package.json': '{ "name": "util" }\n',
      'packages/util/index.js': 'exports.a = 1;\n',
      'packages/rope/package.json': '{ "name": "rope" }\n',
      'packages/rope/index.js': 'exports.a = 1;\n',
      'main.js': "require('util');\nrequire('rope');\n",
    },
    uses: ['main.js:2 → packages/rope/index.js'],
  },
  {
    what: 'Go imports in parentheses',
    files: {
      'go.mod': 'module example.org/quay\n',
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\n\t"example.org/quay/tide"\n)\n\nfunc main() {\n\tfmt.Println(tide.Rise())\n}\n',
      'tide/tide.go': 'package tide\n\nfunc Rise() int {\n\treturn 1\n}\n',
    },
    uses: ['main.go:6 → tide/tide.go'],
  },
  {
    what: 'no types and examples in comments',
    files: {
      'a.js':
        "/**\n * @param {import('./b').Ship} ship\n * @example\n * const c = require('./c');\n */\nexports.plan = ship => ship;\n// import('./c')\n/*\nimport d from './d';\n*/\nconst e = require('./e'); // for './d'\n",
      'b.js': 'exports.b = 1;\n',
      'c.js': 'exports.c = 1;\n',
      'd.js': 'export default 1;\n',
      'e.js': 'exports.e = 1;\n',
      'quay/__init__.py': '',
      'quay/tide.py': 'def rise(): ...\n',
      'quay/moor.py': '"""Moors.\n\n    from quay.tide import rise\n"""\n\ndef moor(): ...\n',
      'main.c': '/*\n#include "tide.h"\n*/\n#include "moor.h"\nint main(void) { return 0; }\n',
      'tide.h': 'int tide(void);\n',
      'moor.h': 'int moor(void);\n',
    },
    uses: ['a.js:11 → e.js', 'main.c:4 → moor.h'],
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
