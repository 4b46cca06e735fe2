import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FileJudge } from '../../../server/unusual/judge-file.ts';
import { implausible } from '../../../server/unusual/plausible.ts';

const tokenizer = loadTokenizer();

interface Setting {
  readonly path?: string;
  readonly others?: readonly string[];
  /** Of a unit as "line word expected": whether it scores high; every one without it. */
  readonly isHigh?: (unit: string) => boolean;
}

/** The units of a file with something else at like places, and those of them that are not to be marked; as "line word expected". */
async function judged(
  text: string,
  elsewhere: string,
  { path = 'a.ts', others = ['b.ts', 'c.ts'], isHigh = () => true }: Setting = {},
): Promise<{ all: string[]; withheld: string[] }> {
  const memory = new CopyMemory(tokenizer);
  for (const other of others) memory.set(other, tokenizer.encodePieces(renderFile(other, elsewhere)));
  const units = await new FileJudge(memory, tokenizer).judge(
    path,
    tokenizer.encodePieces(renderFile(path, text)),
  );
  const named = ({ evidence: { unit, other } }: (typeof units)[number]) =>
    `${unit.line} ${unit.text} ${other?.text}`;
  const lines = text.split('\n');
  const found = implausible(units, unit => isHigh(named(unit)), {
    path,
    lines,
    tokenizer,
    columnOf: ({ evidence: { unit } }) => {
      const columns = [...lines[unit.line - 1]!.matchAll(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]+/gu)];
      return columns.find(([one]) => one === unit.text)?.index ?? 0;
    },
  });
  return { all: units.map(named), withheld: [...found].map(named) };
}

/** @param unit as "line word expected" */
async function isWithheld(
  unit: string,
  text: string,
  elsewhere: string,
  setting: Setting = {},
): Promise<boolean> {
  const { all, withheld } = await judged(text, elsewhere, { ...setting, isHigh: one => one === unit });
  assert.ok(all.includes(unit), `${unit}: ${all.join(', ')}`);
  return withheld.includes(unit);
}

const line = (result: string, method = 'parse') =>
  `const ${result} = await fetch(address);\nassert.equal(${result}.status, 200);\nlog.${method}(${result}.body);\n`;

test('a variable of this file is not expected to be one that the file does not have', async () => {
  const { withheld } = await judged(line('result3'), line('result'));
  for (const number of [1, 2, 3]) assert.ok(withheld.includes(`${number} result3 result`), withheld.join());
});

test('a method may be expected that the file does not have, and a variable that it has', async () => {
  assert.equal(await isWithheld('3 print parse', line('result', 'print'), line('result')), false);
  const wrong = `const other = 1;\n${line('result').replace('(result.body', '(other.body')}`;
  assert.equal(await isWithheld('4 other result', wrong, line('result')), false);
});

test('two lines of which each is expected to be the other are both meant, if both score high', async () => {
  const twins = 'check(table, first, 1);\ncheck(table, second, 1);\n';
  const { withheld } = await judged(twins, '');
  assert.ok(withheld.includes('1 first second') && withheld.includes('2 second first'), withheld.join());
  assert.deepEqual((await judged(twins, '', { isHigh: () => false })).withheld, []);
});

const use = '  const total = sum(values, weights);\n  report(total, "all of them");\n';
const wrongUse = use.replace('report(total', 'report(values');

/** A unit that is expected to be `total`, and files in which that name is visible there or not. */
const scopes: readonly (readonly [text: string, line: number, isVisible: boolean])[] = [
  [`function one(values, weights) {\n${wrongUse}}\n`, 3, true],
  [`function one(values, total) {\n  report(values, "all of them");\n}\n`, 2, true],
  [`function one(\n  values,\n  total,\n) {\n  report(values, "all of them");\n}\n`, 5, true],
  [`function one(values,\n             total) {\n  report(values, "all of them");\n}\n`, 3, true],
  [`const { total } = sums;\nfunction one(values) {\n  report(values, "all of them");\n}\n`, 3, true],
  [`const {\n  total,\n} = sums;\nfunction one(values) {\n  report(values, "all of them");\n}\n`, 5, true],
  [
    `const total = sum({\n  of: 1,\n});\nfunction one(values) {\n  report(values, "all of them");\n}\n`,
    5,
    true,
  ],
  [`function one(values) {\n  report(values, "all of them");\n}\n\nfunction total() {}\n`, 2, true],
  [
    `function one(values, total) {\n  const page = \`\n<p>\n\`;\n  report(values, "all of them");\n}\n`,
    5,
    true,
  ],
  [`function one(values) {\n  report(values, "all of them");\n}\n\nconst total = 1;\n`, 2, false],
  [
    `function two(total) {\n  run();\n}\n\nfunction one(values) {\n  report(values, "all of them");\n}\n`,
    6,
    false,
  ],
  [
    `function two(total)\n{\n  run();\n}\n\nfunction one(values)\n{\n  report(values, "all of them");\n}\n`,
    8,
    false,
  ],
  [`function one(values, total)\n{\n  report(values, "all of them");\n}\n`, 3, true],
  [`use sums::{\n  total,\n};\n\nfunction one(values) {\n  report(values, "all of them");\n}\n`, 6, true],
  [`function two() {\n${use}}\n\nfunction one(values) {\n  report(values, "all of them");\n}\n`, 7, false],
  [
    `function two(\n  total,\n) {\n  run();\n}\nfunction one(values) {\n  report(values, "all of them");\n}\n`,
    7,
    false,
  ],
  [`function one(values) {\n  run(this.total);\n  report(values, "all of them");\n}\n`, 3, false],
  [
    `function one(values) {\n  for (const total of all) {\n    run();\n  }\n  report(values, "all of them");\n}\n`,
    5,
    false,
  ],
];

for (const [text, at, isVisible] of scopes)
  test(`a variable is ${isVisible ? '' : 'not '}expected in line ${at} of ${JSON.stringify(text)}`, async () => {
    const elsewhere = `function three(values, weights) {\n${use}}\n`;
    assert.equal(await isWithheld(`${at} values total`, text, elsewhere), !isVisible);
  });

test('what a line declares is not expected in its own value', async () => {
  const elsewhere = 'function two(encoded) {\n  run(encoded);\n}\nuse(read(bytes), encoded);\n';
  const text = 'function one(encoded) {\n  const bytes = use(read(encoded), encoded);\n}\n';
  assert.equal(await isWithheld('2 encoded bytes', text, elsewhere), true);
  const declared = text
    .replace('{\n', '{\n  const bytes = 1;\n')
    .replace('const bytes = use', 'const all = use');
  assert.equal(await isWithheld('3 encoded bytes', declared, elsewhere), false);
});

test('a type may be declared anywhere in the file', async () => {
  const elsewhere = 'function read(path, limit: Amount): Amount {\n';
  const text = 'function read(path, limit: Size): Amount {\n  return 1;\n}\n\nclass Amount {}\n';
  assert.equal(await isWithheld('1 Size Amount', text, elsewhere), false);
});

const sized = (size: number) => `const buffer = allocate(pool, ${size}, zeroed);\n`;

/** Numbers that differ from those of like places, and whether that is worth pointing out. */
const numbers: readonly (readonly [
  unit: string,
  text: string,
  elsewhere: string,
  isWithheld: boolean,
  path?: string,
])[] = [
  ['1 7 4', sized(7), sized(4), false],
  ['1 7 4', sized(7), sized(4), true, 'test/a.ts'],
  ['1 7 4', sized(7), sized(4), true, 'a_test.ts'],
  // Rows of a table, and a named value.
  ['2 7 4', 'const sizes = [\n  [pool, 7, zeroed],\n', 'const sizes = [\n  [pool, 4, zeroed],\n', true],
  [
    '2 7 4',
    'const sizes = use(\n  allocate(pool, 7, zeroed),\n',
    'const sizes = use(\n  allocate(pool, 4, zeroed),\n',
    false,
  ],
  [
    '2 7 4',
    'serve({ host,\n  port: 7,\n  strict: true });\n',
    'serve({ host,\n  port: 4,\n  strict: true });\n',
    true,
  ],
  // Digits of a fraction, and of a pattern.
  ['1 2 1', 'await sleep(seconds * 0.2);\n', 'await sleep(seconds * 0.1);\n', true],
  ['1 2 1', 'await sleep(seconds * 2, now);\n', 'await sleep(seconds * 1, now);\n', false],
  ['1 7 4', 'const name = matching(/^\\w{7}$/, text);\n', 'const name = matching(/^\\w{4}$/, text);\n', true],
  // The common idiom of another file, and of this one.
  ['1 7 0', 'if (windows.length > 7) close();\n', 'while (left > 0) step();\n', true],
  ['2 7 0', 'if (first.windows > 0) close();\nif (first.windows > 7) open();\n', '', false],
];

for (const [unit, text, elsewhere, withheld, path = 'a.ts'] of numbers)
  test(`a number is ${withheld ? 'not ' : ''}pointed out in ${path}: ${JSON.stringify(text)}`, async () => {
    assert.equal(await isWithheld(unit, text, elsewhere, { path }), withheld);
  });

test('rows of tables in tests differ by their case, in names as well', async () => {
  const [text, elsewhere] = ['second', 'minute'].map(
    unit => `const cases = [\n  ["time", in.${unit}, now],\n`,
  );
  assert.equal(await isWithheld('2 second minute', text!, elsewhere!, { path: 'a.test.ts' }), true);
  assert.equal(await isWithheld('2 second minute', text!, elsewhere!), false);
});

test('what stands in files of other languages does not count', async () => {
  for (const [other, withheld] of [
    ['b.py', true],
    ['b.md', true],
    ['b.jsx', false],
  ] as const)
    assert.equal(
      await isWithheld('1 open close', 'door.open(key, slowly);\n', 'door.close(key, slowly);\n', {
        others: [other],
      }),
      withheld,
    );
});

test('a word is not expected to be a mark, nor marks to part things differently', async () => {
  for (const [unit, text, elsewhere, withheld] of [
    ['1 headers }', 'const { status, headers', 'const { status, } = answer', true],
    ["1 [' '", "run(program, ['build'", "run(program, 'build'", true],
    ['1 || &&', 'const ready = opened || filled\n', 'const ready = opened && filled\n', false],
    ['1 read await', 'const text = read(file)\n', 'const text = await read(file)\n', false],
  ] as const)
    assert.equal(await isWithheld(unit, text, elsewhere), withheld, unit);
});

test('a place in another file counts if it shares two names of the line', async () => {
  const elsewhere = 'copy(tree, { deep: true });\n';
  assert.equal(await isWithheld('1 cause true', 'fail("no such file", { why: cause });\n', elsewhere), true);
  assert.equal(await isWithheld('1 cause true', 'copy(tree, { deep: cause });\n', elsewhere), false);
});

test('the second half of a pair is not expected to be the first, unless both are exchanged', async () => {
  const pair = 'if (config.crlf) { return Look.EndCRLF; } else { return Look.EndLF; }\n';
  assert.equal(await isWithheld('1 EndLF EndCRLF', pair, ''), true);
  const call = (first: string, second: string) => `const args = parse(${first}, ${second}, limit);\n`;
  const text = `function run(usage, argv) {\n  ${call('argv', 'usage')}}\n`;
  const elsewhere = `function run(usage, argv) {\n  ${call('usage', 'argv')}}\n`;
  assert.equal(await isWithheld('2 argv usage', text, elsewhere), false);
});
