import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { complete } from '../../../server/completion/complete.ts';
import type { WriteParameters } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { contextOf } from '../../../server/fitting/context.ts';
import { leastWritten } from '../../../server/suggestions/choice.ts';
import { suggest } from '../../../server/suggestions/suggest.ts';
import { clientOf, copied, empty, engineThat, known, knownStart, question, tokenizer } from './scene.ts';

/** The engine knows only what comes on the line below. */
function engineBelow() {
  return engineThat(({ before }) =>
    /\n[ \t]+$/.test(before)
      ? { text: 'return sum;\n  // done', logProbability: -0.4 }
      : { text: '', logProbability: 0 },
  );
}

test('asked explicitly where a line ends, the model writes what comes below', async () => {
  const { engine } = engineBelow();
  const { client } = await clientOf(engine);
  const ask = (path: string, before: string, after: string, isInvoked = true) =>
    client.alone({ path, text: before + after, offset: before.length, isInvoked });
  const open = await ask('a.ts', 'function sum() {', '\n}\n');
  assert.equal(open.item?.text, '\n  return sum;\n  // done');
  const closed = await ask('a.ts', 'a(() => {', '});\n');
  assert.equal(closed.item?.text, '\n  return sum;\n  // done\n');
  assert.deepEqual(closed.item?.range, { start: 9, end: 9 });
  const python = await ask('a.py', 'def total(items):', '\n');
  assert.equal(python.item?.text, '\n    return sum;\n  // done');
  // Not where the line goes on, and not unasked.
  assert.equal((await ask('a.ts', 'a(() => {', ' return 1; });\n')).item, undefined);
  assert.equal((await ask('a.ts', '  total(items', ');\n')).item, undefined);
  assert.equal((await ask('a.ts', 'function sum() {', '\n}\n', false)).item, undefined);
});

test('what was prepared from copies alone is ranked beside the model’s line once it is asked for', async () => {
  const { engine, asked } = engineThat(() => ({ text: '=== null) return;', logProbability: -0.05 }));
  const { client } = await clientOf(engine, { sure: 2 });
  const cache = new CompletionCache();
  const { item: prepared } = await complete({ ...known, isAhead: true }, copied, tokenizer, undefined, cache);
  assert.equal(prepared?.text, knownStart);
  assert.equal((await suggest(known, { predictor: copied, tokenizer, cache })).item?.text, knownStart);
  const from = { predictor: copied, tokenizer, coder: client, cache };
  assert.equal((await suggest(known, from)).item?.text, '=== null) return;');
  // That answer is on screen: it is not asked for again.
  assert.equal((await suggest(known, from)).item?.text, '=== null) return;');
  assert.equal(asked.length, 1);
});

test('asked explicitly where its line was given up, the model writes that line', async () => {
  const { engine, asked } = engineThat(({ least = 0 }) =>
    least > -3
      ? { text: '', line: 'items.red', logProbability: -2 }
      : { text: 'items.reduce(sum, 0);', logProbability: -2 },
  );
  const { client } = await clientOf(engine);
  const cache = new CompletionCache();
  const from = { predictor: empty, tokenizer, coder: client, cache };
  assert.equal((await suggest(question, from)).item, undefined);
  const { item } = await suggest({ ...question, isInvoked: true }, from);
  assert.equal(item?.text, 'items.reduce(sum, 0);');
  assert.equal(asked.length, 2);
});

test('suggestions typed past on another line do not count', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  const cache = new CompletionCache();
  const typed = (text: string) => contextOf({ path: 'b.ts', text, offset: text.length });
  cache.passed.countAt(typed('a'));
  cache.passed.show(typed('a'), 'lpha');
  assert.equal(cache.passed.countAt(typed('ab')), 1);
  await suggest(question, { predictor: empty, tokenizer, coder: client, cache });
  assert.equal(asked[0]?.least, leastWritten(question));
});

test('a line of the model that is typed past counts', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  const from = { predictor: empty, tokenizer, coder: client, cache: new CompletionCache() };
  await suggest(question, from);
  const next = { ...question, text: 'const total = x', offset: 15 };
  await suggest(next, from);
  assert.equal(asked[1]?.least, leastWritten(next, 1));
});

test('where nothing was worth showing, nothing is when it is asked again', async () => {
  const { engine } = engineThat(() => ({ text: '=== undefined) return [];', logProbability: -0.1 }));
  const { client } = await clientOf(engine, { sure: 2 });
  const cache = new CompletionCache();
  const from = { predictor: copied, tokenizer, coder: client, cache };
  const asked = { ...known, eagerness: 0.3 };
  const first = await suggest(asked, from);
  const again = await suggest(asked, from);
  assert.deepEqual([again.item?.text, again.reason], [first.item?.text, first.reason]);
});

test('where the cursor rests the model reads ahead, the latest place only, and not on battery', async () => {
  const read: { before: string; signal: AbortSignal }[] = [];
  const run = async (
    name: string,
    parameters: unknown,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<unknown> => {
    if (name === 'openCoder') return { title: 'Tiny' };
    if (name === 'forgetWritten') return null;
    assert.equal(name, 'readAhead');
    read.push({ before: (parameters as WriteParameters).before, signal: signal! });
    return { read: 1 };
  };
  const { client } = await clientOf({ run } as Pick<Engine, 'run'>);
  client.readAhead({ path: 'a.ts', text: 'const a;\r\nconst b;', offset: 8 });
  client.readAhead({ path: 'a.ts', text: 'const a;\r\nconst b;', offset: 18 });
  assert.deepEqual(
    read.map(({ before, signal }) => [before, signal.aborted]),
    [
      ['const a;', true],
      ['const a;\nconst b;', false],
    ],
  );
  const told = [{ path: 'b.ts', text: 'two();' }];
  client.relate('a.ts', told);
  assert.equal(client.relatedTo('a.ts'), told);
  await client.forget();
  assert.equal(client.relatedTo('a.ts'), undefined);
  client.saveEnergy(true);
  client.readAhead(question);
  assert.equal(read.length, 2);
});
