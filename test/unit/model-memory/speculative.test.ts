import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { uniformStream } from '../../../kernels/tensor.ts';
import { greedy, nucleus } from '../../../server/model-memory/sampling.ts';
import { type Drafter, speculate } from '../../../server/model-memory/speculative.ts';

const vocabulary = 7;

/** A model whose logits depend on all tokens before. */
function logitsAfter(ids: Int32Array): Float32Array {
  const uniform = uniformStream(ids.reduce((hash, id) => Math.imul(hash, 31) + id + 1, 7));
  return Float32Array.from({ length: vocabulary }, () => 3 * uniform());
}

async function decode(ids: Int32Array, positions: number): Promise<Float32Array> {
  const rows = Array.from({ length: positions }, (_, at) =>
    logitsAfter(ids.subarray(0, ids.length - positions + 1 + at)),
  );
  return Float32Array.from(rows.flatMap(row => [...row]));
}

const prompt = [1, 2, 3];
const settings = { decode, isEnd: (token: number) => token === 0, maxTokens: 40 };

/** Knows the continuation, and is wrong at some positions. */
function drafterOf(tokens: readonly number[], isWrongAt: (at: number) => boolean): Drafter {
  let at = 0;
  return {
    push: () => void at++,
    draft: count =>
      tokens.slice(at, at + count).map((token, i) => (isWrongAt(at + i) ? (token + 1) % vocabulary : token)),
  };
}

test('drafts change only the number of runs, sampled or greedy', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      fc.integer(),
      async (wrong, seed) => {
        for (const choose of [
          () => greedy,
          () => nucleus({ temperature: 1, topP: 0.9, uniform: uniformStream(seed) }),
        ]) {
          const plain = await speculate(prompt, { ...settings, choose: choose() });
          assert.equal(plain.runs, plain.tokens.length - 1);
          const drafter = drafterOf(plain.tokens, at => wrong[at] ?? true);
          const drafted = await speculate(prompt, { ...settings, choose: choose(), drafter });
          assert.deepEqual(drafted.tokens, plain.tokens);
          assert.equal(drafted.runs + drafted.accepted >= plain.runs, true);
          assert.ok(drafted.runs <= plain.runs);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('right drafts save runs; end and budget apply within a draft', async () => {
  const plain = await speculate(prompt, { ...settings, choose: greedy, isEnd: () => false });
  assert.equal(plain.tokens.length, 40);
  const drafter = () => drafterOf(plain.tokens, () => false);
  const drafted = await speculate(prompt, {
    ...settings,
    choose: greedy,
    isEnd: () => false,
    drafter: drafter(),
  });
  assert.deepEqual(drafted.tokens, plain.tokens);
  assert.equal(drafted.runs, 5); // 1 token of the prompt, 2 until the drafts are trusted, then 13 a run
  const end = plain.tokens[8]!;
  const ended = await speculate(prompt, {
    ...settings,
    choose: greedy,
    isEnd: id => id === end,
    drafter: drafter(),
  });
  assert.deepEqual(ended.tokens, plain.tokens.slice(0, plain.tokens.indexOf(end) + 1));
  for (const maxTokens of [0, 1, 2, 5]) {
    const cut = await speculate(prompt, {
      ...settings,
      choose: greedy,
      isEnd: () => false,
      maxTokens,
      drafter: drafter(),
    });
    assert.deepEqual(cut.tokens, plain.tokens.slice(0, maxTokens));
  }
});
