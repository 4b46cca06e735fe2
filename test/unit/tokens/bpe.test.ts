import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { createTokenizer } from '../../../server/tokens/bpe.ts';
import { definitionOf, letterOf, trainMerges } from './synthetic.ts';

const sources = sourceTexts();
const definition = definitionOf(trainMerges(sources.slice(0, 4), 300));
const tokenizer = createTokenizer(JSON.stringify(definition));
/** Without added tokens: plain text, as with `encode`. */
const oracle = new Oracle({ ...definition, added_tokens: [] }, {});

/** The oracle rejects an empty string; otherwise merges are the same. */
const expected = (text: string, reader = oracle): number[] => (text === '' ? [] : reader.encode(text).ids);
const ids = (text: string): number[] => Array.from(tokenizer.encode(text));

/** Any UTF-16, lone surrogates included. */
const utf16 = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 60 })
  .map(units => String.fromCharCode(...units));
const codeLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '\t',
        '\n',
        '\r\n',
        '\f',
        '\x85',
        '\u00a0',
        '\ufeff',
        '\u2028',
        '\0',
        '\x7f',
        '\x1c',
      ),
      fc.constantFrom(
        'return',
        'x',
        '_',
        '12',
        '3456',
        '=>',
        '();',
        '日本',
        '🙂',
        '\ud83d',
        '\ude42',
        'é',
        'a\u0301',
      ),
      fc.constantFrom('<|end|>', '<|file|>', '<|text', '|>', '<|pad|>'),
      utf16,
    ),
    { maxLength: 40 },
  )
  .map(parts => parts.join(''));

test('ids of this repository’s sources equal the oracle’s', () => {
  for (const text of sources) assert.deepEqual(ids(text), expected(text));
});

test('ids of any text equal the oracle’s', () => {
  fc.assert(
    fc.property(codeLike, text => assert.deepEqual(ids(text), expected(text))),
    { numRuns: 1000 },
  );
});

test('ids of decoded random bytes equal the oracle’s', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      assert.deepEqual(ids(text), expected(text));
    }),
    { numRuns: 500 },
  );
});

test('any merges in any order give the oracle’s ids, in short and long pieces', () => {
  const letter = fc.constantFrom('a', 'b', 'c');
  const steps = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 });
  fc.assert(
    fc.property(steps, fc.array(letter, { maxLength: 200 }), fc.boolean(), (choices, letters, reversed) => {
      const tokens = ['a', 'b', 'c'];
      const merges: [string, string][] = [];
      for (const [left, right] of choices) {
        const pair: [string, string] = [tokens[left % tokens.length]!, tokens[right % tokens.length]!];
        if (pair[0].length + pair[1].length > 16 || merges.some(m => m[0] === pair[0] && m[1] === pair[1]))
          continue;
        merges.push(pair);
        if (!tokens.includes(pair[0] + pair[1])) tokens.push(pair[0] + pair[1]);
      }
      const one = definitionOf(reversed ? merges.reverse() : merges);
      const text = letters.join('');
      const actual = createTokenizer(JSON.stringify(one)).encode(text);
      assert.deepEqual(Array.from(actual), expected(text, new Oracle({ ...one, added_tokens: [] }, {})));
    }),
    { numRuns: 100 },
  );
});

test('long words without a break give the oracle’s ids', () => {
  for (const text of [
    'a'.repeat(70_001),
    'return'.repeat(9_000),
    '=>'.repeat(20_001),
    '日本語'.repeat(5_000),
    ' '.repeat(30_000),
  ]) {
    assert.deepEqual(ids(text), expected(text));
  }
});

test('decoding restores every string, with U+FFFD for unpaired surrogates', () => {
  fc.assert(
    fc.property(codeLike, text =>
      assert.equal(tokenizer.decode(tokenizer.encode(text)), Buffer.from(text).toString()),
    ),
    { numRuns: 500 },
  );
});

test('ids cut anywhere decode to the bytes of their tokens', () => {
  const all = tokenizer.encode('naïve 🙂 日本語\n');
  for (let cut = 0; cut <= all.length; cut++) {
    const bytes = Buffer.concat(Array.from(all.subarray(0, cut), id => tokenizer.bytesOf(id)));
    assert.equal(tokenizer.decode(all.subarray(0, cut)), bytes.toString('utf8'));
  }
});

test('text never yields special tokens; structure does', () => {
  const spelled = tokenizer.encode('<|file|>a.ts<|text|>x<|end|>');
  assert.ok(spelled.every(id => !tokenizer.isSpecial(id)));
  const { file, text, end } = tokenizer.special;
  const rendered = tokenizer.encodePieces([
    { special: 'file' },
    { text: 'a.ts' },
    { special: 'text' },
    { text: 'x' },
    { special: 'end' },
  ]);
  assert.deepEqual(Array.from(rendered), [file, ...ids('a.ts'), text, ...ids('x'), end]);
  assert.ok([file, text, end].every(id => tokenizer.isSpecial(id) && tokenizer.bytesOf(id).length === 0));
  assert.equal(tokenizer.decode(rendered), 'a.tsx');
});

test('counts newlines of each token', () => {
  const text = '\n\n  a\n\tb \n c\r\n';
  const total = Array.from(tokenizer.encode(text)).reduce((sum, id) => sum + tokenizer.newlinesIn(id), 0);
  assert.equal(total, 5);
  assert.equal(tokenizer.newlinesIn(tokenizer.special.end), 0);
});

test('encoding twice, and after overflowing every cache, gives the same ids', () => {
  const first = sources.map(ids);
  tokenizer.encode(Array.from({ length: 200_000 }, (_, i) => `w${(i * 2654435761) % 2 ** 32}`).join(' '));
  assert.deepEqual(sources.map(ids), first);
});

test('reads merges written as strings', () => {
  const old = {
    ...definition,
    model: { ...definition.model, merges: definition.model.merges.map(pair => pair.join(' ')) },
  };
  const text = sources[0]!;
  assert.deepEqual(Array.from(createTokenizer(JSON.stringify(old)).encode(text)), ids(text));
});

const broken: [string, RegExp, object | string][] = [
  ['not JSON', /not JSON/, '{'],
  ['a list', /not an object/, []],
  ['another model', /model type WordPiece/, { ...definition, model: { type: 'WordPiece' } }],
  ['a normaliser', /normalizer/, { ...definition, normalizer: { type: 'NFC' } }],
  ['byte fallback', /byte_fallback/, { ...definition, model: { ...definition.model, byte_fallback: true } }],
  ['no special tokens', /no special token/, { ...definition, added_tokens: [] }],
  [
    'a merge of unknown tokens',
    /merge 0/,
    { ...definition, model: { ...definition.model, merges: [['zzz', 'y']] } },
  ],
  ['another pre-tokenizer', /pre-tokenizer/, { ...definition, pre_tokenizer: { type: 'Whitespace' } }],
  ['a hole in the ids', /no token has the id/, holeAt(definition)],
  ['a missing byte', /not|no token/, missingByte(definition)],
  ['a pattern that matches nothing', /empty text/, definitionOf([], 'a*')],
];

for (const [what, message, bad] of broken) {
  test(`a definition with ${what} is refused`, () => {
    assert.throws(() => createTokenizer(typeof bad === 'string' ? bad : JSON.stringify(bad)), message);
  });
}

function holeAt(whole: typeof definition): object {
  return { ...whole, model: { ...whole.model, vocab: { ...whole.model.vocab, [letterOf[0x21]!]: 60_000 } } };
}

function missingByte(whole: typeof definition): object {
  const { [letterOf[0x21]!]: _, ...vocab } = whole.model.vocab;
  return { ...whole, model: { ...whole.model, vocab, merges: [] } };
}

function sourceTexts(): string[] {
  const root = join(import.meta.dirname, '../../..');
  const folders = ['server/tokens', 'server/sequence', 'server/copy-memory', 'test/unit/tokens'];
  return folders.flatMap(folder =>
    readdirSync(join(root, folder))
      .filter(name => name.endsWith('.ts'))
      .map(name => readFileSync(join(root, folder, name), 'utf8')),
  );
}
