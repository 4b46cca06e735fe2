import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { tokenizerOf } from '../../../server/decoder-tokens/tokenizer.ts';
import { GgufError } from '../../../server/gguf/error.ts';
import { Metadata, type MetadataValue } from '../../../server/gguf/metadata.ts';
import { letterOf, lettersOf, trainMerges } from '../tokens/synthetic.ts';

const sources = textsOf(path.join(import.meta.dirname, '../../../server'));
const merges = trainMerges(sources.slice(0, 4), 300);
const ordinary = [...new Set([...letterOf, ...merges.map(([left, right]) => left + right)])];
const control = [
  '<|endoftext|>',
  '<|im_end|>',
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
  '<|repo_name|>',
];
const userDefined = ['<tool_call>'];
const tokens = [...ordinary, ...control, ...userDefined];
const idOf = (token: string) => tokens.indexOf(token);

function metadataOf(pre: string, changes: Record<string, MetadataValue | undefined> = {}): Metadata {
  const values = new Map<string, MetadataValue>(
    Object.entries({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': Int32Array.from(tokens, token =>
        control.includes(token) ? 3 : userDefined.includes(token) ? 4 : 1,
      ),
      'tokenizer.ggml.merges': merges.map(pair => pair.join(' ')),
      'tokenizer.ggml.eos_token_id': idOf('<|im_end|>'),
    }),
  );
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) values.delete(`tokenizer.ggml.${key}`);
    else values.set(`tokenizer.ggml.${key}`, value);
  }
  return new Metadata('model.gguf', values);
}

const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
/** `Digits` of tokenizers splits all Unicode numbers; the oracle's splits ASCII only. */
const digits = split('\\p{N}');
const words = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
/** From the models' own `tokenizer.json` files. */
const families: Readonly<Record<string, readonly object[]>> = {
  qwen2: [split(words('')), byteLevel(false)],
  'llama-bpe': [split(words('{1,3}')), byteLevel(false)],
  'gpt-2': [byteLevel(true)],
  smollm: [digits, byteLevel(true)],
  starcoder: [digits, byteLevel(true)],
  'deepseek-coder': [
    split('[\r\n]'),
    split('\\s?\\p{L}+'),
    split('\\s?\\p{P}+'),
    split('[一-龥ࠀ-一가-퟿]+'),
    digits,
    byteLevel(false),
  ],
};

/** Blanks, digits and marks in all orders; control characters, half characters, text that spells special tokens. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '  ', '\t', '\n', '\r\n', '\n\n', '\u00a0', '\u3000', '\0', '\u0004'),
      fc.constantFrom('return', 'x', '_', '1', '234', '56789', '=>', '();', "'s", "don'T", '"', '$'),
      fc.constantFrom('日本', '한국', '🙂', 'é', 'e\u0301', 'Ω', '١٢', '½', 'ö', '\u2028', '“'),
      fc.constantFrom(...control, ...userDefined, '<|fim_', 'prefix|>'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 30 },
  )
  .map(parts => Buffer.from(parts.join('')).toString());

for (const [pre, pretokenizers] of Object.entries(families)) {
  test(`${pre}: ids are the oracle’s on code and on any text, none is special, and they decode to the text`, () => {
    const tokenizer = tokenizerOf(metadataOf(pre));
    const oracle = new Oracle(
      {
        version: '1.0',
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'Sequence', pretokenizers },
        post_processor: null,
        decoder: byteLevel(true),
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          ignore_merges: pre === 'llama-bpe',
          vocab: Object.fromEntries(ordinary.map((token, id) => [token, id])),
          merges,
        },
      },
      {},
    );
    const check = (text: string) => {
      const ids = Array.from(tokenizer.encode(text));
      assert.deepEqual(ids, text === '' ? [] : oracle.encode(text).ids, JSON.stringify(text));
      assert.equal(tokenizer.decode(ids), text);
      assert.ok(!ids.some(id => tokenizer.isSpecial(id)));
    };
    for (const text of sources.slice(0, 12)) check(text);
    fc.assert(fc.property(hostile, check), { numRuns: 300 });
  });
}

test('Llama 3 takes a piece that is a token whole; others merge', () => {
  // No merges lead to it.
  const longest = lettersOf('zqzq');
  const changes = {
    tokens: [...tokens, longest],
    token_type: Int32Array.from([...tokens, longest], token => (control.includes(token) ? 3 : 1)),
  };
  assert.deepEqual(Array.from(tokenizerOf(metadataOf('llama-bpe', changes)).encode('zqzq')), [tokens.length]);
  assert.equal(tokenizerOf(metadataOf('qwen2', changes)).encode('zqzq').length > 1, true);
});

test('drops bytes that a vocabulary lacks before merging', () => {
  const lacking = tokens.map(token =>
    token === letterOf[4] || token === letterOf[0xf1] ? `[${token}]` : token,
  );
  const kinds = Int32Array.from(lacking, token => (token.startsWith('[') && token.length > 1 ? 5 : 1));
  const tokenizer = tokenizerOf(
    metadataOf('qwen2', {
      tokens: lacking,
      token_type: Int32Array.from(kinds, (kind, id) =>
        control.includes(lacking[id]!) || userDefined.includes(lacking[id]!) ? 3 : kind,
      ),
      merges: merges.filter(pair => !pair.join('').includes(letterOf[4]!)).map(pair => pair.join(' ')),
    }),
  );
  const ids = tokenizer.encode('\u0004\u0004a\u0004');
  assert.equal(tokenizer.decode(ids), 'a');
});

test('fill-in-the-middle and ends, by names and by keys', () => {
  const named = tokenizerOf(metadataOf('qwen2'));
  assert.deepEqual(named.fillInMiddle, {
    prefix: idOf('<|fim_prefix|>'),
    suffix: idOf('<|fim_suffix|>'),
    middle: idOf('<|fim_middle|>'),
    repository: idOf('<|repo_name|>'),
    file: undefined,
  });
  assert.deepEqual(named.ends, new Set(['<|im_end|>', '<|endoftext|>', '<|repo_name|>'].map(idOf)));
  assert.equal(named.begin, undefined);
  assert.equal(named.specialId('<|im_end|>'), idOf('<|im_end|>'));
  assert.equal(named.specialId('return'), undefined);
  assert.equal(named.decode([idOf('<|im_end|>'), ...named.encode('a')]), 'a');
  const keyed = tokenizerOf(
    metadataOf('qwen2', { fim_pre_token_id: 5, bos_token_id: 7, add_bos_token: true, eot_token_id: 9 }),
  );
  assert.equal(keyed.fillInMiddle?.prefix, 5);
  assert.equal(keyed.begin, 7);
  assert.ok(keyed.ends.has(9));
  const without = tokens.map(token => (token === '<|fim_middle|>' ? '<other>' : token));
  assert.equal(tokenizerOf(metadataOf('qwen2', { tokens: without })).fillInMiddle, undefined);
});

test('a stream emits whole characters only, and the rest at the end as U+FFFD', () => {
  const tokenizer = tokenizerOf(metadataOf('qwen2', { merges: [] }));
  const stream = tokenizer.decodeStream();
  const parts = Array.from(tokenizer.encode('aé🙂\ufeffb'), id => [
    stream.push(id),
    stream.isInsideCharacter,
  ]);
  assert.deepEqual(parts, [
    ['a', false],
    ['', true],
    ['é', false],
    ['', true],
    ['', true],
    ['', true],
    ['🙂', false],
    ['', true],
    ['', true],
    ['\ufeff', false],
    ['b', false],
  ]);
  assert.equal(stream.end(), '');
  stream.push(tokenizer.encode('🙂')[0]!);
  assert.equal(stream.end(), '\ufffd');
});

const refused: readonly (readonly [string, Metadata, RegExp])[] = [
  ['SentencePiece', metadataOf('qwen2', { model: 'llama' }), /kind llama; byte-pair tokenizers/],
  ['an unknown pre-tokenizer', metadataOf('tekken'), /pre-tokenizer tekken\. Supported are gpt-2, qwen2/],
  ['no pre-tokenizer', metadataOf('qwen2', { pre: undefined }), /pre-tokenizer default/],
  ['no vocabulary', metadataOf('qwen2', { tokens: undefined }), /no tokenizer\.ggml\.tokens/],
  ['too few tokens', metadataOf('qwen2', { tokens: ['a'] }), /vocabulary of 1 tokens/],
  ['kinds of another number', metadataOf('qwen2', { token_type: new Int32Array(3) }), /kinds of tokens/],
  ['a merge of tokens that are not there', metadataOf('qwen2', { merges: ['zq jx'] }), /merge 0, "zq jx"/],
  ['a merge that is none', metadataOf('qwen2', { merges: ['zq'] }), /merge 0/],
  ['an end outside of the vocabulary', metadataOf('qwen2', { eos_token_id: 1e6 }), /eos_token_id is 1000000/],
  [
    'a byte without a token',
    metadataOf('qwen2', {
      tokens: tokens.map(token => (token === 'a' ? '\u4e00' : token)),
      token_type: Int32Array.from(tokens, token => (token === 'a' ? 5 : 1)),
      merges: [],
    }),
    /no token encodes "a"|not written in bytes/,
  ],
];
for (const [what, metadata, message] of refused) {
  test(`${what}: refused`, () => {
    assert.throws(
      () => tokenizerOf(metadata),
      (error: Error) => {
        assert.ok(error instanceof GgufError, error.stack);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

function textsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .sort((left, right) => left.length - right.length)
    .slice(0, 60);
}
