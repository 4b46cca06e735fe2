import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partOf } from '../../../server/coder/ending.ts';

const cases: readonly [name: string, linePrefix: string, written: string, text: string, isOpen: boolean][] = [
  ['the rest of a line goes on', '  return ', 'total', 'total', true],
  ['and ends with the line', '  return ', 'total;\n', 'total;', false],
  ['whatever comes after it', '  return ', 'total;\n  next();\n}\n', 'total;', false],
  ['a block goes on while it is indented', 'if (x) ', '{\n  a();\n  b()', '{\n  a();\n  b()', true],
  ['and ends with what closes it', 'if (x) ', '{\n  a();\n}\n\nother();\n', '{\n  a();\n}', false],
  [
    'or before a line that is not part of it',
    'def f(x)',
    ':\n    return x\ndef g(y):\n',
    ':\n    return x',
    false,
  ],
  [
    'blank lines inside belong to it',
    'f(() => ',
    '{\n  a();\n\n  b();\n});\nc();\n',
    '{\n  a();\n\n  b();\n});',
    false,
  ],
  [
    'on an empty line, indentation counts from the cursor',
    '    ',
    'for x in y:\n        z(x)\n    done()\n',
    'for x in y:\n        z(x)',
    false,
  ],
  [
    'a Ruby block with parameters has its end',
    '  items.each do ',
    '|item|\n    puts item\n  end\n\n  other\n',
    '|item|\n    puts item\n  end',
    false,
  ],
  ['a line that is not whole may still close', 'if (x) ', '{\n  a();\n', '{\n  a();\n', true],
];
for (const [name, linePrefix, written, text, isOpen] of cases) {
  test(name, () => {
    assert.deepEqual(partOf(written, { linePrefix, maxLines: 12 }), { text, isOpen });
  });
}

test('a block has at most the requested lines', () => {
  const { text, isOpen } = partOf(`{\n${'  a();\n'.repeat(20)}`, { linePrefix: 'if (x) ', maxLines: 4 });
  assert.equal(text.split('\n').length, 4);
  assert.equal(isOpen, false);
});

test('the last line that it may have ends, too', () => {
  const options = { linePrefix: 'def f():', maxLines: 3 };
  assert.equal(partOf('\n    a = 1\n    re', options).isOpen, true);
  assert.deepEqual(partOf('\n    a = 1\n    return a\n', options), {
    text: '\n    a = 1\n    return a',
    isOpen: false,
  });
});
