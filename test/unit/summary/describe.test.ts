import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionSentence } from '../../../server/analysis/comments.ts';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import { describe } from '../../../server/summary/describe.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';
import { languageOf } from '../../../server/workspace/language.ts';

const texts: Readonly<Record<string, string>> = {
  'README.md': '# Quay\n\nQuay keeps ships in order.\n',
  'src/berths.ts':
    '/** Which ship lies where. */\n\n/** A place to lie at. */\nexport interface Berth {\n  readonly depth: number;\n}\n\n/** Finds a berth that is deep enough. */\nexport function assignBerth(draught: number): Berth {\n  return { depth: draught + 1 };\n}\n',
  'src/main.ts':
    "/** Starts the quay. */\nimport { assignBerth } from './berths.ts';\n\nexport class Quay {\n  /** Lets a ship in. */\n  admitShip() {\n    return assignBerth(3);\n  }\n}\n",
  'src/odd [1]*.ts': "import { assignBerth } from './berths.ts';\nexport const odd = assignBerth(1);\n",
};
const source: SummarySource = {
  name: 'quay',
  files: () => Object.entries(texts).map(([path, text]) => ({ path, tokens: text.length, version: text })),
  textOf: path => texts[path],
};
const facts = await new FactBook(await Grammars.open()).collect(source);

function sectionsOf(options: Parameters<typeof describe>[2]): Record<string, string[]> {
  const { sections } = describe(source, facts, options);
  return Object.fromEntries(
    sections.map(({ title, statements }) => [
      title,
      statements.map(({ text, path, line }) => `${path}:${line} ${text}`),
    ]),
  );
}

test('describes a file, its definitions, uses and users, each with its place', () => {
  assert.deepEqual(sectionsOf({ path: 'src/berths.ts' }), {
    'What it is': ['src/berths.ts:1 Which ship lies where.'],
    Defines: [
      'src/berths.ts:3 interface Berth: A place to lie at.',
      'src/berths.ts:8 function assignBerth: Finds a berth that is deep enough.',
    ],
    'Used by': [
      'src/main.ts:2 src/main.ts: Starts the quay.',
      'src/odd [1]*.ts:1 src/odd [1]*.ts: const odd = assignBerth(1)',
    ],
  });
});

test('describes a selection’s container and names', () => {
  const sections = sectionsOf({ path: 'src/main.ts', lines: { first: 7, last: 7 } });
  assert.deepEqual(sections['Part of'], [
    'src/main.ts:1 Starts the quay.',
    'src/main.ts:4 class Quay',
    'src/main.ts:5 method Quay.admitShip: Lets a ship in.',
  ]);
  assert.deepEqual(sections['Uses'], [
    'src/berths.ts:8 function assignBerth: Finds a berth that is deep enough.',
  ]);
});

test('a folder and a repository have overview, start and parts', () => {
  assert.equal(describe(source, facts, { path: 'src/' }).title, 'src/');
  const { kind, markdown } = describe(source, facts);
  assert.equal(kind, 'repository');
  assert.ok(markdown.includes('- Quay keeps ships in order. — [README.md:3](README.md#L3)'), markdown);
  assert.throws(() => describe(source, facts, { path: 'no/where' }), /"no\/where"/);
});

test('Markdown shows repository text verbatim, and links survive odd names', () => {
  const { markdown } = describe(source, facts, { path: 'src/berths.ts' });
  assert.ok(markdown.includes('(src/odd%20%5B1%5D*.ts#L1)'), markdown);
  assert.ok(markdown.includes('src/odd \\[1\\]\\*.ts'), markdown);
});

test('looks up a symbol’s documentation and an import’s file, and nothing for plain words', () => {
  const text = texts['src/main.ts']!;
  const at = (line: number, column: number) => facts.symbols.at('src/main.ts', text, line, column);
  assert.equal(at(7, 15)?.text, 'Finds a berth that is deep enough.');
  assert.equal(at(7, 15)?.usedBy, 2);
  assert.deepEqual([at(2, 32)?.kind, at(2, 32)?.text], ['file', 'Which ship lies where.']);
  assert.equal(at(1, 8), undefined);
  assert.equal(at(99, 1), undefined);
});

test('finds the lines of a document worth a summary', () => {
  const { lines } = facts.symbols.linesOf('src/berths.ts');
  assert.deepEqual(
    lines.map(({ at, summary }) => [at, summary.name, summary.usedBy]),
    [
      [4, 'Berth', 0],
      [9, 'assignBerth', 2],
    ],
  );
});

const documented: readonly { path: string; text: string; line: number; says: string | undefined }[] = [
  { path: 'a.ts', text: '/** Opens it. */\n@sealed\nexport class Door {}\n', line: 3, says: '1 Opens it.' },
  { path: 'a.ts', text: 'const x = 1;\nexport class Door {}\n', line: 2, says: undefined },
  {
    path: 'a.rs',
    text: '/// Opens the door.\n#[inline]\nfn open() {}\n',
    line: 3,
    says: '1 Opens the door.',
  },
  {
    path: 'a.go',
    text: '// Open opens the door.\n// Twice.\nfunc Open() {}\n',
    line: 3,
    says: '1 Open opens the door.',
  },
  {
    path: 'a.py',
    text: 'def door(\n    wide: bool,\n) -> None:\n    """Opens the door.\n\n    More.\n    """\n',
    line: 1,
    says: '4 Opens the door.',
  },
];
for (const { path, text, line, says } of documented) {
  test(`what documents a definition: ${JSON.stringify(text)}`, () => {
    const found = definitionSentence(text.split('\n'), line, languageOf(path));
    assert.equal(found && `${found.line} ${found.text}`, says);
  });
}

test('a list that is cut says how many it leaves out', async () => {
  const users = Array.from({ length: 15 }, (_, at) => `src/ship${at}.ts`);
  const many: Record<string, string> = { 'src/berths.ts': texts['src/berths.ts']! };
  for (const user of users) many[user] = "import { assignBerth } from './berths.ts';\nassignBerth(1);\n";
  const repository: SummarySource = {
    name: 'quay',
    files: () => Object.entries(many).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: path => many[path],
  };
  const collected = await new FactBook(undefined).collect(repository);
  const { sections } = describe(repository, collected, { path: 'src/berths.ts' });
  const shown = sections.find(({ title }) => title === 'Used by')?.statements.map(({ text }) => text) ?? [];
  assert.equal(shown.length, 13);
  assert.equal(shown.at(-1), 'and 3 more');
});
