import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostExamined, type UnitEdges } from '../../../server/copy-memory/like-places.ts';
import { contextDepth } from '../../../server/copy-memory/suffix-sort.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { decode, memoryOf, tokenizer } from './small.ts';

/** Every token is a unit. */
const single: UnitEdges = { endOf: (_, start) => start + 1, startOf: (_, end) => end - 1 };

const files = {
  'a.ts': 'take(one, two);\ntake(one, six);\n',
  'b.ts': 'give(two, one);\ntake(two, one);\n',
  'c.ts': 'nothing alike\n',
};

test('a place agrees with ours in exactly as many tokens before and after it as it says', () => {
  const memory = memoryOf(files);
  const tokens = tokenizer.encodePieces(renderFile('b.ts', 'take(one, ten);\n'));
  const like = memory.like('b.ts', tokens, single);
  const agree = (theirs: Uint16Array, at: number, own: number, step: number): number => {
    let n = 0;
    while (n < contextDepth && theirs[at + n * step] === tokens[own + n * step]) n++;
    return n;
  };
  for (let start = 8; start < tokens.length - 1; start++) {
    for (const place of like.around(start, start + 1)) {
      const { tokens: theirs } = place.segment;
      assert.equal(place.before, agree(theirs, place.start - 1, start - 1, -1));
      assert.equal(place.after, agree(theirs, place.end, start + 1, 1));
    }
  }
});

test('the longest match before and the longest after are among the places', () => {
  const memory = memoryOf(files);
  const text = 'take(one, ten);\n';
  const tokens = tokenizer.encodePieces(renderFile('new.ts', text));
  const start = tokens.length - 1 - text.length + text.indexOf('ten');
  const places = memory.like('new.ts', tokens, single).around(start, start + 1);
  const most = places.reduce((best, place) => (place.before > best.before ? place : best));
  const lineBefore = decode(most.segment.tokens.subarray(most.start - 10, most.start));
  assert.equal(lineBefore, 'take(one, ');
  const end = start + 2;
  const after = memory.like('new.ts', tokens, single).around(end, end + 1);
  assert.ok(
    after.some(place => place.after >= 3),
    'ends like other lines',
  );
});

test('neither the stored version of the file nor the unit itself is a place', () => {
  const memory = memoryOf({ ...files, 'd.ts': 'unique words here\n' });
  const tokens = tokenizer.encodePieces(renderFile('d.ts', 'unique words here\n'));
  const like = memory.like('d.ts', tokens, single);
  for (let start = 8; start < tokens.length - 1; start++) {
    for (const place of like.around(start, start + 1)) {
      const { path } = like.fileAt(place);
      if (path !== 'd.ts') continue;
      assert.ok(like.isOwn(place.segment), 'the stored version was looked at');
      assert.notEqual(place.start - place.segment.files[0]!.start, start);
    }
  }
  const w = tokens.length - 1 - 'words here\n'.length;
  assert.equal(like.occurrences(w, w + 5), 0);
  const take = tokenizer.encodePieces(renderFile('d.ts', 'take'));
  assert.equal(memory.like('d.ts', take, single).occurrences(take.length - 5, take.length - 1), 3);
});

/** How many places are examined for each unit of a file of so many lines that look alike. */
function examinedFor(lines: number, stored: boolean): number[] {
  const text = Array.from({ length: lines }, (_, i) => `read(field_${i % 10});\n`).join('');
  const memory = memoryOf(stored ? { ...files, 'd.ts': text } : files);
  const tokens = tokenizer.encodePieces(renderFile('d.ts', text));
  const like = memory.like('d.ts', tokens, single);
  return Array.from({ length: 100 }, (_, i) => {
    const before = like.examined;
    const places = like.around(tokens.length - 102 + i, tokens.length - 101 + i);
    assert.ok(places.length > 10, 'what was found is still many');
    return like.examined - before;
  });
}

test('however many places look alike, those of the stored version included, few are examined for a unit', () => {
  for (const stored of [false, true])
    for (const lines of [200, 1600])
      for (const examined of examinedFor(lines, stored)) {
        assert.ok(examined > 0);
        // The file itself, and what memory holds.
        assert.ok(examined <= 2 * mostExamined, `${examined} places`);
      }
  const sum = (counts: number[]) => counts.reduce((all, one) => all + one, 0);
  assert.ok(
    sum(examinedFor(1600, true)) < 1.5 * sum(examinedFor(400, true)),
    'the number grows with the file',
  );
});
