import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layOut, neighbour, type Tile, tileAt } from '../../../extension/webview/layout.ts';
import { filesFound, search } from '../../../extension/webview/search.ts';
import { firstState, stateOf } from '../../../extension/webview/state.ts';
import { childTowards, lineage, nodeAt, treeOf } from '../../../extension/webview/tree.ts';
import { languageOf, languagesBySize, pathsOf, scaleOf } from '../../../extension/webview/values.ts';
import { mapOf } from './map-of.ts';

const files = {
  'README.md': { tokens: 100, surprise: 2, changed: 300, language: 'Markdown' },
  'src/main.ts': { tokens: 300, surprise: 1, changed: 100, language: 'TypeScript' },
  'src/berths/planner.ts': { tokens: 500, surprise: 4, changed: 200, language: 'TypeScript' },
  'src/berths/empty.ts': { tokens: 0, language: 'TypeScript' },
};
const map = mapOf(files);
const root = treeOf(map);
const none = { scores: [] };

test('the tree holds every file once, at its path, largest first', () => {
  assert.deepEqual(pathsOf(map).sort(), Object.keys(files).sort());
  assert.equal(root.files, 4);
  assert.equal(root.size, 901);
  assert.deepEqual(
    nodeAt(root, 'src').children.map(({ path }) => path),
    ['src/berths', 'src/main.ts'],
  );
});

test('a missing path gives its nearest existing folder', () => {
  assert.equal(nodeAt(root, 'src/berths/gone/x.ts').path, 'src/berths');
  assert.equal(nodeAt(root, 'srcs').path, '');
});

test('the way from the root to a file, and the child on it', () => {
  const planner = nodeAt(root, 'src/berths/planner.ts');
  assert.deepEqual(
    lineage(planner).map(({ name }) => name),
    ['a repository', 'src', 'berths', 'planner.ts'],
  );
  assert.equal(childTowards(root, planner)?.path, 'src');
  assert.equal(childTowards(nodeAt(root, 'src/main.ts'), planner), undefined);
});

test('areas are proportional to tokens, except for gaps', () => {
  const { tiles } = layOut(treeOf(mapOf({ 'a.ts': { tokens: 300 }, 'b.ts': { tokens: 100 } })), 800, 400);
  const [large, small] = tiles.map(({ width, height }) => width * height);
  assert.ok(Math.abs(large! / small! - 3) < 0.05);
});

test('no file is missing, overlaps another or is outside', () => {
  const path = fc.stringMatching(/^[a-c](\/[a-d]){0,3}\/[e-z]{1,3}\.ts$/);
  const repository = fc.dictionary(path, fc.record({ tokens: fc.integer({ min: 1, max: 9999 }) }), {
    minKeys: 1,
    maxKeys: 40,
  });
  // In pixels: tiles narrower than the gaps are centred in them.
  const slack = 0.5;
  fc.assert(
    fc.property(repository, fc.integer({ min: 80, max: 900 }), (some, side) => {
      const layout = layOut(treeOf(mapOf(some)), 2 * side, side);
      for (const tile of layout.tiles) {
        assert.ok(tile.x >= -slack && tile.y >= -slack);
        assert.ok(tile.x + tile.width <= 2 * side + slack && tile.y + tile.height <= side + slack);
        for (const other of layout.tiles) assert.ok(tile === other || overlap(tile, other) < 1e-6);
      }
      const shown = layout.tiles.reduce((sum, { node }) => sum + node.files, 0);
      assert.equal(shown, Object.keys(some).length);
    }),
    { numRuns: 40 },
  );
});

test('what is at a point, and one step from it', () => {
  const layout = layOut(root, 900, 600);
  const at = (name: string): Tile => {
    const tile = layout.tiles.find(({ node }) => node.name === name);
    assert.ok(tile, name);
    return tile;
  };
  for (const tile of layout.tiles.filter(({ width, height }) => width > 1 && height > 1))
    assert.equal(tileAt(layout, tile.x + tile.width / 2, tile.y + tile.height / 2), tile);
  assert.equal(tileAt(layout, -1, 5), undefined);
  const steps = (['left', 'right', 'up', 'down'] as const).map(direction => [
    direction,
    neighbour(layout, at('planner.ts'), direction)?.node.name,
  ]);
  // Every file is reachable from every other, or keys would miss some.
  assert.ok(steps.some(([, name]) => name !== undefined));
  const reached = new Set([at('planner.ts')]);
  for (const tile of reached)
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const next = neighbour(layout, tile, direction);
      if (next) reached.add(next);
    }
  assert.equal(reached.size, layout.tiles.length);
});

test('folders too small for content are one tile', () => {
  const many = Object.fromEntries(
    Array.from({ length: 4000 }, (_, index) => [`f${index % 200}/${index}.ts`, { tokens: 10 }]),
  );
  const layout = layOut(treeOf(mapOf(many)), 60, 60);
  assert.equal(layout.tiles.length, 200);
  assert.ok(layout.tiles.every(({ node }) => node.file < 0));
});

const scaled: [
  path: string,
  by: 'surprise' | 'recency',
  raw: number | undefined,
  scaled: number | undefined,
][] = [
  ['src/main.ts', 'surprise', 1, 0],
  ['src/berths/planner.ts', 'surprise', 4, 1],
  ['src/berths/empty.ts', 'surprise', undefined, undefined],
  // A folder has the mean by tokens.
  ['src', 'surprise', (300 * 1 + 500 * 4) / 800, (2300 / 800 - 1) / 3],
  // And the latest change.
  ['src', 'recency', 200, 0.5],
];
for (const [path, by, raw, value] of scaled) {
  test(`${by} of ${path}`, () => {
    const scale = scaleOf(map, by, none);
    assert.equal(scale.raw(nodeAt(root, path)), raw);
    assert.equal(scale.of(nodeAt(root, path)), value);
  });
}

test('one outlier does not make all others look the same', () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`${index}.ts`, { surprise: index === 7 ? 900 : index / 100 }]),
  );
  const { low, high } = scaleOf(mapOf(many), 'surprise', none);
  assert.ok(low >= 0 && high < 1);
});

test('attention goes by path, and a folder has its strongest file’s', () => {
  const scores = [
    { path: 'src/main.ts', score: 0.4 },
    { path: 'src/berths/planner.ts', score: 0.9 },
  ];
  const scale = scaleOf(map, 'attention', { scores });
  assert.equal(scale.of(nodeAt(root, 'src')), 0.9);
  assert.equal(scale.of(nodeAt(root, 'README.md')), undefined);
});

test('languages by size; a folder has its largest language', () => {
  const names = languagesBySize(map).map(({ language }) => map.languages[language]?.name);
  assert.deepEqual(names, ['TypeScript', 'Markdown']);
  assert.equal(map.languages[languageOf(map, root)]?.name, 'TypeScript');
});

const searches: [query: string, found: string[] | undefined][] = [
  ['', undefined],
  ['  ', undefined],
  ['plan', ['src/berths/planner.ts']],
  ['TS src', ['src/berths/empty.ts', 'src/berths/planner.ts', 'src/main.ts']],
  ['nowhere', []],
];
for (const [query, expected] of searches) {
  test(`search for "${query}"`, () => {
    const found = search(root, query);
    assert.deepEqual(
      found &&
        filesFound(found)
          .map(({ path }) => path)
          .sort(),
      expected,
    );
    if (expected?.length) assert.ok(found?.has(root));
  });
}

const kept: [unknown, object][] = [
  [undefined, firstState],
  [{ path: 7, colourBy: 'mood', asList: 'yes' }, firstState],
  [
    { path: 'src', colourBy: 'recency', query: 'x', asList: true },
    { path: 'src', colourBy: 'recency', query: 'x', asList: true },
  ],
];
for (const [raw, expected] of kept)
  test(`kept state ${JSON.stringify(raw)}`, () => assert.deepEqual(stateOf(raw), expected));

function overlap(left: Tile, right: Tile): number {
  const side = (a: number, aSize: number, b: number, bSize: number): number =>
    Math.max(0, Math.min(a + aSize, b + bSize) - Math.max(a, b));
  return side(left.x, left.width, right.x, right.width) * side(left.y, left.height, right.y, right.height);
}
