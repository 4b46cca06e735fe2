import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { placesLike } from '../../../server/summary/where.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

const files: Readonly<Record<string, string>> = {
  'src/berths.ts':
    'export function assign(ship: Ship) {\n  if (ship.draught > this.depth) {\n    throw new BerthingError(ship.name, reasons.tooDeep);\n  }\n}\n',
  'src/cranes.ts':
    'export function hoist(load: Load) {\n  const crane = pick(load);\n  if (crane === undefined) {\n    throw new BerthingError(load.name, reasons.tooHeavy);\n  }\n}\n',
  'src/tides.ts': 'export function level(at: number) {\n  return heights.get(at) ?? 0;\n}\n',
};

function memoryOf(texts: Readonly<Record<string, string>>) {
  const memory = new CopyMemory(tokenizer);
  for (const [path, text] of Object.entries(texts))
    memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
  return {
    memory,
    tokenizer,
    paths: Object.keys(texts),
    tokensOf: (path: string) => memory.tokensOf(path),
    linesOf: (path: string, first: number, last: number) =>
      (texts[path] ?? '').split('\n').slice(first - 1, last),
  };
}

test('finds a similar place with its line and text, and nothing dissimilar', async () => {
  const places = await placesLike(
    { path: 'src/berths.ts', text: files['src/berths.ts']!, line: 3 },
    memoryOf(files),
  );
  assert.equal(places[0]?.path, 'src/cranes.ts');
  assert.equal(places[0]?.line, 4);
  assert.match(places[0]?.text ?? '', /^throw new BerthingError\(load/);
  assert.ok(places[0]!.score > 0.15 && places[0]!.score <= 1);
  assert.ok(!places.some(({ path }) => path === 'src/tides.ts'));
});

test('excludes the requested place, and uses unsaved text', async () => {
  const text = `// new\n\n\n\n\n\n${files['src/berths.ts']}`;
  const places = await placesLike({ path: 'src/berths.ts', text, line: 9 }, memoryOf(files));
  assert.ok(!places.some(({ path, line }) => path === 'src/berths.ts' && line >= 7));
  assert.ok(places.some(({ path }) => path === 'src/cranes.ts'));
});

test('a blank line stands for the nearest non-blank one, and a place names its container', async () => {
  const text = files['src/berths.ts']!.replace('reasons.tooDeep);', 'reasons.tooDeep);\n');
  const places = await placesLike({ path: 'src/berths.ts', text, line: 4 }, memoryOf(files));
  const crane = places.find(({ path }) => path === 'src/cranes.ts');
  assert.equal(crane?.inside, 'export function hoist(load: Load)');
});

test('a file of only white space has no places', async () => {
  const places = await placesLike({ path: 'a.ts', text: '\n\n\n\n\n\n\n', line: 4 }, memoryOf(files));
  assert.deepEqual(places, []);
});
