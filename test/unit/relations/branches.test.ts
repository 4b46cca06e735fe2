/** On which way through a function a line lies. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { branchesIn } from '../../../server/relations/branches.ts';
import { summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

/** The line with `HERE`, as `failing`, `conditions` and `one of`. */
function here(code: string): string {
  const lines = code.split('\n');
  const at = lines.findIndex(line => line.includes('HERE')) + 1;
  const branch = branchesIn(lines, 1, lines.length).get(at);
  const { failing = false, conditions = 0, oneOf } = branch ?? {};
  return [failing ? 'failing' : `${conditions}`, ...(oneOf === undefined ? [] : [`of ${oneOf}`])].join(' ');
}

const ways: readonly (readonly [what: string, code: string, way: string])[] = [
  ['Python, except', 'try:\n    a()\nexcept ValueError as e:\n    HERE(e)\n', 'failing'],
  ['Python, after it', 'try:\n    a()\nexcept ValueError as e:\n    b(e)\nHERE()\n', '0'],
  ['Python, in try', 'try:\n    HERE()\nexcept ValueError:\n    b()\n', '0'],
  ['Python, raise', 'raise HERE()\n', 'failing'],
  [
    'Python, match',
    'match x:\n    case 1:\n        a()\n    case 2:\n        HERE()\n    case 3:\n        c()\n',
    '0 of 3',
  ],
  ['Go, if err', 'if err != nil {\n\tHERE(err)\n}\n', 'failing'],
  ['Go, the call that may fail', 'if err := HERE(); err != nil {\n\treturn err\n}\n', '0'],
  ['Go, switch', 'switch x {\ncase 1:\n\ta()\ncase 2:\n\tHERE()\ncase 3:\n\tc()\n}\n', '0 of 3'],
  ['Go, after a switch', 'switch x {\ncase 1:\n\ta()\ncase 2:\n\tb()\ncase 3:\n\tc()\n}\nHERE()\n', '0'],
  ['JavaScript, catch', 'try {\n  a();\n} catch (error) {\n  HERE(error);\n}\n', 'failing'],
  ['JavaScript, callback', 'if (err) return HERE(err);\nb();\n', 'failing'],
  ['JavaScript, promise', 'a().catch(e => {\n  HERE(e);\n});\n', 'failing'],
  ['JavaScript, condition', 'if (a) {\n  if (b) {\n    HERE();\n  }\n}\n', '2'],
  ['JavaScript, missing', 'if (!request) {\n  HERE();\n}\n', '2'],
  [
    'JavaScript, ladder',
    'if (a) {\n  x();\n} else if (b) {\n  HERE();\n} else if (c) {\n  y();\n} else if (d) {\n  z();\n}\n',
    '1 of 4',
  ],
  ['Ruby, rescue', 'begin\n  a\nrescue Oops => e\n  HERE(e)\nend\n', 'failing'],
  ['Ruby, case', 'case x\nwhen 1\n  a\nwhen 2\n  HERE\nwhen 3\n  b\nend\n', '0 of 3'],
  ['Rust, arms', 'match self {\n    A => a(),\n    B => HERE(),\n    C => c(),\n}\n', '0 of 3'],
  [
    'Rust, arms after a long condition',
    'match (\n    a,\n    b,\n) {\n    (1, 2) => a(),\n    (2, 2) => {\n        HERE()\n    }\n    _ => c(),\n}\n',
    '0 of 3',
  ],
  ['Rust, Err', 'match a() {\n    Ok(x) => b(x),\n    Err(e) => HERE(e),\n}\n', 'failing'],
  ['Rust, Ok', 'match a() {\n    Ok(x) => HERE(x),\n    Err(e) => c(e),\n}\n', '0'],
  ['Kotlin, when', 'when (x) {\n    A -> a()\n    B -> HERE()\n    C -> c()\n}\n', '0 of 3'],
];

describe('a line', () => {
  for (const [what, code, way] of ways) test(what, () => assert.equal(here(code), way));
});

const grammars = await Grammars.open();

async function chainsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const { runs } = summarize(source, await new FactBook(grammars).collect(source));
  return runs.flatMap(run => run.calls.map(({ text }) => text));
}

const body = '    a = 1\n    b = 2\n    c = 3\n    return a + b + c\n';

test('a chain does not lead through errors', async () => {
  const chains = await chainsOf({
    '__main__.py': 'from quay.berths import plan\n\ndef main():\n    plan()\n\nmain()\n',
    'quay/berths.py': `def plan():\n    try:\n        return tie()\n    except OSError as e:\n        return complain(e)\n\ndef tie():\n${body}\ndef complain(e):\n${body}${body}${body}`,
  });
  assert.ok(chains.some(line => line.startsWith('plan calls tie')));
  assert.ok(!chains.some(line => line.includes('complain')));
});

test('a call that is one of several cases says so', async () => {
  const chains = await chainsOf({
    'src/main.rs':
      'mod berths;\nfn main() {\n    let x = 1;\n    match x {\n        1 => berths::plan(),\n        2 => berths::tie(),\n        _ => berths::leave(),\n    }\n}\n',
    'src/berths.rs':
      'pub fn plan() {\n    let a = 1;\n    let b = 2;\n    let c = 3;\n    print(a + b + c);\n}\npub fn tie() {\n}\npub fn leave() {\n}\n',
  });
  assert.deepEqual(chains, ['main calls plan (berths.rs:1), one of 3 cases']);
});

test('symbols, keys and variables of Ruby are no calls, nor is a module’s function a method', async () => {
  const chains = await chainsOf({
    'bin/quay': '#!/usr/bin/env ruby\nrequire_relative "../lib/quay"\nplan_berths\n',
    'lib/quay.rb': `def plan_berths\n  tides = 1\n  set :moor_ships, tides\n  call(read_signals: tides)\nend\ndef moor_ships\n  a = 1\n  b = 2\nend\ndef read_signals\n  a = 1\nend\ndef tides\n  a = 1\nend\n`,
  });
  assert.deepEqual(
    chains.filter(line => line.startsWith('plan_berths calls')),
    [],
  );
  const go = await chainsOf({
    'go.mod': 'module example.org/quay\n',
    'main.go': 'package main\n\nimport (\n\t"context"\n)\n\nfunc main() {\n\tcontext.WithValue(1)\n}\n',
    'tides/value.go': 'package tides\n\nfunc WithValue(a int) int {\n\tb := a\n\tc := b\n\treturn c\n}\n',
  });
  assert.deepEqual(go, []);
});
