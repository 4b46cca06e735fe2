import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { loadTokenizer, shippedModelFolder } from '../../../server/tokens/load.ts';
import { codePattern } from '../../../server/tokens/pretokenizer.ts';

const definition = readFileSync(join(shippedModelFolder(), 'tokenizer.json'), 'utf8');
const tokenizer = loadTokenizer();
const oracle = new Oracle({ ...JSON.parse(definition), added_tokens: [] }, {});
const expected = (text: string): number[] => (text === '' ? [] : oracle.encode(text).ids);

test('the shipped tokenizer: 8,192 ids, the last 16 special, split by the pattern that has a scanner', () => {
  assert.equal(tokenizer.vocabularySize, 8192);
  const special = Array.from({ length: 8192 }, (_, id) => id).filter(id => tokenizer.isSpecial(id));
  assert.deepEqual(
    special,
    Array.from({ length: 16 }, (_, i) => 8176 + i),
  );
  assert.equal(JSON.parse(definition).pre_tokenizer.pretokenizers[0].pattern.Regex, codePattern);
});

test('on every text file of this repository its ids equal the oracle’s and decode to the text', () => {
  for (const text of textsUnder(join(import.meta.dirname, '../../..'))) {
    const ids = tokenizer.encode(text);
    assert.deepEqual(Array.from(ids), expected(text));
    assert.equal(tokenizer.decode(ids), text);
  }
});

test('on any text its ids equal the oracle’s', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '    ',
      '\n\n',
      'return ',
      'function',
      '\ud800',
      '<|end|>',
      '1234567',
      '/** */',
      'ﬁ',
      '\u2028',
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), parts => {
      const text = parts.join('');
      assert.deepEqual(Array.from(tokenizer.encode(text)), expected(text));
    }),
    { numRuns: 200 },
  );
});

function textsUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(\.git|\.cache|node_modules|dist)$/.test(entry.name) ? [] : textsUnder(path);
    return entry.isFile() && /^\.(ts|py|md)$/.test(extname(entry.name)) ? [readFileSync(path, 'utf8')] : [];
  });
}
