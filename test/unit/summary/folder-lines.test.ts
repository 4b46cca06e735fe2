import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import type { Part } from '../../../server/protocol/requests.ts';
import { folderLines } from '../../../server/summary/folder-lines.ts';
import { summarize } from '../../../server/summary/summarize.ts';

const texts: Readonly<Record<string, string>> = {
  'lib/money/price.ts':
    'const vat = 19;\nexport function priceWithTax(cents: number) {\n  return cents + vat;\n}\nexport function roundToCents(value: number) {\n  return value;\n}\n',
  'lib/money/coin.ts': 'export const penny = 1;\nexport const shilling = 12;\n',
  'lib/shapes/circle.ts':
    "import { Shape } from './shape.ts';\nexport class Circle extends Shape {\n  area() {}\n}\n",
  'lib/shapes/square.ts':
    "import { Shape } from './shape.ts';\nexport class Square extends Shape {\n  area() {}\n}\n",
  'lib/shapes/star.ts':
    "import { Shape } from './shape.ts';\nexport class Star extends Shape {\n  points() {}\n}\n",
  'lib/shapes/shape.ts': 'export abstract class Shape {}\n',
  'lib/alone/deep/one.ts': 'export const one = 1;\n',
  'shop/cart.ts':
    "import { priceWithTax, roundToCents } from '../lib/money/price.ts';\nexport const cartTotal = () => roundToCents(priceWithTax(3));\n",
  'shop/till.ts': "/** Takes the money. */\nimport { cartTotal } from './cart.ts';\ncartTotal();\n",
  // Shares a name by chance, and imports nothing.
  'far/away.ts': 'export const priceWithTax = 1;\nconst vat = cartTotal;\n',
  'test/price.test.ts': "import { priceWithTax } from '../lib/money/price.ts';\npriceWithTax(1);\n",
};
const source: SummarySource = {
  name: 'shop',
  files: () => Object.entries(texts).map(([path, text]) => ({ path, tokens: text.length, version: text })),
  textOf: path => texts[path],
};

function statements(parts: readonly Part[]): Record<string, string | undefined> {
  return Object.assign(
    {},
    ...parts.map(({ path, statement, children }) => ({
      [path]: statement && `${statement.path}:${statement.line} ${statement.text}`,
      ...statements(children),
    })),
  ) as Record<string, string | undefined>;
}

test('files and folders without a sentence list names and users; those with one keep it', async () => {
  const facts = await new FactBook(undefined).collect(source);
  const said = statements(summarize(source, facts).parts);
  assert.equal(
    said['lib/money/price.ts'],
    'lib/money/price.ts:2 Exports priceWithTax, roundToCents; used by shop/cart.ts',
  );
  // A mere name with a single user.
  assert.equal(said['shop/cart.ts'], undefined);
  assert.match(
    said['lib/money']!,
    /^lib\/money\/price\.ts:[25] Exports (priceWithTax, roundToCents|roundToCents, priceWithTax), penny, shilling; used by shop$/,
  );
  assert.equal(said['lib/shapes'], 'lib/shapes/circle.ts:2 3 files extend Shape directly');
  // A declaration shared by three files describes only their folder.
  assert.equal(said['lib/shapes/star.ts'], undefined);
  // Folders without code of their own, or with one file, add nothing to what is said below.
  assert.equal(said['lib'], undefined);
  assert.equal(said['lib/alone/deep'], undefined);
  assert.equal(said['shop/till.ts'], 'shop/till.ts:1 Takes the money.');
  assert.equal(said['test'], undefined);
});

test('files in the top folder are users; users alone do not describe a folder', async () => {
  const files: Readonly<Record<string, string>> = {
    'lib/rope/hemp.ts':
      'export function twist() {\n  return 1;\n}\nexport function splice() {\n  return 2;\n}\n',
    'lib/rope/wire.ts': 'export function braid() {\n  return 3;\n}\n',
    'lib/knot/bowline.ts': 'export const bowline = 1;\n',
    'lib/knot/hitch.ts': 'export const hitch = 2;\n',
    'main.ts':
      "import { splice, twist } from './lib/rope/hemp.ts';\nimport { bowline } from './lib/knot/bowline.ts';\nsplice(twist(bowline));\n",
  };
  const facts = await new FactBook(undefined).collect({
    name: 'ropes',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: path => files[path],
  });
  const lines = folderLines(facts.ranked, facts.files);
  assert.match(
    lines.get('lib/rope')?.text ?? '',
    /^Exports (?:twist, splice|splice, twist), braid; used by the top folder$/,
  );
  assert.equal(lines.get('lib/knot'), undefined);
});

test('what a folder exports includes names that its files have', async () => {
  const files: Readonly<Record<string, string>> = {
    'lib/rope/twist.ts':
      'export function twist() {\n  return 1;\n}\nexport function splice() {\n  return 2;\n}\n',
    'lib/rope/wire.ts': 'export function braid() {\n  return 3;\n}\n',
    'main.ts':
      "import { splice, twist } from './lib/rope/twist.ts';\nimport { braid } from './lib/rope/wire.ts';\nsplice(twist(braid));\n",
  };
  const facts = await new FactBook(undefined).collect({
    name: 'ropes',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: path => files[path],
  });
  const said = folderLines(facts.ranked, facts.files).get('lib/rope')?.text ?? '';
  for (const name of ['twist', 'splice', 'braid']) assert.match(said, new RegExp(`^Exports .*\\b${name}\\b`));
});
