import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Written } from '../../../server/engine/messages.ts';
import { TypedAlong } from '../../../server/suggestions/typed-along.ts';

const written: Written = {
  text: 'alpha.beta();\n}',
  line: 'alpha.beta();',
  logProbability: -1,
  steps: [
    { length: 5, logProbability: -0.6 },
    { length: 10, logProbability: -0.9 },
    { length: 14, logProbability: -1 },
  ],
  prompt: 10,
  read: 1,
  written: 3,
};
const asked = { document: 'a.ts', before: 'let x = ', after: '\n' };

const least = Math.log(0.4);

function noted(): TypedAlong {
  const typed = new TypedAlong();
  typed.note(asked, written);
  return typed;
}

test('the same question has the same answer', () => {
  const said = noted().find(asked, least);
  assert.equal(said?.text, written.text);
  assert.deepEqual(said?.own, { text: 'alpha.beta();', logProbability: -1 });
});

test('typed along, the rest is as probable as it was after that', () => {
  const said = noted().find({ ...asked, before: 'let x = alpha' }, least);
  assert.equal(said?.text, '.beta();\n}');
  assert.ok(Math.abs(said!.own!.logProbability - -0.4) < 1e-12);
  assert.deepEqual(
    said!.steps.map(({ length }) => length),
    [5, 9],
  );
});

test('within a token what was certain before it counts', () => {
  const said = noted().find({ ...asked, before: 'let x = alp' }, least);
  assert.deepEqual(said?.own, { text: 'ha.beta();', logProbability: -1 });
});

for (const [what, question] of [
  ['something else was typed', { ...asked, before: 'let x = b' }],
  ['all of the line was typed', { ...asked, before: 'let x = alpha.beta();' }],
  ['the cursor is before it', { ...asked, before: 'let x' }],
  ['the text below changed', { ...asked, after: '\n}' }],
  ['it is another document', { ...asked, document: 'b.ts' }],
] as const) {
  test(`the model is asked where ${what}`, () => {
    assert.equal(noted().find(question, least), undefined);
  });
}

test('a line that was given up keeps its start, and is asked about again when it may be gone on with', () => {
  const typed = new TypedAlong();
  const gone = { ...written, text: '', line: 'alpha.be', logProbability: -1.6 };
  typed.note(asked, gone);
  const said = typed.find(asked, least);
  assert.deepEqual([said?.own, said?.line], [undefined, 'alpha.be']);
  assert.equal(typed.find(asked, Number.NEGATIVE_INFINITY), undefined);
  assert.equal(typed.find({ ...asked, before: 'let x = al' }, least)?.line, 'pha.be');
  assert.equal(typed.find({ ...asked, before: 'let x = alpha.' }, -2), undefined);
});
