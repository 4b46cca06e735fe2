/** Facts from documents in common forms: about paths, conventions and commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, formOf } from '../../../server/documents/blocks.ts';
import { conventionsIn } from '../../../server/documents/conventions.ts';
import { commandsInBlocks } from '../../../server/documents/document-commands.ts';
import { described } from '../../../server/documents/front-matter.ts';
import { KnownPaths } from '../../../server/documents/known-paths.ts';
import { pathStatements } from '../../../server/documents/path-statements.ts';
import { sentencesOfBlocks } from '../../../server/documents/prose.ts';

const firsts: readonly (readonly [path: string, text: string, says: string, line: number])[] = [
  [
    'README.md',
    '---\ntitle: Quay\n---\n\n# Quay\n\nQuay keeps ships in order.\n',
    'Quay keeps ships in order.',
    7,
  ],
  [
    'README.md',
    '<h1 align="center">Quay</h1>\n<p align="center">\n  Quay keeps ships in order.\n</p>\n',
    'Quay keeps ships in order.',
    3,
  ],
  ['README.md', '# Quay\n\n> Quay keeps ships in order.\n', 'Quay keeps ships in order.', 3],
  ['README.md', 'Quay keeps:\n\n- ships\n- tides\n', 'Quay keeps: ships; tides', 1],
  ['README.md', 'Find it at <https://example.org/quay>.\n', 'Find it at https://example.org/quay.', 1],
  ['README.md', '[Quay](https://example.org/a_(b)) keeps ships in order.\n', 'Quay keeps ships in order.', 1],
  [
    'README.rst',
    'Quay\n====\n\n.. note::\n\n   Not this one here.\n\nQuay keeps :class:`Ship` in order.\n',
    'Quay keeps Ship in order.',
    8,
  ],
  [
    'README.adoc',
    '= Quay\n:toc:\n\n// not this one\nhttps://example.org[Quay] keeps ships in order.\n',
    'Quay keeps ships in order.',
    5,
  ],
  [
    'README.org',
    '#+TITLE: Quay\n\n* Quay\n\n[[https://example.org][Quay]] keeps /ships/ in order.\n',
    'Quay keeps ships in order.',
    5,
  ],
  [
    'README.md',
    '# Quay\n\n[![Build\nstatus](https://example.org/b.svg?a=b)](https://example.org)\n[![More](https://example.org/c.svg)](https://example.org)\n[![Even](https://example.org/d.svg)]\n(https://example.org/x)\n\nQuay keeps\n[ships\nin order](https://example.org) always.\n',
    'Quay keeps ships in order always.',
    9,
  ],
  [
    'README.md',
    '<img\n  alt="Quay"\n  src="https://example.org/a.png"\n/>\n\nQuay keeps ships in order.\n',
    'Quay keeps ships in order.',
    6,
  ],
  ['README.md', '# 码头\n\n码头管理系统负责安排船只。它很小。\n', '码头管理系统负责安排船只。', 3],
  ['README.md', '# 埠頭\n\n船の順番を管理するツールです。\n', '船の順番を管理するツールです。', 3],
  [
    'README.md',
    '# 부두\n\n부두는 배를 정리하는 도구입니다. 작습니다.\n',
    '부두는 배를 정리하는 도구입니다.',
    3,
  ],
  [
    'README.md',
    '# Причал\n\nПричал хранит корабли по порядку. Он мал.\n',
    'Причал хранит корабли по порядку.',
    3,
  ],
];
for (const [path, text, says, line] of firsts)
  test(`${path} ${JSON.stringify(text.slice(0, 24))} begins with its first sentence`, () => {
    const [first] = sentencesOfBlocks(blocksOf(path, text), formOf(path));
    assert.deepEqual([first?.text, first?.line], [says, line]);
  });

const known = new KnownPaths([
  'src/berths.ts',
  'src/tides/rise.ts',
  'core/data/Store.kt',
  'docs/a.md',
  'README.md',
]);
const statements: readonly (readonly [text: string, ...says: string[]])[] = [
  ['- `src/berths.ts`: assigns berths to ships.\n', 'src/berths.ts 1 assigns berths to ships.'],
  ['- **[src/tides](src/tides/)** – knows the tides.\n', 'src/tides 1 knows the tides.'],
  [
    '- `src/berths.ts` and `src/tides/`: what is planned.\n',
    'src/berths.ts 1 what is planned.',
    'src/tides 1 what is planned.',
  ],
  ['| Folder | For |\n| --- | --- |\n| `src/tides` | knows the tides |\n', 'src/tides 3 knows the tides'],
  [
    '<tr><td><code>core:data</code></td><td>Keeps what was read.</td></tr>\n',
    'core/data 1 Keeps what was read.',
  ],
  ['## `src/tides`\n\nKnows the tides. More.\n', 'src/tides 3 Knows the tides.'],
  [
    '```\nsrc/\n├── berths.ts   # assigns berths\n└── tides/      # knows the tides\n```\n',
    'src/berths.ts 3 assigns berths',
    'src/tides 4 knows the tides',
  ],
  ['The tides live in the `src/tides` folder.\n', 'src/tides 1 The tides live in the src/tides folder.'],
  ['- `src/gone.ts`: is not there.\n- `src/berths.ts`\n- Look at `src/berths.ts`: it is short.\n'],
];
for (const [text, ...says] of statements)
  test(`what ${JSON.stringify(text.slice(0, 40))} says of paths`, () => {
    const found = pathStatements('README.md', blocksOf('README.md', text), known);
    assert.deepEqual(
      found.map(({ subject, line, text: said }) => `${subject} ${line} ${said}`),
      says,
    );
  });

test('conventions come from their headings, up to the next one', () => {
  const blocks = blocksOf(
    'AGENTS.md',
    '# Quay\n\nA quay is here.\n\n## Conventions\n\n- Never moor twice.\n- Ropes go left.\n\n## Other\n\n- Not this one.\n',
  );
  assert.deepEqual(
    conventionsIn('AGENTS.md', blocks).map(({ text, line }) => `${line} ${text}`),
    ['7 Never moor twice.', '8 Ropes go left.'],
  );
});

test('commands come from blocks of shell and from items, without prompts; other code has none', () => {
  const text =
    '## Test\n\n```sh\n$ npm test  # all\nls\n```\n\n```ts\nnpm.run();\n```\n\n- Run one test: `npm test -- a.test.ts`\n';
  assert.deepEqual(
    commandsInBlocks(blocksOf('README.md', text)).map(({ command, line, heading }) => [
      command,
      line,
      heading,
    ]),
    [
      ['npm test', 4, 'Test'],
      ['npm test -- a.test.ts', 12, 'Run one test:'],
    ],
  );
});

const matters: readonly (readonly [text: string, says: string, line: number])[] = [
  ['---\ntitle: Quay\ndescription: "Keeps ships in order."\n---\n\n# Quay\n', 'Keeps ships in order.', 3],
  ['---\ndescription: >-\n  Keeps ships\n  in order.\ntitle: Quay\n---\n', 'Keeps ships in order.', 3],
  ["+++\ndescription = 'Keeps ships in order.'\n+++\n", 'Keeps ships in order.', 2],
];

for (const [text, says, line] of matters)
  test(`front matter describes: ${says} (line ${line})`, () =>
    assert.deepEqual(described(text), { text: says, line }));

test('a document without front matter has no description in it', () =>
  assert.equal(described('# Quay\n\ndescription: none of it\n'), undefined));
