import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { promptMatches, RepositoryMatches } from '../../../server/copy-memory/search.ts';
import { Segment } from '../../../server/copy-memory/segment.ts';

const vocabularySize = 4;
const tokens = (maxLength: number) =>
  fc.array(fc.nat(vocabularySize - 1), { maxLength }).map(list => Uint16Array.from(list));
const files = fc.array(tokens(80), { minLength: 1, maxLength: 5 });

const segmentOf = (contents: readonly Uint16Array[]) =>
  new Segment(
    contents.map((content, i) => ({ path: `${i}`, tokens: content })),
    vocabularySize,
  );

const searchAll = (segments: readonly Segment[], context: Uint16Array, length = context.length) =>
  new RepositoryMatches({ segments, excluded: undefined }, { tokens: context, length });

/** Length of the longest common suffix of `text[0..position)` and `context`. */
function matchBefore(text: Uint16Array, position: number, context: Uint16Array): number {
  let n = 0;
  while (n < Math.min(position, context.length) && text[position - 1 - n] === context[context.length - 1 - n])
    n++;
  return n;
}

const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);

const followers = (contents: readonly Uint16Array[], context: Uint16Array, n: number): number[] =>
  contents.flatMap(text => Array.from(text).filter((_, p) => p > 0 && matchBefore(text, p, context) === n));

test('finds every follower of every context length once, within its file', () => {
  fc.assert(
    fc.property(files, tokens(50), (contents, context) => {
      const matches = searchAll([segmentOf(contents)], context);
      for (let n = 1; n <= 31; n++) {
        const found: number[] = [];
        matches.addFollows(n, found);
        assert.deepEqual(sorted(found), sorted(followers(contents, context, n)));
      }
    }),
    { numRuns: 500 },
  );
});

test('handles long repetitions that fill whole groups', () => {
  const run = new Uint16Array(500).fill(1);
  const matches = searchAll([segmentOf([run, Uint16Array.of(1, 1, 2), run])], run, 40);
  assert.equal(matches.deepest, 32);
  assert.equal(matches.count(32), 2 * (500 - 32));
  assert.equal(Math.max(...matches.matchesAt(32, 1000).map(match => match.matched)), 40);
});

test('ignores followers in dead and excluded files', () => {
  fc.assert(
    fc.property(files, tokens(20), fc.nat(), fc.nat(), (contents, context, dead, left) => {
      const segment = segmentOf(contents);
      const killed = segment.files[dead % contents.length]!;
      const excluded = segment.files[left % contents.length]!;
      segment.kill(killed);
      const scope = { segments: [segment], excluded: { segment, file: excluded } };
      const matches = new RepositoryMatches(scope, { tokens: context, length: context.length });
      const living = contents.filter((_, i) => segment.files[i] !== killed && segment.files[i] !== excluded);
      for (let n = 1; n <= matches.deepest; n++) {
        const found: number[] = [];
        matches.addFollows(n, found);
        const expected = followers(living, context, n);
        assert.deepEqual(sorted(found), sorted(expected));
        assert.equal(matches.matchesAt(n, 1000).length, expected.length);
      }
    }),
    { numRuns: 300 },
  );
});

test('samples all places evenly', () => {
  const text = Uint16Array.from({ length: 6000 }, (_, i) =>
    i % 2 === 0 ? 0 : i < 1500 ? 1 : i < 3000 ? 2 : 3,
  );
  const sample = searchAll([segmentOf([text]), segmentOf([text])], Uint16Array.of(0)).sampleFollows(1, 400);
  assert.equal(sample.length, 400);
  const share = (token: number) => sample.filter(other => other === token).length / 400;
  for (const [token, expected] of [0.25, 0.25, 0.5].entries()) {
    assert.ok(Math.abs(share(token + 1) - expected) < 0.02, `token ${token + 1}: ${share(token + 1)}`);
  }
});

test('matches in the prompt itself, by length, latest first', () => {
  fc.assert(
    fc.property(tokens(80), context => {
      const found = promptMatches({ tokens: context, length: context.length });
      for (let n = 1; n <= 63; n++) {
        const places = Array.from(context.keys()).filter(p => p > 0);
        const expected = places.filter(p => matchBefore(context, p, context) === n).reverse();
        assert.deepEqual(found[n] ?? [], expected);
      }
    }),
  );
});
