import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLine } from '../../../server/completion/decode.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FakePredictor } from './fake.ts';

const tokenizer = loadTokenizer();

interface Row {
  readonly what: string;
  readonly texts: readonly string[];
  readonly prefix: string;
  readonly typed: string;
  readonly maxTokens?: number;
  readonly expected: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: 'the only way on, to the end of the line',
    texts: ['let value = compute(alpha);\nnext();\n'],
    prefix: 'let value =',
    typed: '',
    expected: [' compute(alpha);'],
  },
  {
    what: 'a half-typed word rules out what does not begin so',
    texts: ['let value = compute(alpha);\n', 'let value = compare(beta);\n'],
    prefix: 'let value =',
    typed: ' compa',
    expected: ['re(beta);'],
  },
  {
    what: 'the more frequent first',
    texts: ['a = one();\n', 'a = two();\n', 'a = two();\n'],
    prefix: 'a =',
    typed: '',
    expected: [' two();', ' one();'],
  },
  {
    what: 'what does not end in time is left out',
    texts: ['let value = compute(alpha, beta, gamma, delta, epsilon);\n'],
    prefix: 'let value =',
    typed: '',
    maxTokens: 3,
    expected: [],
  },
  {
    what: 'a character cut by the typed bytes comes out whole',
    texts: ['say("grüße 😀");\n'],
    prefix: 'say',
    typed: '("gr',
    expected: ['üße 😀");'],
  },
  { what: 'nothing where nothing is known', texts: [], prefix: 'x', typed: '', expected: [] },
];

for (const { what, texts, prefix, typed, maxTokens = 40, expected } of rows) {
  test(what, async () => {
    const start = new FakePredictor(tokenizer, texts).begin(tokenizer.encode(prefix));
    const decoded = await decodeLine(start, tokenizer, { typed, beam: 3, maxTokens });
    assert.deepEqual(
      decoded.map(one => one.rest),
      expected,
    );
    for (const { probability } of decoded) assert.ok(probability > 0 && probability <= 1);
  });
}
