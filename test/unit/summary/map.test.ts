import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { buildMap, pathInMap } from '../../../server/summary/map.ts';
import { mapColours, mapSvg } from '../../../server/summary/map-svg.ts';
import { SurpriseMeter } from '../../../server/summary/surprise.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

function sourceWith(files: Readonly<Record<string, string>>): SummarySource {
  return {
    name: 'shop',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: path => files[path],
  };
}

const texts = {
  'README.md': '# Shop\n\nSells things & "more".\n',
  'src/deep/a.ts': '/** Prices of things. */\nexport const a = 1;\n',
  'src/b.py': 'x = 1\n',
  'src2/c.ts': 'export const c = 3;\n',
};
const none = { changed: new Map(), surprise: new Map(), peaks: new Map(), surpriseMethod: '' };

test('the map has every file once, in its folder, with language, line and values', async () => {
  const facts = await new FactBook(undefined).collect(sourceWith(texts));
  const map = buildMap('shop', facts, {
    changed: new Map([['src/b.py', 100]]),
    surprise: new Map([['src/b.py', 1.2345]]),
    peaks: new Map([['src/b.py', 1]]),
    surpriseMethod: 'how',
  });
  const { files, languages } = map;
  assert.deepEqual(
    files.names.map((_, at) => pathInMap(map, at)),
    Object.keys(texts),
  );
  const at = files.names.indexOf('b.py');
  assert.equal(languages[files.languages[at]!]!.name, 'Python');
  assert.equal(files.changed[at], 100);
  assert.equal(files.surprise[at], 1.23);
  assert.deepEqual([files.peaks[at], files.peaks[0]], [1, null]);
  assert.equal(files.changed[0], null);
  assert.equal(files.texts[0], 'Sells things & "more".');
  assert.equal(files.lines[0], 3);
  assert.ok(map.folders.parents.every((parent, folder) => parent < folder));
});

test('a folder’s map has only its contents; a missing folder is an error that names it', async () => {
  const facts = await new FactBook(undefined).collect(sourceWith(texts));
  const map = buildMap('shop', facts, none, 'src/');
  assert.deepEqual(
    map.files.names.map((_, at) => pathInMap(map, at)),
    ['src/deep/a.ts', 'src/b.py'],
  );
  assert.equal(map.name, 'src');
  assert.throws(() => buildMap('shop', facts, none, 'sr'), /"sr"/);
  const alone = buildMap('shop', facts, none, 'src/b.py');
  assert.deepEqual(
    alone.files.names.map((_, at) => pathInMap(alone, at)),
    ['src/b.py'],
  );
});

for (const colour of mapColours) {
  test(`the picture by ${colour} is well-formed, with a title for each file`, async () => {
    const facts = await new FactBook(undefined).collect(sourceWith(texts));
    const svg = mapSvg(buildMap('shop', facts, none), { colour, now: 1_700_000_000 });
    assert.equal(svg.match(/ tokens/g)?.length, Object.keys(texts).length + 3);
    assert.ok(svg.includes('Sells things &amp; &quot;more&quot;.'));
    const open = svg.match(/<[a-z][^>]*[^/]>|<[a-z]>/g)?.length;
    assert.equal(open, svg.match(/<\/[a-z]+>/g)?.length);
  });
}

test('a file similar to others is less surprising than another', async () => {
  const handler = (name: string) =>
    `export function ${name}(request: Request, response: Response) {\n  const user = authenticate(request);\n  if (user === undefined) return response.refuse(401);\n  response.send(render(user));\n}\n`.repeat(
      6,
    );
  const files: Record<string, string> = {
    'odd.ts':
      'Zyx 93 qwop; ~jk vv# 17 lmno ?? [rr] uu%% 8841 xkcd zz grault $$ plugh 55 waldo ^ fred\n'.repeat(1),
  };
  for (const name of ['list', 'show', 'edit', 'drop', 'move', 'copy']) files[`${name}.ts`] = handler(name);
  const memory = new CopyMemory(tokenizer);
  for (const [path, text] of Object.entries(files))
    memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
  const meter = new SurpriseMeter();
  const source = {
    ...sourceWith(files),
    memory,
    tokenizer,
    tokensOf: (path: string) => memory.tokensOf(path),
  };
  assert.equal(meter.known(source).size, 0);
  const surprise = await meter.measure(source);
  assert.equal(surprise.size, 7);
  assert.ok(surprise.get('odd.ts')! > 2 * surprise.get('list.ts')!, JSON.stringify([...surprise]));
  assert.deepEqual(meter.known(source), surprise);
  assert.match(meter.method, /up to 64 tokens/);
});
