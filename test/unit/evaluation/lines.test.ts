import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineClassifier } from '../../../server/evaluation/classes.ts';
import { chooseLines, cursorIn, eligibleLines } from '../../../server/evaluation/lines.ts';
import { randomFrom } from '../../../server/evaluation/random.ts';

const file = {
  path: 'src/a.ts',
  text: "import { b } from './b.ts';\n// a comment of many words here\n\n}\nexport function run(): number {\n  return b(1, 2);\n}\n",
};

test('hides lines with four tokens that are not comments', () =>
  assert.deepEqual(
    eligibleLines(file).map(line => [line.number, line.text]),
    [
      [1, "import { b } from './b.ts';"],
      [5, 'export function run(): number {'],
      [6, '  return b(1, 2);'],
    ],
  ));

test('the same seed chooses the same lines, another seed others', () => {
  const files = Array.from({ length: 30 }, (_, i) => ({ ...file, path: `src/${i}.ts` }));
  const choose = (seed: number): string =>
    chooseLines(files, 20, randomFrom(seed))
      .map(line => `${line.file.path}:${line.number}`)
      .join();
  assert.equal(choose(1), choose(1));
  assert.notEqual(choose(1), choose(2));
});

test('chooses at most the available lines', () =>
  assert.equal(chooseLines([file], 100, randomFrom(1)).length, 3));

test('chooses no line twice', () => {
  const lines = chooseLines([file, { ...file, path: 'src/c.ts' }], 6, randomFrom(3));
  assert.equal(new Set(lines.map(line => `${line.file.path}:${line.number}`)).size, 6);
});

const cursors: readonly (readonly [fraction: number, before: string, expected: string])[] = [
  [0, '  ', 'return b(1, 2);'],
  [0.4, '  return', ' b(1, 2);'],
];

for (const [fraction, before, expected] of cursors) {
  test(`at ${fraction} of the line nothing of it after the cursor is left`, () => {
    const line = eligibleLines(file)[2]!;
    const one = cursorIn(line, fraction);
    assert.equal(one.before, before);
    assert.equal(one.expected, expected);
    assert.equal(one.text.slice(one.offset), '\n}\n');
    assert.ok(one.text.slice(0, one.offset).endsWith(`{\n${before}`));
  });
}

test('classifies lines by their names', () => {
  const files = [
    {
      path: 'src/a.ts',
      text: 'export function loadUser(user: User) {\n  return localHelper(user);\n}\nfunction localHelper(user: User) {\n  return parseUserRecord(user.text);\n}\n',
    },
    { path: 'src/b.ts', text: 'export function parseUserRecord(text: string) {\n  return text;\n}\n' },
    ...Array.from({ length: 40 }, (_, i) => ({
      path: `src/c${i}.ts`,
      text: `const c${i} = widely.used();\n`,
    })),
  ];
  const classifier = new LineClassifier(files);
  const classOf = (path: string, number: number) => {
    const found = eligibleLines(files.find(one => one.path === path)!).find(line => line.number === number);
    return classifier.classOf(found!);
  };
  assert.equal(classOf('src/a.ts', 5), 'in-project');
  assert.equal(classOf('src/a.ts', 2), 'in-file');
});
