import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentOf } from '../../../server/sequence/content.ts';
import { comparePaths } from '../../../server/sequence/order.ts';
import { OrderedPaths } from '../../../server/sequence/ordered-paths.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { FakeTokenizer } from './fake-tokenizer.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 6 });
const name = fc.stringMatching(/^[a-c.é-]{1,3}(\/[a-c.-]{1,3}){0,2}$/);

describe('the files of the sequence', () => {
  it('are in order after any series of changes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean())), changes => {
        const changed = new OrderedPaths();
        const expected = new Set<string>();
        for (const [name, added] of changes) {
          if (added) {
            changed.add(name);
            expected.add(name);
          } else {
            changed.delete(name);
            expected.delete(name);
          }
        }
        const sorted = [...expected].sort((one, other) =>
          Buffer.compare(Buffer.from(one), Buffer.from(other)),
        );
        assert.deepEqual(changed.all, sorted);
        changed.clear();
        assert.deepEqual(changed.all, []);
      }),
    );
  });

  it('are found by their folder', () => {
    const paths = new OrderedPaths();
    for (const name of ['src/b.ts', 'src-old/a.ts', 'src/a/c.ts', 'src.ts', 'src']) paths.add(name);
    assert.deepEqual(paths.under('src'), ['src', 'src/a/c.ts', 'src/b.ts']);
    assert.deepEqual(paths.under('src/a/c.ts'), ['src/a/c.ts']);
    assert.deepEqual(paths.under('nowhere'), []);
    assert.equal(paths.under('').length, 5);
  });
});

it('the content of a rendered file is its text', () => {
  const tokenizer = new FakeTokenizer();
  fc.assert(
    fc.property(name, fc.string(), (path, text) => {
      const tokens = tokenizer.encodePieces(renderFile(path, text));
      const { start, end } = contentOf(tokenizer, tokens);
      assert.equal(tokenizer.decode(tokens.subarray(start, end)), text.replace(/\r\n?/g, '\n'));
    }),
  );
});

describe('the order of the sequence', () => {
  it('is by UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const expected = Buffer.compare(Buffer.from(one), Buffer.from(other));
        assert.equal(Math.sign(comparePaths(one, other)), expected);
      }),
    );
  });

  it('keeps folders together, in git’s order', () => {
    const paths = [
      'src/z.ts',
      'README.md',
      'src-old/a.ts',
      'src.ts',
      'src/a/b.ts',
      '\u{1F600}.md',
      '\uFB01.md',
    ];
    assert.deepEqual(paths.sort(comparePaths), [
      'README.md',
      'src-old/a.ts',
      'src.ts',
      'src/a/b.ts',
      'src/z.ts',
      '\uFB01.md',
      '\u{1F600}.md',
    ]);
  });
});
