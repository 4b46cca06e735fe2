import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionNode, activityNode, coverageNode } from '../../../extension/summary/coverage-nodes.ts';
import { filtered, wayTo } from '../../../extension/summary/filter.ts';
import { nodesOf, type Say, type SummaryNode } from '../../../extension/summary/nodes.ts';
import type { Part, Status, Summary } from '../../../server/protocol/requests.ts';

const say: Say = (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));

const file = (path: string, text: string): Part => ({
  path,
  kind: 'file',
  files: 1,
  tokens: 10,
  statement: { text, path, line: 1, generated: false },
  children: [],
});
const folder = (path: string, children: Part[]): Part => ({
  path,
  kind: 'folder',
  files: children.length,
  tokens: 10,
  children,
});
const summary: Summary = {
  name: 'quayside',
  overview: [{ text: 'Plans berths.', path: 'README.md', line: 3, generated: false }],
  startHere: [],
  keyFiles: [{ path: 'src/main.ts', line: 1, score: 1, why: 'entry point' }],
  keySymbols: [],
  commands: [],
  relations: [],
  runs: [],
  conventions: [],
  usual: [],
  statements: [],
  parts: [
    folder('src', [
      folder('src/berths', [file('src/berths/planner.ts', 'Finds a berth.')]),
      file('src/main.ts', 'Starts.'),
    ]),
    folder('srcs', []),
  ],
};
const nodes = nodesOf(summary, say);

function outline(tree: readonly SummaryNode[], depth = 0): string[] {
  return tree.flatMap(node => [`${' '.repeat(depth)}${node.label}`, ...outline(node.children, depth + 1)]);
}

const searches: [query: string, left: string[]][] = [
  ['planner', ['Parts', ' src', '  berths', '   planner.ts']],
  // A match keeps its contents.
  ['SRC/BERTHS', ['Parts', ' src', '  berths', '   planner.ts']],
  ['berth', ['Overview', ' Plans berths.', 'Parts', ' src', '  berths', '   planner.ts']],
  ['main entry', ['Key files', ' src/main.ts']],
  // A section's title does not count as a match.
  ['parts', []],
];
for (const [query, left] of searches)
  test(`the filter "${query}"`, () => assert.deepEqual(outline(filtered(nodes, query)), left));

test('an empty filter leaves the same nodes', () => assert.equal(filtered(nodes, '  '), nodes));

test('a filter’s expanded entries have new ids', () => {
  const [parts] = filtered(nodes, 'planner');
  assert.equal(parts?.expanded, true);
  assert.notEqual(parts?.children[0]?.id, nodes[1]?.children[0]?.id);
});

const ways: [path: string, way: string[]][] = [
  ['src/berths/planner.ts', ['Parts', 'src', 'berths', 'planner.ts']],
  ['src/berths/new.ts', ['Parts', 'src', 'berths']],
  ['srcs/x.ts', ['Parts', 'srcs']],
  ['README.md', []],
];
for (const [path, way] of ways) {
  test(`the way to ${path}`, () =>
    assert.deepEqual(
      wayTo(nodes, path).map(({ label }) => label),
      way,
    ));
}

const status: Status = {
  state: 'ready',
  files: 12,
  filesTotal: 12,
  tokens: 3400,
  bytes: 1,
  skipped: 2,
  stale: 0,
  seconds: 1,
  device: 'cpu',
  deviceReason: 'No graphics card was found.',
  modelId: '',
  memoryBytes: 1,
  engine: 'running',
};

test('index statistics open the full list', () => {
  const node = coverageNode(status, say, String);
  assert.deepEqual(outline([node]), [
    'Coverage',
    ' 12 files, 3400 tokens read',
    ' 2 skipped',
    ' Device: cpu',
  ]);
  assert.equal(node.children[0]?.command, 'longsight.showCoverage');
  assert.equal(coverageNode({ ...status, stale: 3 }, say, String).children[2]?.label, '3 changed since read');
});

test('screen readers read activity and actions as written', () => {
  const activity = activityNode({ commitsLastYear: 41, lastCommit: 5 }, say, seconds => `day ${seconds}`);
  assert.equal(activity.spoken, '41 commits in the last year, latest on day 5');
  assert.equal(actionNode('longsight.read', 'Try Again', 'refresh').command, 'longsight.read');
});
