import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rank } from '../../../server/analysis/graph.ts';
import { importResolver } from '../../../server/syntax/imports.ts';
import { rustUses } from '../../../server/syntax/rust-uses.ts';

const paths = [
  'src/server.h',
  'src/server.c',
  'deps/lib/server.h',
  'deps/lib/include/lib/api.h',
  'web/packages/core/src/index.ts',
  'web/packages/core/src/tokens.ts',
  'web/packages/app/src/main.ts',
  'web/packages/app/src/views/list/index.tsx',
  'app/models/order.py',
  'app/models/__init__.py',
  'app/main.py',
  'engine/src/lib.rs',
  'engine/src/parser/mod.rs',
  'engine/src/parser/lexer.rs',
  'engine/src/config.rs',
  'tool/src/main.rs',
  'go/store/store.go',
  'go/store/index.go',
  'go/store/store_test.go',
  'go/main.go',
  'java/org/shop/Order.java',
  'java/org/shop/Till.java',
];
const packages = new Map([
  ['@web/core', 'web/packages/core'],
  ['engine', 'engine'],
  ['example.org/shop', 'go'],
]);

const cases: readonly (readonly [from: string, target: string, ...meant: string[]])[] = [
  ['src/server.c', 'server.h', 'src/server.h'],
  ['src/server.c', 'lib/api.h', 'deps/lib/include/lib/api.h'],
  ['src/server.c', 'stdio.h'],
  ['web/packages/app/src/main.ts', './views/list', 'web/packages/app/src/views/list/index.tsx'],
  ['web/packages/app/src/main.ts', './views/list/index.js', 'web/packages/app/src/views/list/index.tsx'],
  ['web/packages/app/src/main.ts', '@web/core', 'web/packages/core/src/index.ts'],
  ['web/packages/app/src/main.ts', '@web/core/tokens', 'web/packages/core/src/tokens.ts'],
  ['web/packages/app/src/main.ts', 'react'],
  ['web/packages/app/src/main.ts', '../../../../outside'],
  ['app/main.py', 'app.models.order', 'app/models/order.py'],
  ['app/main.py', '.models', 'app/models/__init__.py'],
  ['app/models/order.py', '..main', 'app/main.py'],
  ['app/main.py', 'os'],
  ['engine/src/lib.rs', 'parser', 'engine/src/parser/mod.rs'],
  ['engine/src/parser/mod.rs', 'lexer', 'engine/src/parser/lexer.rs'],
  ['engine/src/parser/lexer.rs', 'super::super::config::Config', 'engine/src/config.rs'],
  ['engine/src/parser/lexer.rs', 'crate::config::Config', 'engine/src/config.rs'],
  ['tool/src/main.rs', 'engine::parser::Parser', 'engine/src/parser/mod.rs'],
  ['tool/src/main.rs', 'engine::Engine', 'engine/src/lib.rs'],
  ['tool/src/main.rs', 'serde::Serialize'],
  ['go/main.go', 'example.org/shop/store', 'go/store/store.go', 'go/store/index.go'],
  ['go/main.go', 'example.org/other/store'],
  ['java/org/shop/Till.java', 'org.shop.Order', 'java/org/shop/Order.java'],
];

for (const [from, target, ...meant] of cases) {
  test(`in ${from}, ${target} is ${meant.join(' and ') || "not the repository's"}`, () => {
    assert.deepEqual(importResolver(paths, packages)(from, target), meant);
  });
}

test('expands a use tree to its paths, each with its line', () => {
  const text =
    'use std::fmt;\nuse crate::{\n    config::Config, // the settings\n    parser::{self, lexer::*, Token as T},\n};\nmod shop;\n';
  assert.deepEqual(
    rustUses(text).map(({ target, line }) => `${line} ${target}`),
    [
      '2 crate::config::Config',
      '2 crate::parser',
      '2 crate::parser::lexer',
      '2 crate::parser::Token',
      '6 shop',
      '3 config::Config',
    ],
  );
});

test('a shared word does not make a file a user of another; an import does', () => {
  const file = (path: string, uses: string[], names: string[], imports: string[] = []) => ({
    path,
    definitions: names.map(name => ({ name, kind: 'function', line: 1, exported: true })),
    imports: imports.map(target => ({ target, line: 1 })),
    uses: new Map(uses.map(name => [name, { count: 3, bareLine: 2, called: true }])),
  });
  const { files, symbols } = rank([
    file('a.ts', [], ['resolve', 'parseTariffTable', 'span']),
    file('b.ts', ['resolve', 'span'], []),
    file('c.ts', ['resolve'], [], ['./a.ts']),
    file('d.ts', ['parseTariffTable'], ['main']),
  ]);
  assert.deepEqual(files.get('a.ts')?.users, ['c.ts']);
  assert.deepEqual(
    symbols.map(({ definition, users }) => `${definition.name} ${users}`),
    ['resolve 1'],
  );
});
