import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemFromModel } from '../../../server/completion/written.ts';

/** `|` is the cursor. */
function itemAt(text: string, written: string) {
  const offset = text.indexOf('|');
  return itemFromModel(written, 0.5, { path: 'a.ts', text: text.replace('|', ''), offset });
}

test('inserts a model’s output at the cursor, without a source', () => {
  assert.deepEqual(itemAt('const total = |\n', 'sum(values);'), {
    text: 'sum(values);',
    range: { start: 14, end: 14 },
    confidence: 0.5,
    provenance: [],
    origin: 'model',
    kind: 'rest of line',
  });
});

const withheld: readonly [name: string, text: string, written: string][] = [
  ['the line right below', 'a();\n|\nsecond(line);\n', 'second(line);'],
  ['the line right above', 'first(line);\n|\n', 'first(line);'],
  ['a bracket too many', 'const total = sum(|)\n', 'values))'],
  ['a conflict marker', 'a();\n|\n', '<<<<<<< HEAD'],
  ['a Markdown fence', 'const a = thing|', 'Of(b)\n```'],
  ['nothing', 'a();\n|\n', '   '],
];
for (const [name, text, written] of withheld) {
  test(`${name} is withheld`, () => {
    assert.equal(itemAt(text, written), undefined);
  });
}

test('does not repeat text after the cursor', () => {
  assert.equal(itemAt('call(|);\n', 'first, second);')?.text, 'first, second');
});

test('uses the file’s line endings', () => {
  assert.equal(itemAt('if (x) |\r\n', '{\n  a();\n}')?.text, '{\r\n  a();\r\n}');
});

test('of a block that was cut off with brackets open, the first line is shown', () => {
  assert.equal(itemAt('|\n', 'if (x) {\n  a();\n  b(() => {')?.text, 'if (x) {');
  assert.equal(itemAt('|\n', 'if (x) {\n  a();\n}')?.text, 'if (x) {\n  a();\n}');
  // What the cursor's line has open may be closed below.
  assert.equal(itemAt('call(|\n);\n', '\n  first,\n  second')?.text, '\n  first,\n  second');
});

test('a block is indented as the file is', () => {
  const inFours = 'if (a) {\n    b();\n}\n|\n';
  assert.equal(
    itemAt(inFours, 'if (x) {\n  if (y) {\n    a();\n  }\n}')?.text,
    'if (x) {\n    if (y) {\n        a();\n    }\n}',
  );
  const inTabs = 'if (a) {\n\tb();\n\tif (x) {|\n}\n';
  assert.equal(itemAt(inTabs, '\n        a();\n    }')?.text, '\n\t\ta();\n\t}');
  const inTwos = 'if (a) {\n  b();\n}\n|\n';
  assert.equal(itemAt(inTwos, 'if (x) {\n\ta();\n}')?.text, 'if (x) {\n  a();\n}');
  // Deeper than a step between brackets is alignment.
  assert.equal(itemAt(inTwos, 'call(\n     first,\n     second)')?.text, 'call(\n     first,\n     second)');
});

test('nothing is written inside a character', () => {
  for (const text of ['let a = "😀', 'let a;\r\n'])
    assert.equal(
      itemFromModel('sum(values);', 0.5, { path: 'a.ts', text, offset: text.length - 1 }),
      undefined,
    );
});

test('a file with Markdown fences may get more of them', () => {
  const text = 'const a = `\n```js\nb\n```\n`;\nconst c = `\n|';
  assert.equal(itemAt(text, '```js')?.text, '```js');
});
