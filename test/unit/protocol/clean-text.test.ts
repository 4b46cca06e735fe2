import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cleanJson,
  cleanLine,
  cleanText,
  codeSpan,
  escapeMarkdown,
  escapeProse,
  escapeXml,
  fenced,
} from '../../../server/protocol/clean-text.ts';

/** Strings full of active characters. */
const pieces = fc.constantFrom(
  ...[
    [
      '\u001b]52;c;AAAA\u0007',
      '\u001b[2J',
      '\u009b31m',
      '\u0000',
      '\u0008',
      '\r',
      '\r\n',
      '\n',
      '\t',
      '\u007f',
    ],
    ['\u202e', '\u2066', '\u200b', '\ufeff', '\u2028', '\ud800', '\udc00', '\uffff', '\u{e0041}', '\u061c'],
    [
      '<img src=x onerror=y>',
      '</script>',
      '[x](command:y)',
      '![x](http://y)',
      '<http://a>',
      'https://a.b',
      'www.a.b',
      'a@b.c',
      '&lt;',
      '&lt;',
    ],
    [
      '`',
      '```',
      '~~~',
      '| a | b |',
      '# a',
      '- a',
      '+ a',
      '1. a',
      '2) a',
      '> a',
      '---',
      '===',
      '$x$',
      '*a*',
      '_a_',
      '\\',
      '$(icon)',
      'mailto:a',
    ],
    ['word', ' ', 'é', '日本', '😀', '"', "'", '{', '}', '.', ':'],
  ].flat(),
);

const hostile = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const acts = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

describe('text on its way out', () => {
  it('contains nothing that a terminal or renderer acts on', () => {
    fc.assert(
      fc.property(hostile, text => {
        for (const clean of [
          cleanText(text),
          cleanLine(text),
          escapeMarkdown(text),
          escapeXml(text),
          fenced(text),
        ]) {
          assert.doesNotMatch(clean, acts);
          assert.doesNotMatch(clean, /[\ud800-\udfff]/u);
        }
        assert.doesNotMatch(cleanLine(text), /[\n\t]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is unchanged if harmless', () => {
    const text = 'const a = "é 日本 😀 👩‍💻";\n\treturn `a`;\n';
    assert.equal(cleanText(text), text);
    assert.equal(cleanText('a\r\nb'), 'a\nb');
    assert.equal(cleanText('\u001b[31m'), '␛[31m');
  });

  it('is no markup in Markdown', () => {
    fc.assert(
      fc.property(hostile, text => {
        const escaped = escapeMarkdown(text);
        // A backslash-escaped character is literal (CommonMark 2.4).
        const bare = escaped.replace(/\\[!-/:-@[-`{-~]/g, 'x');
        assert.doesNotMatch(
          bare,
          /[`*_{}[\]<>#|~!&$@]|:\/\/|www\.|^\s*(?:[-+=]|\d{1,9}[.)])|mailto:|\n/i,
          text,
        );
        assert.doesNotMatch(escaped, /\n/);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not close a fence', () => {
    fc.assert(
      fc.property(hostile, text => {
        const [first, ...rest] = fenced(text, 'x').split('\n');
        const fence = /^`{3,}/.exec(first!)![0];
        assert.equal(rest.at(-1), fence);
        for (const line of rest.slice(0, -1)) assert.ok(!line.includes(fence));
      }),
    );
  });

  it('says the same in JSON', () => {
    fc.assert(
      fc.property(hostile, text => {
        const json = cleanJson({ text });
        assert.doesNotMatch(json, acts);
        assert.deepEqual(JSON.parse(json), { text });
      }),
    );
  });
});

it('prose keeps its code spans, and only those', () => {
  assert.equal(escapeProse('run `a && b` & *c*'), 'run `a && b` \\& \\*c\\*');
  assert.equal(escapeProse('`` a ` b `` <i>'), '`` a ` b `` \\<i\\>');
  assert.equal(escapeProse('a ` <b>'), 'a \\` \\<b\\>');
});

it('a code span holds any line', () => {
  assert.equal(codeSpan('a && b'), '`a && b`');
  assert.equal(codeSpan('a `b` c'), '``a `b` c``');
  assert.equal(codeSpan('`b`'), '`` `b` ``');
  assert.equal(codeSpan(' '), '');
});
