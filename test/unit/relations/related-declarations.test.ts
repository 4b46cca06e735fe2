import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { importLinesOf } from '../../../server/relations/import-lines.ts';
import { relatedDeclarations } from '../../../server/relations/related-declarations.ts';
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
    '# A place for a boat.\nclass Berth\n  # Opens it.\n  #\n  def open(boat)\n    @boat = boat\n  end\nend\n',
  'lib/quay.rb': "require_relative 'berth'\n\nberth = Berth.new\n",
  'src/other.ts': 'export function unrelated(): void {}\n',
  'places/tide-places.ts': `import type { Gauge } from './gauge.ts';

/** Where tides are read. */
export class TidePlaces {
  // By name.
  readonly #gauges = new Map<string, Gauge>();
  readonly #heights = [
    'low',
  ];

  add(gauge: Gauge): void {
    this.#gauges.set(gauge.name, gauge);
  }
}
`,
  'places/gauge.ts': 'export interface Gauge {\n  readonly name: string;\n  readonly metres: number;\n}\n',
  'places/lamps.py':
    'class Lamp:\n    """A lamp\n    of the pier: it has a colour.\n    """\n\n    #: Its colour.\n    colour: str\n\n    def light(self) -> None:\n        pass\n',
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
  const book = new FactBook(await Grammars.open());
  const facts = await book.collect(source);
  return relatedDeclarations(facts, book.graphFile(path, text), text, source.textOf);
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

test('a file that is not indexed is told what its text refers to and what the file most like it declares', async () => {
  const text = "import type { Gauge } from './gauge.ts';\n\nconst gauge: Gauge =";
  assert.deepEqual(await toldTo('places/lock-places.ts', text), [
    {
      path: 'places/gauge.ts',
      text: 'export interface Gauge {\n  readonly name: string;\n  readonly metres: number;\n}',
    },
    {
      path: 'places/tide-places.ts',
      text: 'export class TidePlaces {\n  readonly #gauges = new Map<string, Gauge>();\n  add(gauge: Gauge): void {',
    },
  ]);
});

test('a long text is told nothing of files like it', async () => {
  const text = "import type { Gauge } from './gauge.ts';\n\nconst gauge: Gauge =";
  const told = await toldTo('places/lock-places.ts', `${text}${'\n'.repeat(60)}`);
  assert.deepEqual(
    told.map(({ path }) => path),
    ['places/gauge.ts'],
  );
});

test('of a class, the fields are told and not its docstring', async () => {
  assert.deepEqual(await toldTo('places/new_lamps.py', 'lamp ='), [
    { path: 'places/lamps.py', text: 'class Lamp:\n    colour: str\n    def light(self) -> None:' },
  ]);
});

test('a file in the same folder alone is not like another', async () => {
  assert.deepEqual(await toldTo('places/harbour.py', 'harbour ='), []);
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
