import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { complete } from '../../../server/completion/complete.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { WriteParameters, Written } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { contextOf } from '../../../server/fitting/context.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { leastWritten } from '../../../server/suggestions/choice.ts';
import { CoderClient, type CoderOptions } from '../../../server/suggestions/coder-client.ts';
import { suggest } from '../../../server/suggestions/suggest.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

/** An engine whose output comes from a function. */
function engineThat(write: (parameters: WriteParameters) => Promise<Partial<Written>> | Partial<Written>) {
  const asked: WriteParameters[] = [];
  const run = async (name: string, parameters: unknown): Promise<unknown> => {
    if (name === 'openCoder') return { title: 'Tiny' };
    if (name === 'readAhead') return { read: 1 };
    const question = parameters as WriteParameters;
    asked.push(question);
    const nothing = { text: '', logProbability: 0, steps: [], prompt: 1, read: 1, written: 1 };
    const answer = await write(question);
    return { ...nothing, line: answer.text?.split('\n', 1)[0] ?? '', ...answer };
  };
  return { engine: { run } as Pick<Engine, 'run'>, asked };
}

async function clientOf(engine: Pick<Engine, 'run'>, options: Partial<CoderOptions> = {}) {
  const problems: string[] = [];
  const client = new CoderClient(
    engine,
    { file: 'model.gguf', folder: 'model' },
    { onProblem: problem => problems.push(problem), ...options },
  );
  await client.ready;
  return { client, problems };
}

function service(name: string, label: string): string {
  return `import { Store } from './store.ts';

export class ${name}Service {
  async load(id: string): Promise<${name}> {
    const found = await this.store.find('${label}', id);
    if (found === undefined) throw new Error(UnknownId, id);
    return found as ${name};
  }
}
`;
}

const copied = new CopyMemory(tokenizer);
for (const name of ['User', 'Item'])
  copied.set(`${name}.ts`, tokenizer.encodePieces(renderFile(`${name}.ts`, service(name, name))));
const order = service('Order', 'Order');
const middle = order.indexOf('=== undefined');
/** A place where the copy memory has an uncertain suggestion. */
const known = {
  path: 'Order.ts',
  text: `${order.slice(0, middle)}\n  }\n}\n`,
  offset: middle,
  budget: Number.POSITIVE_INFINITY,
};
/** What is shown of it without a model, and the whole line. */
const knownStart = '=== undefined';
const knownLine = '=== undefined) throw new Error(UnknownId, id);';

const empty = new CopyMemory(tokenizer);
const question = { path: 'a.ts', text: 'const total = ', offset: 14 };

test('where nothing was seen before, the model’s line is shown and named as its own', async () => {
  const { engine } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  const { item } = await suggest(question, { predictor: empty, tokenizer, coder: client });
  assert.equal(item?.text, 'items.reduce(sum, 0);');
  assert.deepEqual([item?.origin, item?.model], ['model', 'Tiny']);
});

test('beside the editor’s open list, a copy goes on from the selected entry and replaces what the entry replaces', async () => {
  const typed = order.slice(0, order.indexOf('re.find'));
  const request = { ...known, text: `${typed}\n  }\n}\n`, offset: typed.length };
  const start = typed.length - 'sto'.length;
  const from = { predictor: copied, tokenizer };
  const { item } = await suggest({ ...request, selected: { start, text: 'store' } }, from);
  assert.match(item!.text, /^store\.find\(/);
  assert.deepEqual(item!.range, { start, end: typed.length });
  // An unlikely entry, and one that would replace what was typed.
  for (const text of ['stoic', 'restore']) {
    const other = await suggest({ ...request, selected: { start, text } }, from);
    assert.equal(other.item, undefined, text);
  }
});

test('beside the editor’s open list, the model’s line is shown where it goes on from the selected entry', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'ems.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  const cache = new CompletionCache();
  const from = { predictor: empty, tokenizer, coder: client, cache };
  const typing = { path: 'a.ts', text: 'const total = it', offset: 16 };
  const other = await suggest({ ...typing, selected: { start: 14, text: 'iterator' } }, from);
  assert.equal(other.item, undefined);
  const { item } = await suggest({ ...typing, selected: { start: 14, text: 'items' } }, from);
  assert.equal(item?.text, 'items.reduce(sum, 0);');
  assert.deepEqual(item?.range, { start: 14, end: 16 });
  // Closed, it is shown whatever was selected. The model has written once.
  const closed = await suggest(typing, from);
  assert.equal(closed.item?.text, 'ems.reduce(sum, 0);');
  assert.equal(asked.length, 1);
});

test('a line that the model is unsure of is withheld', async () => {
  const { engine } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -4 }));
  const { client } = await clientOf(engine);
  const answer = await suggest(question, { predictor: empty, tokenizer, coder: client });
  assert.equal(answer.item, undefined);
  assert.equal(answer.withheld?.text, 'items.reduce(sum, 0);');
  assert.equal(answer.reason, 'not confident enough');
});

test('of a line that the model is unsure of, the start that it is sure of is shown', async () => {
  const steps = [
    { length: 23, logProbability: -0.03 },
    { length: 40, logProbability: -3 },
  ];
  const text = 'collection.entries.find(someone.identity);';
  const { engine } = engineThat(() => ({ text, logProbability: -3, steps }));
  const { client } = await clientOf(engine);
  const { item, line } = await client.alone(question);
  assert.equal(item?.text, 'collection.entries.find');
  assert.equal(line?.text, text);
});

test('the start of a line keeps its own brackets before those that the editor closed', async () => {
  const steps = [
    { length: 23, logProbability: -0.03 },
    { length: 43, logProbability: -3 },
  ];
  const text = 'alphabet(betas, gammas) + deltas(epsilons));';
  const { engine } = engineThat(() => ({ text, logProbability: -3, steps }));
  const { client } = await clientOf(engine);
  const { item } = await client.alone({ path: 'a.ts', text: 'compute()', offset: 8, replacesClosers: true });
  assert.equal(item?.text, 'alphabet(betas, gammas)');
});

test('at the start of a line a blank one may come, so the model has to be surer', async () => {
  const { engine } = engineThat(() => ({ text: 'return sum;', logProbability: -0.12 }));
  const { client } = await clientOf(engine);
  const inLine = { path: 'a.ts', text: 'if (a) ', offset: 7 };
  const atStart = { path: 'a.ts', text: 'a();\n  ', offset: 7 };
  const shown = (await client.alone(inLine)).item;
  assert.equal(shown?.text, 'return sum;');
  assert.equal((await client.alone(atStart)).item, undefined);
  const invoked = await client.alone({ ...atStart, isInvoked: true });
  assert.equal(invoked.item?.text, 'return sum;');
});

test('behind a block’s bracket or a statement the model is not asked', async () => {
  const { engine, asked } = engineThat(() => ({ text: ' else', logProbability: -0.01 }));
  const { client } = await clientOf(engine);
  for (const text of ['if (a) {', '} ', 'a();'])
    assert.equal((await client.alone({ path: 'a.ts', text, offset: text.length })).item, undefined);
  assert.equal(asked.length, 0);
  for (const text of ['import { ', 'import { a } ', 'const { ', 'b = `${'])
    await client.alone({ path: 'a.ts', text, offset: text.length });
  assert.equal(asked.length, 4);
});

test('typed along, what is on the screen stays, and the model is not asked again', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  const cache = new CompletionCache();
  await suggest(question, { predictor: empty, tokenizer, coder: client, cache });
  const text = 'const total = ite';
  const next = await suggest(
    { path: 'a.ts', text, offset: text.length },
    { predictor: empty, tokenizer, coder: client, cache },
  );
  assert.equal(next.item?.text, 'ms.reduce(sum, 0);');
  assert.equal(asked.length, 1);
});

test('a copied line is the model’s draft, and is shown where it agrees', async () => {
  const { engine, asked } = engineThat(({ draft = '' }) => ({ text: draft, logProbability: -0.1 }));
  const { client } = await clientOf(engine, { sure: 2 });
  const { item } = await suggest(known, { predictor: copied, tokenizer, coder: client });
  assert.equal(asked[0]?.draft, knownLine);
  assert.equal(item?.text.split('\n')[0], knownLine);
  assert.equal(item?.origin, 'repository');
});

test('a line on which both agree is one, although the editor has closed its bracket', async () => {
  const lineOf = (name: string) => `from ships import berth\n\n\ndef ${name}(vessel):\n    found = berth(`;
  const predictor = new CopyMemory(tokenizer);
  for (const name of ['one', 'two']) {
    const text = `${lineOf(name)}vessel, depth=4)\n    return found\n`;
    predictor.set(`${name}.py`, tokenizer.encodePieces(renderFile(`${name}.py`, text)));
  }
  const before = lineOf('three');
  const request = { ...known, path: 'three.py', text: `${before})\n`, offset: before.length };
  const { engine } = engineThat(() => ({ text: 'vessel, depth=4)', logProbability: -0.3 }));
  const { client } = await clientOf(engine, { sure: 2 });
  const alone = await suggest(request, { predictor, tokenizer });
  const both = await suggest(request, { predictor, tokenizer, coder: client });
  assert.equal(both.item?.text, 'vessel, depth=4');
  assert.ok(both.item.confidence >= alone.item!.confidence);
});

test('where the copy memory is sure, the model is not asked', async () => {
  const { engine, asked } = engineThat(() => ({}));
  const { client } = await clientOf(engine, { sure: 0 });
  const { item } = await suggest(known, { predictor: copied, tokenizer, coder: client });
  assert.equal(item?.text, knownStart);
  assert.equal(asked.length, 0);
});

test('a copied suggestion does not wait for a model that is late', async () => {
  const { engine, asked } = engineThat(() => new Promise<Partial<Written>>(() => {}));
  const { client } = await clientOf(engine, { patience: 20, sure: 2 });
  const { item } = await suggest(known, { predictor: copied, tokenizer, coder: client });
  assert.equal(item?.text, knownStart);
  assert.equal(asked.length, 1);
});

test('a question that is late ends when the next one comes', async () => {
  const aborted: number[] = [];
  let count = 0;
  const engine = {
    run: (name: string, _: unknown, options?: { readonly signal?: AbortSignal }) => {
      if (name === 'openCoder') return Promise.resolve({ title: 'Tiny' });
      const number = count++;
      return new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => {
          aborted.push(number);
          reject(new Error('cancelled'));
        });
      });
    },
  } as unknown as Pick<Engine, 'run'>;
  const { client } = await clientOf(engine, { patience: 5, sure: 2 });
  for (let i = 0; i < 4; i++) {
    const asked = { ...known, path: `Order${i}.ts` };
    const { item } = await suggest(asked, { predictor: copied, tokenizer, coder: client });
    assert.equal(item?.text, knownStart);
  }
  assert.deepEqual(aborted, [0, 1, 2]);
});

test('an engine that fails takes nothing from what was copied, and says so once', async () => {
  const engine = {
    run: async () => {
      throw new Error('it is broken');
    },
  } as Pick<Engine, 'run'>;
  const { client, problems } = await clientOf(engine, { sure: 2 });
  const { item } = await suggest(known, { predictor: copied, tokenizer, coder: client });
  assert.equal(item?.text, knownStart);
  assert.equal(problems.length, 1);
});

test('on battery the model is asked only by those who ask', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'items.reduce(sum, 0);', logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  client.saveEnergy(true);
  assert.equal((await client.alone(question)).item, undefined);
  assert.equal((await client.alone({ ...question, isInvoked: true })).item?.text, 'items.reduce(sum, 0);');
  assert.equal(asked.length, 1);
});

test('brackets that the editor closed are replaced by what the model closes', async () => {
  const { engine } = engineThat(() => ({ text: 'alphabet, betas, gammas, deltas);', logProbability: -0.02 }));
  const { client } = await clientOf(engine);
  const text = 'compute()';
  const asked = { path: 'a.ts', text, offset: 8, replacesClosers: true };
  const { item } = await suggest(asked, { predictor: empty, tokenizer, coder: client });
  assert.equal(item?.text, 'alphabet, betas, gammas, deltas);');
  assert.deepEqual(item?.range, { start: 8, end: 9 });
});

test('for those who measure, no line is given up', async () => {
  const { engine, asked } = engineThat(() => ({ text: 'x.y();', logProbability: -8 }));
  const { client } = await clientOf(engine, { writesAll: true, patience: Number.POSITIVE_INFINITY });
  const { withheld } = await client.alone(question);
  assert.equal(withheld?.text, 'x.y();');
  assert.equal(asked[0]?.least, Number.NEGATIVE_INFINITY);
});

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
  client.relate('a.ts', 'import b', [{ path: 'b.ts', text: 'two();' }]);
  assert.equal(client.importsOf('a.ts'), 'import b');
  await client.forget();
  assert.equal(client.importsOf('a.ts'), undefined);
  client.saveEnergy(true);
  client.readAhead(question);
  assert.equal(read.length, 2);
});
