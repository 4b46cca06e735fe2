/** The structure of a repository: parts, their relations, how it runs, what can be run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { summarize } from '../../../server/summary/summarize.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const grammars = await Grammars.open();

async function summaryOf(files: Readonly<Record<string, string>>) {
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  return summarize(source, await new FactBook(grammars).collect(source));
}

const quay: Readonly<Record<string, string>> = {
  'package.json':
    '{\n  "name": "quay",\n  "bin": { "quay": "src/main.ts" },\n  "scripts": { "test": "node --test" }\n}\n',
  'src/main.ts':
    "import { plan } from './plan/plan.ts';\nexport function main() {\n  const ships = 3;\n  return plan(ships);\n}\nmain();\n",
  'src/plan/plan.ts':
    "import { riseOfTide } from '../tides/tide.ts';\nexport function plan(ships: number) {\n  if (ships > 1) {\n    return riseOfTide(ships);\n  }\n  return 0;\n}\n",
  'src/tides/tide.ts':
    'export function riseOfTide(at: number) {\n  return lookUp(at);\n}\nfunction lookUp(at: number) {\n  return at * 2;\n}\n',
  'test/plan.test.ts': "import { plan } from '../src/plan/plan.ts';\nplan(1);\n",
  'README.md': '# Quay\n\nQuay plans berths.\n\n```sh\nnpm install\nnpm test -- test/plan.test.ts\n```\n',
};

test('parts are opened until none has most of the code; each lists uses, users and tests', async () => {
  const { relations } = await summaryOf(quay);
  const plan = relations.find(({ path }) => path.startsWith('src/plan'))!;
  assert.deepEqual(
    plan.uses.map(({ part, references, at }) => [part, references, `${at.path}:${at.line}`]),
    [['src/tides/', 1, 'src/plan/plan.ts:1']],
  );
  assert.deepEqual(
    plan.usedBy.map(({ part }) => part),
    ['src/*'],
  );
  assert.deepEqual(plan.tests, { part: 'test', references: 1, at: { path: 'test/plan.test.ts', line: 1 } });
  const held = relations.reduce((sum, { files }) => sum + files, 0);
  assert.equal(held, 4, 'every file of code is in one part');
});

test('a chain of calls leads from the entry point, every call at its line', async () => {
  const { runs } = await summaryOf(quay);
  assert.match(runs[0]!.title, /^src\/main\.ts/);
  assert.deepEqual(
    runs[0]!.calls.map(({ text, path, line }) => `${path}:${line} ${text}`),
    [
      'src/main.ts:6 main.ts calls main (main.ts:2)',
      'src/main.ts:4 main calls plan (plan.ts:2)',
      'src/plan/plan.ts:4 plan calls riseOfTide (tide.ts:1)',
      'src/tides/tide.ts:2 riseOfTide calls lookUp (tide.ts:4)',
    ],
  );
});

test('commands have a purpose, from manifests and documents', async () => {
  const { commands } = await summaryOf(quay);
  assert.deepEqual(
    commands.map(({ use, name, path }) => `${use}: ${name} (${path})`),
    [
      'install: npm install (README.md)',
      'test: npm run test (package.json)',
      'one test: npm test -- test/plan.test.ts (README.md)',
    ],
  );
});

test('relates projects that name each other without a reference in code', async () => {
  const { relations } = await summaryOf({
    'app/app.csproj':
      '<Project Sdk="Microsoft.NET.Sdk.Web">\n<ProjectReference Include="..\\model\\model.csproj" />\n</Project>\n',
    'app/Program.cs': 'var app = 1;\n',
    'model/model.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>\n',
    'model/Berth.cs': 'namespace Quay.Model;\npublic class Berth {}\n',
    'other/Rope.cs': 'namespace Other;\npublic class Rope { int a; int b; int c; }\n',
    'other/Knot.cs': 'namespace Other;\npublic class Knot { int a; int b; int c; }\n',
  });
  const app = relations.find(({ path }) => path.startsWith('app'));
  const [link] = relations.filter(({ path }) => path.startsWith('app')).flatMap(({ uses }) => uses);
  assert.ok(app);
  assert.match(link?.part ?? '', /^model/);
  assert.deepEqual([link?.references, link?.at], [0, { path: 'app/app.csproj', line: 2 }]);
});

test('a Java package called samples is not a folder of samples', async () => {
  const { keyFiles } = await summaryOf({
    'src/main/java/org/samples/quay/Quay.java':
      'package org.samples.quay;\n\npublic class Quay { Berth berth; }\n',
    'src/main/java/org/samples/quay/Berth.java': 'package org.samples.quay;\n\npublic class Berth {}\n',
    'src/test/java/org/samples/quay/QuayTests.java':
      'package org.samples.quay;\n\nclass QuayTests { Quay quay; }\n',
    'src/main/java/org/samples/quay/Tide.java': 'package org.samples.quay;\n\npublic class Tide {}\n',
  });
  assert.deepEqual(keyFiles.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).toSorted(), [
    'Berth.java',
    'Quay.java',
    'Tide.java',
  ]);
});

test('commands of documents that name no task or script of the project are examples', async () => {
  const { commands } = await summaryOf({
    justfile: 'build:\n  cargo build\n\nserve:\n  cargo run\n',
    'bin/run': '#!/bin/sh\n',
    'README.md':
      '# Quay\n\nQuay runs tasks.\n\n## Build\n\n```sh\njust build\njust --one build serve\njust deploy\n./bin/run start\n./test --tests unit server\n```\n',
  });
  const named = commands.filter(({ path }) => path === 'README.md').map(({ name }) => name);
  assert.deepEqual(named, ['./bin/run start']);
  assert.ok(commands.some(({ name }) => name === 'just build'));
});
