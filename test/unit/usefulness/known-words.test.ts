import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf } from '../../../server/fitting/context.ts';
import { knownWords } from '../../../server/usefulness/known-words.ts';

/** The known words at `|`, best first. */
function wordsAt(marked: string): string[] {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return knownWords(contextOf({ path: 'a.ts', text, offset })).map(({ word }) => word);
}

test('after a receiver and its dot, suggests its members in the file, most frequent first', () => {
  const text = 'store.load(1);\nstore.save(2);\nother.close();\nstore.save(3);\nstore.|\n';
  assert.deepEqual(wordsAt(text), ['save', 'load']);
});

test('optional chaining is the same receiver', () => {
  assert.deepEqual(wordsAt('store?.load(1);\nstore?.|'), ['load']);
});

test('completes a partial word from the file’s words', () => {
  assert.deepEqual(wordsAt('const fixture = 1;\nconst other = fin;\nfi|'), ['fin', 'fixture']);
});

test('matching members come before other words', () => {
  assert.deepEqual(wordsAt('store.save(2);\nconst sample = 1;\nstore.sa|'), ['save', 'sample']);
});

test('without a known follower, suggests nothing until a word is started', () => {
  assert.deepEqual(wordsAt('const one = 1;\nnever.|'), []);
});

test('words below the cursor count, with their line', () => {
  const text = 'fo\nconst fortune = 1;';
  const [known] = knownWords(contextOf({ path: 'a.ts', text, offset: 2 }));
  assert.equal(known?.word, 'fortune');
  assert.equal(known.line, 2);
  assert.equal(known.isLast, false);
});

test('shares are among words that start alike, weighted by proximity', () => {
  const text = `alpha();\n${'x();\n'.repeat(400)}alps();\nal`;
  const known = knownWords(contextOf({ path: 'a.ts', text, offset: text.length }));
  assert.deepEqual(
    known.map(({ word }) => word),
    ['alps', 'alpha'],
  );
  assert.ok(Math.abs(known.reduce((sum, one) => sum + one.share, 0) - 1) < 1e-9);
  assert.ok(known[0]!.share > 0.7);
});
