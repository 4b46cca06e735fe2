import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { complete } from '../../../server/completion/complete.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

function handler(name: string): string {
  return `export function ${name}(request: Request): Response {\n  const session = openSession(request);\n  session.touch(Date.now());\n  return answerOf(session);\n}\n`;
}

const memory = new CopyMemory(tokenizer);
for (const name of ['load', 'save', 'list', 'drop']) {
  const path = `src/${name}.ts`;
  memory.set(path, tokenizer.encodePieces(renderFile(path, handler(name))));
}
const start = 'export function find(request: Request): Response {\n  const session = openSession(request);';
const path = 'src/find.ts';

function asked(text: string) {
  return { path, text, offset: text.length, eagerness: 0.8 };
}

test('suggests the next line at the end of a line', async () => {
  const { item } = await complete(asked(start), memory, tokenizer);
  assert.match(item?.text ?? '', /^\n {2}session\.touch\(Date\.now\(\)\)/);
  assert.deepEqual(item?.range, { start: start.length, end: start.length });
});

test('suggests the same line after Enter', async () => {
  const cache = new CompletionCache();
  const end = await complete(asked(start), memory, tokenizer, undefined, cache);
  const below = `${start}\n  `;
  const next = await complete(asked(below), memory, tokenizer, undefined, cache);
  assert.equal(end.item?.text, `\n  ${next.item?.text}`);
});

test('starts with a carriage return if the file has them', async () => {
  const text = start.replaceAll('\n', '\r\n');
  const { item } = await complete(asked(text), memory, tokenizer);
  assert.match(item?.text ?? '', /^\r\n {2}session/);
});

test('does not suggest the next line in the middle of a line', async () => {
  const text = `${start}\n`;
  const offset = start.length - 'openSession(request);'.length;
  const { item } = await complete({ ...asked(text), offset }, memory, tokenizer);
  assert.ok(!item?.text.startsWith('\n'));
});

test('does not suggest an existing line below', async () => {
  const text = `${start}\n  session.touch(Date.now());\n  return answerOf(session);\n}\n`;
  const { item } = await complete({ ...asked(text), offset: start.length }, memory, tokenizer);
  assert.ok(!item?.text.includes('session.touch'));
});

test('does not end again what the line below ends', async () => {
  const notes = new CopyMemory(tokenizer);
  const page = '```{literalinclude} ../LICENSE.txt\n---\nlanguage: text\n---\n```\n';
  for (const name of ['one', 'two', 'three'])
    notes.set(`docs/${name}.md`, tokenizer.encodePieces(renderFile(`docs/${name}.md`, page)));
  const end = page.lastIndexOf('\n```');
  const request = (text: string) => ({ path: 'docs/here.md', text, offset: end, eagerness: 1 });
  const open = await complete(request(page.slice(0, end)), notes, tokenizer);
  assert.equal(open.item?.text, '\n```');
  const { item } = await complete(request(page), notes, tokenizer);
  assert.equal(item, undefined);
});
