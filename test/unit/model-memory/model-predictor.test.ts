import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { uniformStream } from '../../../kernels/tensor.ts';
import { engineEntry } from '../../../server/engine/entry.ts';
import { createEngine } from '../../../server/engine/process.ts';
import { crossDecoderMemory } from '../../../server/model-memory/cross-decoder-memory.ts';
import { ModelPredictor } from '../../../server/model-memory/model-predictor.ts';
import { type Choose, greedy, nucleus } from '../../../server/model-memory/sampling.ts';
import { MemoryTree } from '../../../server/model-memory/tree.ts';
import { memoryOf, tokenizer } from '../copy-memory/small.ts';
import { goldenIds, tinyConfig, tinyModel } from '../engine/tiny-model.ts';
import { PlainSpans } from './plain-spans.ts';

const model = tinyModel();
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
after(() => engine.stop());

const { slots } = await engine.run('loadModel', { model });
const spans = new PlainSpans();
const tree = new MemoryTree(spans);
for (const sequence of [1, 2])
  tree.set(
    `${sequence}`,
    spans.add(`${sequence}`, await engine.run('prefillFile', { model, ids: goldenIds(sequence) })),
  );

const predictor = new ModelPredictor({
  engine,
  model,
  tokenizer,
  memoryFor: path => ({
    key: `without ${path}`,
    memory: crossDecoderMemory(tree.seenFrom(path ?? ''), slots, tinyConfig, spans.keysOf),
  }),
});
const prompt = Uint16Array.from(goldenIds(0));

test('a distribution is complete, descends, and depends on the memory', async () => {
  const { predictions } = await predictor.begin(prompt, '0').next();
  assert.equal(predictions.length, tinyConfig.vocabulary);
  assert.ok(Math.abs(predictions.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6);
  assert.ok(
    predictions.every(({ probability }, at) => at === 0 || probability <= predictions[at - 1]!.probability),
  );
  for (const other of [predictor.begin(prompt, '1'), predictor.begin(prompt, '0', 'file')])
    assert.notDeepEqual((await other.next()).predictions, predictions);
});

test('typed bytes restrict the tokens and renormalize them', async () => {
  const hypothesis = predictor.begin(prompt, '0');
  const free = await hypothesis.next();
  const typed = Uint8Array.of(...tokenizer.bytesOf(free.predictions[3]!.token), 200);
  const { predictions } = await hypothesis.next(typed);
  assert.deepEqual(predictions, [{ token: free.predictions[3]!.token, probability: 1 }]);
});

test('forks are independent', async () => {
  const one = predictor.begin(prompt, '0');
  const other = one.fork();
  one.push(5);
  assert.deepEqual(await other.next(), await predictor.begin(prompt, '0').next());
  assert.deepEqual(await one.next(), await predictor.begin(Uint16Array.of(...prompt, 5), '0').next());
  assert.notDeepEqual(await one.next(), await other.next());
});

test('drafts of the copy memory keep the result and save runs', async t => {
  const options = { isEnd: () => false, maxTokens: 60 };
  for (const exact of [true, false]) {
    const served = new ModelPredictor({
      engine,
      model: { ...model, exact },
      tokenizer,
      memoryFor: () => undefined,
    });
    // Greedily, a random model repeats the same token, which makes positions ambiguous.
    for (const [how, choose, share] of [
      ['greedily', () => greedy, 1],
      ['drawn', () => nucleus({ temperature: 2, topP: 0.9, uniform: uniformStream(3) }), 0.7],
    ] as const) {
      const [plainly, draftedly] = [recording(choose()), recording(choose())];
      const plain = await served.continue(prompt, 'a', { ...options, choose: plainly.choose });
      // A repository that contains most of the model's output.
      const said = plain.tokens.map((token, at) => (at % 9 === 8 ? (token + 1) % 64 : token));
      const copy = memoryOf({});
      const { file, text, end } = tokenizer.special;
      copy.set('b', Uint16Array.of(file, ...tokenizer.encode('b'), text, ...prompt, ...said, end));
      const drafted = await served.continue(prompt, 'a', {
        ...options,
        choose: draftedly.choose,
        drafts: copy.begin(prompt, 'a'),
      });
      const isSame = isDeepStrictEqual(drafted.tokens, plain.tokens);
      if (exact || how === 'greedily') assert.deepEqual(drafted.tokens, plain.tokens);
      else sameButForRounding([drafted.tokens, draftedly.seen], [plain.tokens, plainly.seen]);
      t.diagnostic(`${exact ? 'float32' : 'quantised'}: ${drafted.runs} runs against ${plain.runs}`);
      // Drafts come from the output without drafts.
      if (isSame) assert.ok(drafted.runs < plain.runs * share, `${drafted.runs} runs against ${plain.runs}`);
    }
  }
});

/** Records the logits it chooses from. */
function recording(choose: Choose): { choose: Choose; seen: Float32Array[] } {
  const seen: Float32Array[] = [];
  return { choose: logits => choose(seen[seen.push(logits.slice()) - 1]!), seen };
}

type Decoded = readonly [tokens: readonly number[], logits: readonly Float32Array[]];

/**
 * Over several tokens sums have another order, which may shift an activation by an eight-bit step: how often depends on
 * the processor. A sample that hangs on so little may differ, and then so does the rest.
 */
function sameButForRounding([tokens, logits]: Decoded, [otherTokens, otherLogits]: Decoded): void {
  const differs = tokens.findIndex((token, at) => token !== otherTokens[at]);
  const common = differs < 0 ? tokens.length : differs + 1;
  for (let at = 0; at < common; at++) {
    const apart = Math.max(...logits[at]!.map((logit, id) => Math.abs(logit - otherLogits[at]![id]!)));
    assert.ok(apart < 0.05, `logits ${at} are ${apart} apart`);
  }
}

test('sends the memory again to a process that lost it', async () => {
  const before = await predictor.begin(prompt, '0').next();
  process.kill(engine.status.pid!, 'SIGKILL');
  assert.deepEqual(await predictor.begin(prompt, '0').next(), before);
});
