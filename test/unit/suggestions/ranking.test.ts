import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastScore, rankLines, rightOfStart } from '../../../server/suggestions/ranking.ts';

test('a line that both have found is one line, and surer than with one of them', () => {
  const copy = { text: 'return a;', confidence: 0.5 };
  const own = { text: 'return a; ', logProbability: -0.5 };
  const both = rankLines([copy], own);
  assert.equal(both.length, 1);
  assert.deepEqual([both[0]!.copied, both[0]!.isOwn], [0, true]);
  const [alone] = rankLines([], own);
  const [other] = rankLines([copy], { text: 'return b;', logProbability: -0.4 });
  assert.ok(both[0]!.right > alone!.right);
  assert.ok(both[0]!.right > other!.right);
});

test('probabilities are shares of one whole, and the surest comes first', () => {
  const ranked = rankLines(
    [
      { text: 'a', confidence: 0.9 },
      { text: 'b', confidence: 0.4 },
      { text: 'a', confidence: 0.1 },
    ],
    { text: 'c', logProbability: -0.2 },
  );
  assert.deepEqual(ranked.map(({ text }) => text).toSorted(), ['a', 'b', 'c']);
  assert.deepEqual(
    ranked,
    ranked.toSorted((x, y) => y.right - x.right),
  );
  const sum = ranked.reduce((total, { right }) => total + right, 0);
  assert.ok(sum > 0 && sum < 1, `${sum}`);
});

test('the surer copy memory or model are of a line, the more probable it is', () => {
  const copied = (confidence: number) => rankLines([{ text: 'a', confidence }], undefined)[0]!.right;
  assert.ok(copied(0.9) > copied(0.5) && copied(0.5) > copied(0.1));
  const own = (logProbability: number) => rankLines([], { text: 'a', logProbability })[0]!.right;
  assert.ok(own(-0.1) > own(-1) && own(-1) > own(-4));
  assert.equal(own(-50), own(-500));
});

test('the model alone is not believed more than it believes itself', () => {
  for (const probability of [0.5, 0.7, 0.9, 0.98]) {
    const [line] = rankLines([], { text: 'a', logProbability: Math.log(probability) });
    assert.ok(line!.right <= probability, `${line!.right} of ${probability}`);
  }
});

test('an empty line of the model is none', () => {
  assert.deepEqual(rankLines([], { text: '  ', logProbability: 0 }), []);
});

test('below the least score neither the line nor a prefix of it is right often enough', () => {
  const rightAt = (logProbability: number): number =>
    Math.max(rankLines([], { text: 'a();', logProbability })[0]!.right, rightOfStart('a', logProbability));
  for (let percent = 5; percent < 98; percent++) {
    const right = percent / 100;
    const least = leastScore(right);
    assert.ok(rightAt(least - 1e-6) < right, `${right} below ${least}`);
    assert.ok(rightAt(least + 1e-6) > right, `${right} above ${least}`);
  }
  assert.ok(leastScore(1.2) < 0, 'what cannot be reached is still a log-probability');
});

test('copies that begin as the model does speak for a start, others against it', () => {
  const right = (...texts: string[]) =>
    rightOfStart(
      'ships.find(',
      Math.log(0.6),
      texts.map(text => ({ text, confidence: 0.4 })),
    );
  assert.ok(right('ships.find(id);') > right());
  assert.ok(right('ships.find(id);', 'ships.find(name);') > right('ships.find(id);'));
  assert.ok(right('berths.find(id);') < right());
});
