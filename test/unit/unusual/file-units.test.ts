import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { fileUnits } from '../../../server/unusual/file-units.ts';
import { Units } from '../../../server/unusual/units.ts';

const tokenizer = loadTokenizer();
const units = new Units(tokenizer);
const unitsOf = (path: string, text: string) =>
  fileUnits(path, tokenizer.encodePieces(renderFile(path, text)), units, tokenizer);

test('a word is one unit, whatever tokens it was cut into, with its line', () => {
  const found = unitsOf('a.ts', 'const harbourMasterLedger2 = open();\n\n  tidal_gauge(4711);\n');
  const words = found.filter(({ kind }) => kind === 'word').map(({ text, line }) => [text, line]);
  assert.deepEqual(words, [
    ['const', 1],
    ['harbourMasterLedger2', 1],
    ['open', 1],
    ['tidal_gauge', 3],
  ]);
});

test('a word that is cut for its length is cut between characters', () => {
  for (const word of [
    '请输入正确的用户名和密码然后重试一次否则联系管理员'.repeat(3),
    '😀🎉'.repeat(40),
    'größe'.repeat(30),
  ]) {
    const found = unitsOf('a.ts', `const text = "${word}";\n`);
    assert.equal(found.map(({ text }) => text).join(''), `consttext="${word}";`);
    assert.ok(found.length > 6, `${found.length} units`);
  }
});

test('comments end where they are closed, however their marks were cut', () => {
  for (const path of ['a.go', 'a.ts', 'a.rs', 'a.c']) {
    const text =
      '/************************************/\n/********** words ***********/\nafter(1) /* in */ + later // end\nlast\n';
    const kinds = new Map(unitsOf(path, text).map(({ text: unit, kind }) => [unit, kind]));
    for (const word of ['words', 'in', 'end']) assert.equal(kinds.get(word), 'comment', `${path}: ${word}`);
    for (const word of ['after', 'later', 'last']) assert.equal(kinds.get(word), 'word', `${path}: ${word}`);
  }
});

test('what stands between quotes is a string, and its units cover the text', () => {
  const text = ["import { a } from './b/c.ts';", 'const d = `$', '{e} f`;'].join('\n').replace('$\n', '$');
  const found = unitsOf('a.ts', text);
  const kinds = new Map(found.map(({ text: unit, kind }) => [unit, kind]));
  assert.deepEqual(
    [kinds.get('b'), kinds.get('c'), kinds.get('e'), kinds.get('f')],
    ['string', 'string', 'word', 'string'],
  );
  assert.equal(found.map(unit => unit.text).join(''), text.replace(/\s/g, ''));
});

test('the text of any run of tokens is what they decode to, however often it is asked for', () => {
  const units = new Units(tokenizer);
  const tokens = Uint16Array.from(
    tokenizer.encode('  berth.moor(vessel, größe);\n\tif (!tide) return 12_000;'),
  );
  for (let round = 0; round < 2; round++)
    for (let start = 0; start < tokens.length; start++)
      for (let end = start + 1; end <= Math.min(tokens.length, start + 5); end++) {
        const text = tokenizer.decode(tokens.subarray(start, end)).trim();
        assert.equal(units.textOf(tokens, start, end), text);
        assert.equal(units.textOf(tokens.slice(start, end)), text);
      }
});
