import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { uniformStream } from '../../../kernels/tensor.ts';
import { engineEntry } from '../../../server/engine/entry.ts';
import { createEngine } from '../../../server/engine/process.ts';
import { MixedPredictor, mixDistributions } from '../../../server/model-memory/mixture.ts';
import { Gate, gateFeatures, gateInputs, gateOutputs } from '../../../server/model-memory/mixture-gate.ts';
import { ModelPredictor } from '../../../server/model-memory/model-predictor.ts';
import { shippedModelFolder } from '../../../server/tokens/load.ts';
import { memoryOf, tokenizer } from '../copy-memory/small.ts';
import { goldenIds, tinyModel } from '../engine/tiny-model.ts';

const hidden = 3;

function randomGate(seed: number): Gate {
  const uniform = uniformStream(seed);
  const numbers = (count: number) => Array.from({ length: count }, () => 4 * uniform() - 2);
  return new Gate({
    input: numbers(hidden * (gateFeatures + 1)),
    output: numbers(gateOutputs * (hidden + 1)),
  });
}

/** A model's distribution over `size` tokens, and a copy memory's over some of them, with mass left over. */
const said = fc
  .record({
    model: fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 }),
    copied: fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { maxLength: 40 }),
    left: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ model, copied, left, seed }) => {
    const whole = model.reduce((a, b) => a + b, 0);
    const listed = copied.slice(0, model.length);
    const mass = listed.reduce((a, b) => a + b, left) || 1;
    return {
      model: Float64Array.from(model, p => p / whole),
      copy: {
        predictions: listed
          .map((p, token) => ({ token, probability: p / mass }))
          .sort((a, b) => b.probability - a.probability),
        matched: 3,
        support: 2,
      },
      gate: randomGate(seed),
    };
  });

test('the mixture is a distribution for any inputs', () => {
  fc.assert(
    fc.property(said, ({ model, copy, gate }) => {
      const testimony = gateInputs(copy, model);
      const { listed, others } = gate.mix(testimony);
      const known = new Set(testimony.tokens);
      let sum = listed.reduce((a, b) => a + b, 0);
      for (const [token, p] of model.entries()) if (!known.has(token)) sum += others * p;
      assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
      assert.ok(listed.every(p => p >= 0) && others >= 0);
    }),
  );
});

test('without copy predictions the model decides alone', () => {
  fc.assert(
    fc.property(said, ({ model, gate }) => {
      const { predictions } = mixDistributions({ predictions: [], matched: 0, support: 0 }, model, gate);
      for (const { token, probability } of predictions)
        assert.ok(Math.abs(probability - model[token]!) < 1e-9);
    }),
  );
});

test('the shipped gate trusts long matches, and a confident model for short ones', () => {
  const gate = Gate.parse(readFileSync(path.join(shippedModelFolder(), 'gate.json'), 'utf8'));
  const model = Float64Array.of(0.02, 0.02, 0.9, 0.06);
  const first = (probability: number, matched: number, support: number) =>
    mixDistributions({ predictions: [{ token: 1, probability }], matched, support }, model, gate)
      .predictions[0]?.token;
  assert.equal(first(0.97, 32, 8), 1);
  assert.equal(first(0.2, 1, 1), 2);
});

test('rejects weights of another shape', () => {
  assert.throws(() => Gate.parse('{"input": [1, 2], "output": [3]}'), /another shape/);
  assert.throws(() => Gate.parse('{}'), /no weights/);
  assert.throws(() => Gate.parse('{"input": ["a"], "output": []}'), /another shape/);
});

const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
after(() => engine.stop());

test('combines both: drafts and places from the copy memory, probabilities from the gate', async () => {
  const model = tinyModel();
  const neural = new ModelPredictor({ engine, model, tokenizer, memoryFor: () => undefined });
  const copy = memoryOf({});
  const prompt = Uint16Array.from(goldenIds(0));
  const { file, text, end } = tokenizer.special;
  copy.set('b', Uint16Array.of(file, ...tokenizer.encode('b'), text, ...prompt, 7, 8, end));
  const gate = randomGate(5);
  const mixed = new MixedPredictor(copy, neural, gate).begin(prompt, 'a');
  const alone = copy.begin(prompt, 'a');
  const modelled = await neural.begin(prompt, 'a').probabilities();
  assert.deepEqual(await mixed.next(), mixDistributions(alone.next(), modelled, gate));
  const fork = mixed.fork();
  for (const one of [mixed, alone]) one.push(7);
  const request = { count: 1, tokens: 4, before: 2 };
  assert.deepEqual(mixed.drafts(request), alone.drafts(request));
  assert.deepEqual(mixed.provenance(3), alone.provenance(3));
  assert.notDeepEqual(await fork.next(), await mixed.next());
});

test('a continuation’s scores are those of its tokens', async () => {
  const neural = new ModelPredictor({
    engine,
    model: tinyModel(),
    tokenizer,
    memoryFor: () => undefined,
  });
  const prompt = Uint16Array.from(goldenIds(0)).slice(0, 20);
  const more = Uint16Array.from(goldenIds(1)).slice(0, 40);
  const scores = await neural.score(prompt, more, 'a');
  assert.equal(scores.length, more.length);
  const hypothesis = neural.begin(prompt, 'a');
  for (const [at, token] of more.entries()) {
    const p = (await hypothesis.probabilities())![token]!;
    assert.ok(Math.abs(Math.log(p) - scores[at]!) < 1e-3, `${at}: ${Math.log(p)} against ${scores[at]}`);
    hypothesis.push(token);
  }
});
