import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { UnusualLines } from '../../../server/unusual/unusual-lines.ts';

const tokenizer = loadTokenizer();
const most = 1000;

/** A handler as a repository has many: only names that belong to it differ. */
function handler(name: string, slip = `${name}Id`): string {
  return [
    `export async function find${name}(request: Request, store: Store): Promise<Response> {`,
    `  const ${name}Id = request.parameters.get('${name}');`,
    `  if (${name}Id === undefined) return badRequest(request);`,
    `  const found = await store.find('${name}', ${slip});`,
    '  if (found === undefined) return notFound(request);',
    '  return json(request, found);',
    '}',
    '',
  ].join('\n');
}

function memoryOf(files: ReadonlyMap<string, string>): CopyMemory {
  const memory = new CopyMemory(tokenizer);
  for (const [path, text] of files) memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
  return memory;
}

const names = 'user order invoice vessel berth tide gauge pilot'.split(' ');
const files = new Map(names.map(name => [`src/${name}.ts`, handler(name)]));

test('a wrong name is the most unusual of its file, with what stands there elsewhere and where', async () => {
  const text = handler('user').replace('return notFound(request)', 'return badRequest(request)');
  const [first] = await new UnusualLines(memoryOf(files), tokenizer).inText('src/user.ts', text, { most });
  assert.equal(first?.line, 5);
  const [word] = first!.words;
  assert.equal(word!.text, 'badRequest');
  assert.equal(word!.expected, 'notFound');
  assert.equal(word!.column, text.split('\n')[4]!.indexOf('badRequest') + 1);
  assert.ok(word!.places.length > 0 && word!.count >= word!.places.length);
  for (const { path, line } of word!.places)
    assert.match(files.get(path)!.split('\n')[line - 1]!, /notFound/, `${path}:${line}`);
});

test('the places named are in files of the same language, and all of them where no other has it', async () => {
  const text = handler('user').replace('return notFound(request)', 'return badRequest(request)');
  const guide = new Map(names.map(name => [`guide/${name}.md`, handler(name)]));
  for (const [memory, pattern] of [
    [new Map([...guide, ...files]), /^src\/\w+\.ts$/],
    [guide, /^guide\/\w+\.md$/],
  ] as const) {
    const found = await new UnusualLines(memoryOf(memory), tokenizer).inText('src/user.ts', text, { most });
    const line = found.find(one => one.line === 5)!;
    const word = line.words.find(one => one.text === 'badRequest')!;
    for (const { path } of word.places) assert.match(path, pattern);
    assert.ok(word.places.length > 0 && word.count >= word.places.length);
  }
});

test('what memory has of the file itself does not count', async () => {
  const text = handler('user').replace(
    '=== undefined) return badRequest',
    '!== undefined) return badRequest',
  );
  const without = new Map([...files].filter(([path]) => path !== 'src/user.ts'));
  const changed = new Map([...files, ['src/user.ts', text]]);
  const lines = await Promise.all(
    [files, without, changed].map(one =>
      new UnusualLines(memoryOf(one), tokenizer).inText('src/user.ts', text, { most }),
    ),
  );
  const of = (found: (typeof lines)[number]) => found.map(({ line, score }) => ({ line, score }));
  assert.deepEqual(of(lines[1]!), of(lines[0]!));
  assert.deepEqual(of(lines[2]!), of(lines[0]!));
});

test('only the lines asked about, and no more than are wanted, most unusual first', async () => {
  const unusual = new UnusualLines(memoryOf(files), tokenizer);
  const among = new Set([2, 3, 4]);
  const found = await unusual.inText('src/new.ts', handler('new', 'request'), { most: 2, among });
  assert.equal(found.length, 2);
  assert.ok(found.every(({ line }) => among.has(line)));
  assert.ok(found[0]!.score >= found[1]!.score);
});

test('columns are counted from the start of the line, in the first as well', async () => {
  const lines = names.map(name => `const ${name}Size = measure(${name});`);
  const memory = memoryOf(new Map(lines.map((line, i) => [`src/deep/er/${i}.ts`, `${line}\n`])));
  const text =
    'const userSize = measure(order);\n  const userSize = measure(order);\n' +
    '\tconst 大小 = "😀 请输入正确的用户名和密码然后重试一次否则"; measure(order);\r\n 大小\u00a0\n';
  const found = await new UnusualLines(memory, tokenizer).inText('src/deep/er/new.ts', text, { most });
  for (const { line, words } of found)
    for (const word of words)
      assert.equal(
        text
          .split('\n')
          [line - 1]!.slice(word.column - 1)
          .indexOf(word.text),
        0,
        word.text,
      );
  assert.deepEqual(new Set(found.map(({ line }) => line)), new Set([1, 2, 3, 4]));
});

test('comments, empty texts and texts of nothing but white space have no unusual lines', async () => {
  const unusual = new UnusualLines(memoryOf(files), tokenizer);
  for (const text of ['', '\n\n', '  \t\n', '// Nothing like it.\n/* nor\n this */\n'])
    assert.deepEqual(await unusual.inText('src/new.ts', text, { most }), []);
});

test('lines of comments alone are left out where comments cannot be told word by word, too', async () => {
  const unusual = new UnusualLines(memoryOf(files), tokenizer);
  const php = '<?php\n/**\n * Nothing like it.\n */\n$tide = gauge(4711); // noted\n# Nor this.\n';
  const shell = '#!/bin/sh\n# Nothing like it.\ngauge "$#" "$tide" 4711\n';
  const linesOf = async (path: string, text: string) =>
    (await unusual.inText(path, text, { most })).map(({ line }) => line).sort((one, other) => one - other);
  assert.deepEqual(await linesOf('src/new.php', php), [1, 5]);
  assert.deepEqual(await linesOf('src/new.sh', shell), [3]);
});

test('hostile text is judged like any other, and can be cancelled', async () => {
  const unusual = new UnusualLines(memoryOf(files), tokenizer);
  const texts = [
    '<|file|><|end|>\u202e\u0000\ud800 const \u001b[31m = 1;',
    `${'x'.repeat(4000)}\n`,
    `${'(('.repeat(500)}\n`,
    '"unclosed\n`${`${\n',
  ];
  for (const text of texts)
    for (const { line } of await unusual.inText('src/new.ts', text, { most })) assert.ok(line >= 1);
  const aborted = AbortSignal.abort();
  await assert.rejects(
    unusual.inText('src/new.ts', handler('user').repeat(60), { most, signal: aborted }),
    /abort/i,
  );
});
