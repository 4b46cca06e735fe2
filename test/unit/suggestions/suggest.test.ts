import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionCache } from '../../../server/completion/cache.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { Written } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { suggest } from '../../../server/suggestions/suggest.ts';
import {
  clientOf,
  copied,
  empty,
  engineThat,
  known,
  knownLine,
  knownStart,
  order,
  question,
  tokenizer,
} from './scene.ts';

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
  const { engine } = engineThat(() => ({ text: 'return sum;', logProbability: -0.33 }));
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
  const beside = async (text: string) => {
    const { engine } = engineThat(() => ({ text, logProbability: -0.3 }));
    const { client } = await clientOf(engine, { sure: 2 });
    return (await suggest(request, { predictor, tokenizer, coder: client })).item;
  };
  assert.equal((await beside('vessel, depth=4)'))?.text, 'vessel, depth=4');
  // Where they part, only the start is sure.
  assert.equal((await beside('vessel, depth=5)'))?.text, 'vessel');
});

test('at the lowest eagerness a line of the model has to be nearly certain', async () => {
  const text = 'return ships.filter(one => one.depth < tide.depth).map(nameOf);';
  const { engine } = engineThat(() => ({ text, logProbability: -0.05 }));
  const { client } = await clientOf(engine);
  assert.equal((await client.alone({ ...question, eagerness: 0.5 })).item?.text, text);
  assert.equal((await client.alone({ ...question, eagerness: 0 })).item, undefined);
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
