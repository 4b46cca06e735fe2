import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  codePattern,
  type PreTokenizer,
  preTokenizerOf,
  scanByPattern,
} from '../../../server/tokens/pretokenizer.ts';

function pieces(scan: PreTokenizer, text: string): string[] {
  const codes = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const result: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = scan(text, codes, start);
    result.push(text.slice(start, end));
    start = end;
  }
  return result;
}

const table: [string, string[]][] = [
  ['', []],
  [
    'if (x) {\n    return 12345;\n}',
    ['if', ' (', 'x', ')', ' {', '\n    ', 'return', ' ', '123', '45', ';', '\n', '}'],
  ],
  ['a   b', ['a', '  ', ' b']],
  ['a \t1', ['a', ' ', '\t', '1']],
  ['a  \n  b', ['a', '  \n  ', 'b']],
  ['x\0\x01y', ['x', '\0\x01', 'y']],
  ['\r\n\r\n', ['\r\n\r\n']],
  ['größe 日本🙂', ['größe', ' 日本🙂']],
  [' \u00a0a', [' \u00a0a']],
  ['\t\u00a0a', ['\t\u00a0', 'a']],
];

const scan = preTokenizerOf(codePattern);
const reference = scanByPattern(codePattern);

for (const [text, expected] of table) {
  test(`pieces of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(pieces(scan, text), expected);
    assert.deepEqual(pieces(reference, text), expected);
  });
}

test('the scanner cuts like its pattern', () => {
  const unit = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(' ', '\t', '\n', '\r', '\f', 'a', '_', 'Z', '0', '9', '(', ';') },
    fc.constantFrom(
      '\x00',
      '\x1c',
      '\x1f',
      '\x7f',
      '\x85',
      '\xa0',
      '\u1680',
      '\u180e',
      '\u2000',
      '\u200b',
      '\u2028',
      '\u202f',
    ),
    fc.constantFrom('\u205f', '\u3000', '\ufeff', '\ud800', '\udc00', '🙂', 'é'),
    fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), units => {
      const text = units.join('');
      assert.deepEqual(pieces(scan, text), pieces(reference, text));
    }),
    { numRuns: 3000 },
  );
});
