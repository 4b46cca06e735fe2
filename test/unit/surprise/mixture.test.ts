import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { ParametersOf, ResultOf, WorkName } from '../../../server/engine/messages.ts';
import { contentOf } from '../../../server/sequence/content.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { joined, noSurprise, type Surprise } from '../../../server/surprise/by-line.ts';
import { pieceJudge } from '../../../server/surprise/judge.ts';
import { cellCount, cellOf, copyWeights, mixedBits } from '../../../server/surprise/mixture.ts';
import { piecesOf, pieceTokens } from '../../../server/surprise/pieces.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();
const rendered = (path: string, text: string) => tokenizer.encodePieces(renderFile(path, text));

test('what goes on elsewhere is found by the longest run, outside the file itself', () => {
  const memory = new CopyMemory(tokenizer);
  const text = 'alpha beta gamma delta epsilon\n';
  memory.set('a.ts', rendered('a.ts', text));
  memory.set('b.ts', rendered('b.ts', text));
  memory.set('c.ts', rendered('c.ts', text.replace('epsilon', 'zeta')));
  const tokens = rendered('a.ts', text);
  const { start, end } = contentOf(tokenizer, tokens);
  const elsewhere = memory.elsewhere('a.ts');
  const all = Array.from({ length: end - start }, (_, i) => elsewhere(tokens, start + i));
  // In b and in c up to where they differ.
  assert.ok(all.slice(1, 3).every(({ places, same }) => places === 2 && same === 2));
  assert.equal(all[3]!.matched, 3 + all[0]!.matched);
  assert.ok(all.some(({ places, same, most }) => places === 2 && same === 1 && most === 1));
  memory.delete('b.ts');
  memory.delete('c.ts');
  assert.deepEqual(memory.elsewhere('a.ts')(tokens, end - 1), { matched: 0, places: 0, same: 0, most: 0 });
});

test('the mixture is a probability: places that agree save bits, those that disagree cost few', () => {
  assert.equal(copyWeights.length, cellCount);
  assert.ok(copyWeights.every(weight => weight >= 0 && weight < 1));
  const found = { matched: 20, places: 5, most: 5 };
  assert.ok(mixedBits({ ...found, same: 5 }, 10) < 0.2);
  assert.ok(mixedBits({ ...found, same: 0 }, 1) < 6);
  assert.ok(mixedBits({ ...found, same: 0 }, 1) > 1);
  assert.equal(Math.round(mixedBits({ matched: 0, places: 0, same: 0, most: 0 }, 3) * 1000), 3000);
  // Over all tokens after one context, the probabilities make one.
  const followers = [
    { same: 3, bits: 1 },
    { same: 2, bits: 2 },
    { same: 0, bits: 2 },
  ];
  const sum = followers.reduce(
    (mass, { same, bits }) => mass + 2 ** -mixedBits({ matched: 4, places: 5, most: 3, same }, bits),
    0,
  );
  assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
  const cells = new Set<number>();
  for (const matched of [0, 1, 2, 3, 5, 8, 15, 31, 32])
    for (const [places, most] of [
      [1, 1],
      [4, 4],
      [4, 2],
      [4, 1],
    ] as const)
      cells.add(cellOf({ matched, places, most, same: 0 }));
  assert.equal(cells.size, cellCount);
});

test('a long file is judged in pieces that cover it, each after some of what stands before', async () => {
  const text = 'alpha beta\n'.repeat(pieceTokens);
  const tokens = rendered('a.ts', text);
  const { start, end } = contentOf(tokenizer, tokens);
  const pieces = piecesOf(tokenizer, tokens);
  assert.ok(pieces.length > 1);
  assert.deepEqual([pieces[0]!.start, pieces.at(-1)!.end], [start, end]);
  for (const [i, piece] of pieces.entries()) {
    assert.equal(piece.start, pieces[i - 1]?.end ?? start);
    assert.ok(piece.from <= piece.start && piece.from >= start);
  }
  // Each token's bits are its position in the file, as the model that is asked sees it.
  const asked: number[][] = [];
  const judge = pieceJudge({
    memory: new CopyMemory(tokenizer),
    tokenizer,
    model: { folder: '/none', tokenizerHash: '' },
    engine: {
      run: async <Name extends WorkName>(name: Name, parameters: ParametersOf<Name>) => {
        assert.equal(name, 'judge');
        const { ids } = parameters as ParametersOf<'judge'>;
        asked.push([...ids]);
        const bits = new Float32Array(ids.length).fill(0.5);
        return { bits, expected: bits, asked: bits } as unknown as ResultOf<Name>;
      },
    },
  });
  const signal = new AbortController().signal;
  const found: Surprise[] = [];
  for (const piece of pieces) found.push(await judge('a.ts', tokens, piece, signal));
  const sum = (pick: (one: Surprise) => number) => found.reduce((all, one) => all + pick(one), 0);
  assert.ok(Math.abs(sum(one => one.bits) - 0.5 * (end - start)) < 0.01 * (end - start));
  assert.equal(
    sum(one => one.bytes),
    text.length,
  );
  // Every line has the bits of its three tokens, also where two pieces meet in it.
  const { lines } = found.reduce(joined, noSurprise);
  assert.equal(lines.length, text.split('\n').length);
  for (const bits of lines.slice(0, -1)) assert.equal(Math.round(bits), Math.round(lines[0]!));
  for (const [i, { header, from, end: last }] of pieces.entries())
    assert.deepEqual(asked[i], [...tokens.subarray(0, header), ...tokens.subarray(from, last)]);
  const aborted = new AbortController();
  aborted.abort(new Error('a request'));
  await assert.rejects(judge('a.ts', tokens, pieces[0]!, aborted.signal), /a request/);
  assert.deepEqual(piecesOf(tokenizer, rendered('a.ts', '')).length, 1);
});
