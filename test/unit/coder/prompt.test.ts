import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptOf } from '../../../server/coder/prompt.ts';
import { byteTokenizer, special } from './byte-tokenizer.ts';

const text = (ids: readonly number[]) => Buffer.from(ids.filter(id => id < 256)).toString();

test('the prompt is the text before, the text after, then the middle', () => {
  const { ids, held } = promptOf(byteTokenizer, { before: 'a = ', after: '\nb' });
  assert.equal(held, ' ');
  assert.deepEqual(ids, [
    special.prefix,
    ...Buffer.from('a ='),
    special.suffix,
    ...Buffer.from('\nb'),
    special.middle,
  ]);
});

const words: readonly [before: string, held: string][] = [
  ['const na', ' na'],
  ['foo.ba', 'ba'],
  ['foo.', ''],
  ['\treturn', '\treturn'],
  ['x = größ', ' größ'],
  ['', ''],
];
for (const [before, held] of words) {
  test(`after ${JSON.stringify(before)}, ${JSON.stringify(held)} is held back`, () => {
    const prompt = promptOf(byteTokenizer, { before, after: '' });
    assert.equal(prompt.held, held);
    assert.equal(text(prompt.ids) + prompt.held, before);
  });
}

test('without fill-in-the-middle the prompt is the text before', () => {
  const { ids } = promptOf(
    { ...byteTokenizer, fillInMiddle: undefined, begin: 7 },
    { before: 'a(', after: ')' },
  );
  assert.deepEqual(ids, [7, ...Buffer.from('a(')]);
});

test('the window moves in steps, so most keystrokes keep its start', () => {
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`);
  const starts = new Set<string>();
  for (let end = 300; end < 348; end++) {
    const { ids } = promptOf(byteTokenizer, { before: `${lines.slice(0, end).join('\n')}\n`, after: '' });
    starts.add(text(ids).split('\n')[0]!);
  }
  assert.equal(starts.size, 3);
});

test('cuts a line of a megabyte', () => {
  const { ids } = promptOf(byteTokenizer, { before: 'x'.repeat(1e6), after: 'y'.repeat(1e6) });
  assert.ok(ids.length < 10_000);
});
