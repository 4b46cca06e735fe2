import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentOf } from '../../../server/sequence/lines.ts';
import { SequenceMap } from '../../../server/sequence/map.ts';
import { comparePaths } from '../../../server/sequence/order.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FakeTokenizer } from './fake-tokenizer.ts';

const tokenizer = new FakeTokenizer();
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\n\n', '\n\n\n\n', '\n  ', '}\n', 'é', '日本', 'const x = 1;'),
      fc.string(),
    ),
  )
  .map(parts => parts.join(''));
const anyText = fc.string({ unit: 'binary', maxLength: 6 });
const name = fc.stringMatching(/^[a-c.é-]{1,3}(\/[a-c.-]{1,3}){0,2}$/);
const files = fc.dictionary(name, text, { minKeys: 1, maxKeys: 8 });

function mapOf(contents: Record<string, string>): { map: SequenceMap; tokens: Map<string, Uint16Array> } {
  const tokens = new Map<string, Uint16Array>();
  const map = new SequenceMap(tokenizer, name => tokens.get(name)!);
  for (const [name, content] of Object.entries(contents)) {
    tokens.set(name, tokenizer.encodePieces(renderFile(name, content)));
    map.set(name, tokens.get(name)!.length);
  }
  return { map, tokens };
}

describe('the map of the sequence', () => {
  it('gives for every token the line in which it begins, and that line gives the token', () => {
    fc.assert(
      fc.property(files, contents => {
        const { map, tokens } = mapOf(contents);
        for (let token = 0; token < map.tokens; token++) {
          const place = map.placeOf(token)!;
          const own = tokens.get(place.path)!;
          const { start, end } = contentOf(tokenizer, own);
          assert.equal(map.rangeOf(place.path)!.start + place.index, token);
          if (place.index < start) assert.equal(place.line, 1);
          if (place.index < start || place.index >= end) continue;
          const before = tokenizer.decode(own.subarray(start, place.index));
          assert.equal(place.line, before.split('\n').length);
          const range = map.tokensOfLine(place.path, place.line)!;
          assert.ok(range.start <= token && token < range.end);
        }
        assert.equal(map.placeOf(map.tokens), undefined);
      }),
    );
  });

  it('gives for every line exactly the tokens that hold a part of it', () => {
    fc.assert(
      fc.property(files, contents => {
        const { map, tokens } = mapOf(contents);
        for (const [name, content] of Object.entries(contents)) {
          const own = tokens.get(name)!;
          const { start: first, end: last } = contentOf(tokenizer, own);
          const offset = map.rangeOf(name)!.start;
          const bytes = Buffer.from(renderedText(content));
          const lines = renderedText(content).split('\n');
          let from = 0;
          for (const [at, line] of lines.entries()) {
            const to = Math.min(bytes.length, from + Buffer.byteLength(line) + 1);
            const expected: number[] = [];
            let position = 0;
            for (let index = first; index < last; index++) {
              const size = tokenizer.bytesOf(own[index]!).length;
              if (position < to && position + size > from) expected.push(offset + index);
              position += size;
            }
            const range = map.tokensOfLine(name, at + 1)!;
            const given = Array.from({ length: range.end - range.start }, (_, index) => range.start + index);
            assert.deepEqual(given, expected);
            from = to;
          }
          assert.equal(map.tokensOfLine(name, lines.length + 1), undefined);
        }
      }),
    );
  });

  it('goes there and back on real text with the real tokenizer', () => {
    const root = path.join(import.meta.dirname, '../../..');
    const names = globSync('{server/{workspace,sequence}/*.ts,*.md,kernels/training/*.py}', { cwd: root });
    const real = loadTokenizer();
    const tokens = new Map<string, Uint16Array>();
    const map = new SequenceMap(real, name => tokens.get(name)!);
    for (const name of names) {
      tokens.set(name, real.encodePieces(renderFile(name, readFileSync(path.join(root, name), 'utf8'))));
      map.set(name, tokens.get(name)!.length);
    }
    assert.ok(names.length > 20);
    const all = map.paths.flatMap(name => [...tokens.get(name)!]);
    for (const name of names) {
      const lines = renderedText(readFileSync(path.join(root, name), 'utf8')).split('\n');
      for (const [at, line] of lines.entries()) {
        const range = map.tokensOfLine(name, at + 1)!;
        assert.ok(real.decode(all.slice(range.start, range.end)).includes(line), `${name}:${at + 1}`);
        if (range.start === range.end) continue;
        // The first token may begin in a line before, the last one begins in this one.
        assert.ok(map.placeOf(range.start)!.line <= at + 1);
        assert.deepEqual(
          [map.placeOf(range.end - 1)!.path, map.placeOf(range.end - 1)!.line <= at + 1],
          [name, true],
        );
      }
    }
  });

  it('is after any series of changes what it would be anew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.option(fc.integer({ min: 4, max: 50 })))), changes => {
        const changed = new SequenceMap(tokenizer, () => new Uint16Array());
        const expected = new Map<string, number>();
        for (const [name, count] of changes) {
          if (count === null) {
            changed.delete(name);
            expected.delete(name);
          } else {
            changed.set(name, count);
            expected.set(name, count);
          }
        }
        const sorted = [...expected.keys()].sort((one, other) =>
          Buffer.compare(Buffer.from(one), Buffer.from(other)),
        );
        assert.deepEqual(changed.paths, sorted);
        let start = 0;
        for (const name of sorted) {
          assert.deepEqual(changed.rangeOf(name), { start, end: start + expected.get(name)! });
          start += expected.get(name)!;
        }
        assert.equal(changed.tokens, start);
      }),
    );
  });

  it('finds the files of a folder', () => {
    const map = new SequenceMap(tokenizer, () => new Uint16Array());
    for (const name of ['src/b.ts', 'src-old/a.ts', 'src/a/c.ts', 'src.ts', 'src']) map.set(name, 4);
    assert.deepEqual(map.pathsUnder('src'), ['src', 'src/a/c.ts', 'src/b.ts']);
    assert.deepEqual(map.pathsUnder('src/a/c.ts'), ['src/a/c.ts']);
    assert.deepEqual(map.pathsUnder('nowhere'), []);
    assert.equal(map.pathsUnder('').length, 5);
  });
});

describe('the order of the sequence', () => {
  it('is that of UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const expected = Buffer.compare(Buffer.from(one), Buffer.from(other));
        assert.equal(Math.sign(comparePaths(one, other)), expected);
      }),
    );
  });

  it('keeps folders together, where git keeps them', () => {
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

function renderedText(content: string): string {
  return content.replace(/\r\n?/g, '\n');
}
