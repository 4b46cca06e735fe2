import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { complete } from '../../../server/completion/complete.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FakePredictor } from './fake.ts';

const tokenizer = loadTokenizer();

const router = `import { Handler } from './handler.ts';

export class Router {
  readonly #routes = new Map<string, Handler>();

  add(path: string, handler: Handler): void {
    if (this.#routes.has(path)) {
      throw new Error(\`There is a route for \${path} already\`);
    }
    this.#routes.set(path, handler);
  }
}
`;

const files: Readonly<Record<string, string>> = {
  'src/router.ts': router,
  'src/table.ts': router.replaceAll('Router', 'Table'),
  'src/emoji.ts': "export const faces = ['😀', '😅', '🧑‍🚀'];\nexport const spelled = '<|end|> <file>';\n",
};

function memoryOf(contents: Readonly<Record<string, string>>): CopyMemory {
  const memory = new CopyMemory(tokenizer);
  for (const [path, text] of Object.entries(contents))
    memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
  return memory;
}

/** `|` stands for the cursor. */
function request(marked: string, path = 'src/new.ts') {
  const offset = marked.indexOf('|');
  return { path, text: marked.slice(0, offset) + marked.slice(offset + 1), offset, eagerness: 1 };
}

const start = router.slice(0, router.indexOf('    if (this'));

test('suggests a line from the repository, with its place', async () => {
  const { item } = await complete(request(`${start}    if (this.#routes.h|`), memoryOf(files), tokenizer);
  assert.equal(item?.text.split('\n')[0], 'as(path)) {');
  assert.ok(item?.provenance.some(place => place.path === 'src/router.ts' && place.line === 7));
  assert.ok(item.confidence > 0 && item.confidence <= 1);
});

test('replaces auto-closed brackets that the suggestion closes, if the client can', async () => {
  const memory = memoryOf(files);
  const asked = request(`${start}    if (this.#routes.h|)`);
  assert.equal((await complete(asked, memory, tokenizer)).item?.text, 'as(path)');
  const { item } = await complete({ ...asked, replacesClosers: true }, memory, tokenizer);
  assert.equal(item?.kind, 'block');
  assert.match(item.text, /^as\(path\)\) \{\n {6}throw .*\n {4}\}$/);
  assert.deepEqual(item.range, { start: asked.offset, end: asked.offset + 1 });
});

test('what a line opens is suggested with it, to its end', async () => {
  const { item } = await complete(request(`${start}    if (|`), memoryOf(files), tokenizer);
  assert.equal(item?.kind, 'block');
  assert.equal(
    item?.text,
    router.slice(router.indexOf('this.#routes.has'), router.indexOf('    this.#routes.set')).trimEnd(),
  );
});

test('scope file does not use other files', async () => {
  const asked = { ...request(`${start}    if (|`), scope: 'file' as const };
  const { item, withheld } = await complete(asked, memoryOf(files), tokenizer);
  assert.ok(!(item ?? withheld)?.text.includes('#routes.has(path)'));
});

test('the stored version of the edited file is not copied from', async () => {
  const memory = memoryOf({ 'src/router.ts': router });
  const { item, withheld } = await complete(request(`${start}    if (|`, 'src/router.ts'), memory, tokenizer);
  assert.ok(!(item ?? withheld)?.text.includes('#routes.has(path)'));
});

test('keeps carriage returns', async () => {
  const asked = request(`${start}    if (|`.replaceAll('\n', '\r\n'));
  const { item } = await complete(asked, memoryOf(files), tokenizer);
  assert.match(item?.text ?? '', /\{\r\n {6}throw[^\n]+\r\n {4}\}$/);
});

test('does not repeat brackets after the cursor', async () => {
  const { item } = await complete(
    request(`${start}    if (this.#routes.has(|)) {`),
    memoryOf(files),
    tokenizer,
  );
  assert.equal(item?.text, 'path');
});

test('reports that nothing is known', async () => {
  const { item, reason } = await complete(request('|'), memoryOf({}), tokenizer);
  assert.equal(item, undefined);
  assert.ok(reason);
});

test('low eagerness shows only certain suggestions', async () => {
  const asked = { ...request('const zebra = |'), eagerness: 0 };
  const { item, reason, withheld } = await complete(asked, memoryOf(files), tokenizer);
  assert.equal(item, undefined);
  if (withheld !== undefined) assert.equal(reason, 'not confident enough');
});

test('offers distinct alternatives after the first', async () => {
  const asked = { ...request(`${router}\nexport class |`), isInvoked: true };
  const found = await complete(asked, memoryOf(files), tokenizer);
  const texts = [found.item, ...(found.alternatives ?? [])].map(item => item?.text.split('\n')[0]);
  assert.ok(texts.includes('Router {') && texts.includes('Table {'), texts.join(' | '));
  assert.equal(new Set(texts).size, texts.length);
});

test('a suggestion begins as it must, or there is none', async () => {
  const asked = request(`${start}    if (this.#ro|`);
  const { item } = await complete({ ...asked, begins: 'utes' }, memoryOf(files), tokenizer);
  assert.equal(item?.text.split('\n')[0], 'utes.has(path)) {');
  // An unlikely entry of the editor's list.
  const other = await complete({ ...asked, begins: 'utines' }, memoryOf(files), tokenizer);
  assert.equal(other.item, undefined);
});

test('a Go function returns as many values as it declares', async () => {
  const load =
    'package store\n\nfunc load(path string) (*Store, error) {\n\tdata, err := os.ReadFile(path)\n';
  const check = '\tif err != nil {\n\t\treturn nil, err\n\t}\n';
  const memory = memoryOf({ 'a.go': `${load}${check}\treturn parse(data)\n}\n` });
  const other = load.replace('(*Store, error)', 'error');
  const { item } = await complete(
    request(`${other}\tif err != nil {\n\t\tret|\n\t}\n`, 'b.go'),
    memory,
    tokenizer,
  );
  assert.equal(item?.text, 'urn err');
});

test('an explicit request shows a suggestion at low eagerness', async () => {
  const asked = { ...request(`${start}    if (this.#routes.h|`), eagerness: 0, isInvoked: true };
  const { item } = await complete(asked, memoryOf(files), tokenizer);
  assert.equal(item?.text.split('\n')[0], 'as(path)) {');
});

test('inserts nothing inside a surrogate pair', async () => {
  const { item } = await complete(
    { path: 'a.ts', text: 'faces = 😀', offset: 9, isInvoked: true },
    memoryOf(files),
    tokenizer,
  );
  assert.equal(item, undefined);
});

test('a request superseded while waiting searches nothing', async () => {
  const predictor = new FakePredictor(tokenizer, ['let value = compute(alpha);\n']);
  const abort = new AbortController();
  const waiting = complete({ ...request('let value =|'), wait: 60_000 }, predictor, tokenizer, abort.signal);
  setImmediate(() => setImmediate(() => abort.abort()));
  assert.equal((await waiting).reason, 'cancelled');
  assert.equal(predictor.asked, 0);
});

test('an aborted request is cancelled', async () => {
  const { item, reason } = await complete(request('a|'), memoryOf(files), tokenizer, AbortSignal.abort());
  assert.equal(item, undefined);
  assert.equal(reason, 'cancelled');
});

test('without time, still returns continuations of the same text', async () => {
  const asked = { ...request(`${start}    if (|`), budget: -1 };
  const { item } = await complete(asked, memoryOf(files), tokenizer);
  assert.equal(item?.text.split('\n')[0], 'this.#routes.has(path)) {');
});

test('a start of a line that is typed along only grows, up to the block behind it', async () => {
  const testOf = (role: string): string =>
    `import test from 'node:test';\nimport { callOut } from '../src/${role}.ts';\n\ntest('nobody answers an empty call sign', () => {\n  const answer = callOut('');\n  assert.equal(answer.ok, false);\n});\n`;
  const memory = memoryOf(
    Object.fromEntries(['pilot', 'agent', 'diver'].map(role => [`tests/${role}.test.ts`, testOf(role)])),
  );
  const begun = testOf('tug').slice(0, testOf('tug').indexOf('nobody'));
  const cache = new CompletionCache();
  let shown = '';
  let isBlock = false;
  for (let typed = 1; typed <= 'nobody answers'.length; typed++) {
    const start = begun + 'nobody answers'.slice(0, typed);
    const asked = { ...request(`${start}|')\n`, 'tests/tug.test.ts'), replacesClosers: true };
    const { item } = await complete(asked, memory, tokenizer, undefined, cache);
    const whole = start + (item?.text ?? '');
    assert.ok(whole.startsWith(shown), `${JSON.stringify(whole)} after ${JSON.stringify(shown)}`);
    shown = whole;
    isBlock = item?.kind === 'block';
  }
  assert.ok(isBlock);
});

test('typing along a suggestion queries no predictor', async () => {
  const predictor = new FakePredictor(tokenizer, ['let value = compute(alpha);\n']);
  const cache = new CompletionCache();
  const first = await complete(request('let value =|'), predictor, tokenizer, undefined, cache);
  assert.equal(first.item?.text, ' compute(alpha);');
  const { asked } = predictor;
  const second = await complete(request('let value = comp|'), predictor, tokenizer, undefined, cache);
  assert.equal(second.item?.text, 'ute(alpha);');
  assert.equal(predictor.asked, asked);
});

test('a predictor without sources completes by decoding', async () => {
  const predictor = new FakePredictor(tokenizer, ['let value = compute(alpha);\n']);
  const { item } = await complete(request('let value = co|'), predictor, tokenizer);
  assert.equal(item?.text, 'mpute(alpha);');
  assert.deepEqual(item?.provenance, [{ path: 'fake.ts', line: 1 }]);
});

test('a suggestion can be inserted at any place of any buffer', async () => {
  const memory = memoryOf(files);
  const texts = [router, files['src/emoji.ts']!, router.replaceAll('\n', '\r\n'), 'x😀y\n\t}\n"<|end|>'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...texts), fc.nat(), fc.nat(40), async (text, at, cut) => {
      const offset = at % (text.length + 1);
      const buffer = text.slice(0, offset) + text.slice(Math.min(text.length, offset + cut));
      const asked = { path: 'src/new.ts', text: buffer, offset, eagerness: 1 };
      const { item } = await complete(asked, memory, tokenizer);
      if (item === undefined) return;
      assert.ok(!/\p{Cs}/u.test(item.text) && !item.text.includes('\uFFFD') && item.text.trim() !== '');
      assert.ok(item.range.start <= item.range.end && item.range.end <= buffer.length);
      const rest = buffer.slice(offset).split(/\r?\n/, 1)[0]!.trimEnd();
      if (rest.length > 8) assert.ok(!item.text.endsWith(rest), 'not what is right of the cursor');
      if (!/\r\n/.test(buffer)) assert.ok(!item.text.includes('\r'));
    }),
    { numRuns: 300 },
  );
});
