import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodesOf, type Say, type SummaryNode } from '../../../extension/summary/nodes.ts';
import type { Summary } from '../../../server/protocol/requests.ts';

const say: Say = (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));

const empty: Summary = {
  name: 'quayside',
  overview: [],
  parts: [],
  startHere: [],
  keyFiles: [],
  keySymbols: [],
  commands: [],
  relations: [],
  runs: [],
  conventions: [],
  usual: [],
  statements: [],
};

const full: Summary = {
  ...empty,
  overview: [
    { text: 'Plans berths.', path: 'README.md', line: 3, generated: false },
    { text: 'A service.', path: 'README.md', line: 6, generated: true },
  ],
  startHere: [{ path: 'src/main.ts', line: 1, score: 1, why: 'entry point' }],
  keyFiles: [{ path: 'src/main.ts', line: 1, score: 1, why: 'used by 14 files' }],
  parts: [
    {
      path: 'src',
      kind: 'folder',
      files: 2,
      tokens: 300,
      children: [
        {
          path: 'src/main.ts',
          kind: 'file',
          files: 1,
          tokens: 120,
          statement: { text: 'Starts it.', path: 'src/main.ts', line: 2, generated: false },
          children: [],
        },
        { path: 'src/bare.ts', kind: 'file', files: 1, tokens: 180, children: [] },
      ],
    },
  ],
  keySymbols: [
    { name: 'planStay', kind: 'Function', usedBy: 2, path: 'a.ts', line: 15 },
    { name: 'planStay', kind: 'gizmo', usedBy: 1, path: 'b.ts', line: 4 },
  ],
  commands: [{ name: 'start', command: 'node src/main.ts', path: 'package.json', line: 8, use: 'run' }],
  runs: [
    {
      title: 'src/main.ts — main',
      path: 'src/main.ts',
      line: 4,
      calls: [{ text: 'main calls planStay (a.ts:15)', path: 'src/main.ts', line: 6, generated: false }],
    },
  ],
  relations: [
    {
      path: 'src',
      kind: 'folder',
      loose: false,
      files: 2,
      tokens: 400,
      uses: [{ part: 'lib/', references: 3, at: { path: 'src/main.ts', line: 2 } }],
      usedBy: [],
      wiredBy: [],
    },
  ],
  conventions: [{ text: 'Never moor twice.', path: 'AGENTS.md', line: 9, generated: false }],
  usual: [
    {
      text: 'Tests call the helper `moor(…)` (3 of 4 test files)',
      path: 'test/moor.ts',
      line: 2,
      generated: false,
      sources: [
        { path: 'test/moor.ts', line: 2 },
        { path: 'test/a.test.ts', line: 7 },
      ],
    },
  ],
};

function all(nodes: readonly SummaryNode[]): SummaryNode[] {
  return nodes.flatMap(node => [node, ...all(node.children)]);
}

function find(id: string): SummaryNode {
  const node = all(nodesOf(full, say)).find(candidate => candidate.id === id);
  assert.ok(node, id);
  return node;
}

test('an empty summary has no sections', () => {
  assert.deepEqual(nodesOf(empty, say), []);
});

test('sections come in the order a reader needs them', () => {
  const labels = nodesOf(full, say).map(({ label }) => label);
  assert.deepEqual(labels, [
    'Overview',
    'How it runs',
    'How the parts fit together',
    'Parts',
    'Start here',
    'Key files',
    'Key symbols',
    'Commands',
    'Conventions and pitfalls',
  ]);
});

test('every entry has a unique id, even for the same file or name in two places', () => {
  const ids = all(nodesOf(full, say)).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

const places: [id: string, path: string, line: number][] = [
  ['overview/0', 'README.md', 3],
  ['start/src/main.ts:1', 'src/main.ts', 1],
  // A file's own statement is the better place; without one it opens at the start.
  ['parts/src/main.ts', 'src/main.ts', 2],
  ['parts/src/bare.ts', 'src/bare.ts', 1],
  ['symbols/planStay@b.ts:4', 'b.ts', 4],
  ['commands/start@package.json:8', 'package.json', 8],
  ['runs/src/main.ts — main/0', 'src/main.ts', 6],
  ['relations/src/uses/lib/', 'src/main.ts', 2],
  ['conventions/0', 'AGENTS.md', 9],
  ['usual/0', 'test/moor.ts', 2],
  ['usual/0/source/1', 'test/a.test.ts', 7],
];
for (const [id, path, line] of places) {
  test(`${id} opens ${path}:${line}`, () => assert.deepEqual(find(id).place, { path, line }));
}

test('a folder without a description opens nothing', () => {
  assert.equal(find('parts/src').place, undefined);
});

test('generated text is marked visibly and for screen readers', () => {
  const { generated, icon, description, spoken } = find('overview/1');
  assert.equal(generated, true);
  assert.equal(icon, 'sparkle');
  assert.equal(description, 'generated');
  assert.match(spoken, /generated/);
  assert.equal(find('overview/0').generated, false);
});

test('copies useful text', () => {
  assert.equal(find('commands/start@package.json:8').copyText, 'start');
  assert.equal(find('parts/src/main.ts').copyText, 'src/main.ts');
  assert.equal(find('overview/0').copyText, 'Plans berths.');
});

test('an unknown kind of symbol has an icon', () => {
  assert.equal(find('symbols/planStay@a.ts:15').icon, 'symbol-method');
  assert.equal(find('symbols/planStay@b.ts:4').icon, 'symbol-misc');
});

test('a generated sentence is marked, stands below its folder with its sources, and describes a folder without another', () => {
  const sources = [
    { path: 'src/main.ts', line: 2 },
    { path: 'src/bare.ts', line: 7 },
  ];
  const sentence = { text: 'Starts a service.', path: 'src/main.ts', line: 2, generated: true, sources };
  const nodes = nodesOf(full, say, new Map([['src', sentence]]));
  const part = all(nodes).find(({ id }) => id === 'parts/src');
  assert.deepEqual([part?.description, part?.generated], ['Starts a service.', true]);
  assert.match(part?.spoken ?? '', /generated/);
  const [first] = part?.children ?? [];
  assert.deepEqual(
    [first?.label, first?.description, first?.icon],
    ['Starts a service.', 'generated', 'sparkle'],
  );
  assert.deepEqual(
    first?.children.map(({ place }) => place),
    sources,
  );
  const ids = all(nodes).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a long path shows its name first, and its folder after the reason', () => {
  const path = 'packages/harbour/src/berths/planner.ts';
  const keyFiles = [
    { path, line: 1, why: 'used by 3 files', score: 2 },
    { path: 'src/a.ts', line: 1, why: 'used by 2 files', score: 1 },
  ];
  const [long, short] = nodesOf({ ...empty, keyFiles }, say)[0]!.children;
  assert.equal(long?.label, 'planner.ts');
  assert.equal(long?.description, 'used by 3 files · packages/harbour/src/berths');
  assert.equal(long?.spoken, `${path}, used by 3 files`);
  assert.equal(short?.label, 'src/a.ts');
  assert.equal(short?.description, 'used by 2 files');
});

test('an entry point shows the end of its path, and why it is one', () => {
  const title =
    'src/harbour/Payment.API/Program.cs — program in src/harbour/Payment.API/Payment.API.csproj:1';
  const runs = [
    { title, path: 'src/harbour/Payment.API/Program.cs', line: 1, calls: [] },
    { title: 'From App.run', path: 'src/app.ts', line: 3, calls: [] },
  ];
  const [program, library] = nodesOf({ ...empty, runs }, say)[0]!.children;
  assert.deepEqual(
    [program?.label, program?.description],
    ['Payment.API/Program.cs', 'program in Payment.API.csproj:1'],
  );
  assert.ok(program?.spoken.startsWith(title));
  assert.deepEqual([library?.label, library?.description], ['From App.run', '']);
});
