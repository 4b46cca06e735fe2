import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { importedDeclarations, importLinesOf } from '../../../server/relations/imported-declarations.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';

const files: Readonly<Record<string, string>> = {
  'src/store.ts': `import { Clock } from './clock.ts';

const hidden = 3;

/** Keeps items. */
export class Store {
  readonly #items = new Map<string, number>();

  put(name: string, count: number): void {
    this.#items.set(name, count + hidden);
  }
}

export function openStore(
  folder: string,
  clock: Clock,
): Store {
  return new Store();
}
`,
  'src/clock.ts': 'export interface Clock {\n  now(): number;\n}\n',
  'lib/berth.rb':
    '# A place for a boat.\nclass Berth\n  # Opens it.\n  def open(boat)\n    @boat = boat\n  end\nend\n',
  'lib/quay.rb': "require_relative 'berth'\n\nberth = Berth.new\n",
  'src/other.ts': 'export function unrelated(): void {}\n',
  'src/main.ts':
    "import { openStore } from './store.ts';\nimport { Clock } from './clock.ts';\n\nconst store = openStore('a', clock);\n",
};

async function toldTo(path: string, text: string) {
  const source = {
    name: 'a',
    files: () =>
      Object.entries(files).map(([file, own]) => ({ path: file, tokens: own.length, version: own })),
    textOf: (file: string) => files[file],
  };
  const facts = await new FactBook(await Grammars.open()).collect(source);
  return importedDeclarations(facts, path, text, source.textOf);
}

test('a document is told the signatures of what its imports declare, what it names first', async () => {
  const told = await toldTo('src/main.ts', files['src/main.ts']!);
  const store = told.find(({ path }) => path === 'src/store.ts')?.text ?? '';
  assert.deepEqual(told.map(({ path }) => path).sort(), ['src/clock.ts', 'src/store.ts']);
  assert.ok(store.includes('export class Store {'), store);
  assert.ok(
    store.includes('export function openStore(\n  folder: string,\n  clock: Clock,\n): Store {'),
    store,
  );
  assert.ok(!store.includes('hidden'), store);
  assert.ok(!store.includes('this.#items'), store);
});

test('a signature ends with its line where no bracket is open', async () => {
  assert.deepEqual(await toldTo('lib/quay.rb', files['lib/quay.rb']!), [
    { path: 'lib/berth.rb', text: 'class Berth\n  def open(boat)' },
  ]);
});

test('an import of which the text names nothing is not told', async () => {
  const told = await toldTo('src/main.ts', "import { openStore } from './store.ts';\n");
  assert.deepEqual(
    told.map(({ path }) => path),
    ['src/store.ts'],
  );
});

test('a file that refers to none is told nothing', async () => {
  assert.deepEqual(await toldTo('src/other.ts', files['src/other.ts']!), []);
});

for (const [language, file] of [
  ['Go', (of: string) => `package main\n\nimport (\n\t"fmt"\n\t"${of}"\n)\n\nfunc main() {\n\tstart()\n}\n`],
  [
    'TypeScript',
    (of: string) => `import {\n  one,\n} from './${of}';\n\nexport function main() {\n  start();\n}\n`,
  ],
  [
    'Rust',
    (of: string) => `use crate::{\n    ${of}::{One, Two},\n    three,\n};\n\nfn main() {\n    start();\n}\n`,
  ],
] as const) {
  test(`in ${language}, imports change with each line of their list, and not with the code`, () => {
    assert.notEqual(importLinesOf(file('store')), importLinesOf(file('clock')));
    assert.equal(importLinesOf(file('store')), importLinesOf(file('store').replace('start', 'begin')));
  });
}
