/** What a README and its manifests contribute to an overview: what the project is, and what can be run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { summarize } from '../../../server/summary/summarize.ts';

async function summaryOf(files: Readonly<Record<string, string>>) {
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  return summarize(source, await new FactBook(undefined).collect(source));
}

test('the project’s description comes first; mere references are dropped', async () => {
  const { overview } = await summaryOf({
    'README.md':
      '# Quay\n\nThis document is a quick start. You can find more at the site.\n\nSmall boats are welcome here. Quay is a harbour for small programs.\n\n## Use\n\nEvery berth has a number.\n\n## Thanks\n\nThe wind helped a lot.\n',
  });
  assert.deepEqual(
    overview.map(({ text, line }) => `${line} ${text}`),
    [
      '5 Quay is a harbour for small programs.',
      '5 Small boats are welcome here.',
      '9 Every berth has a number.',
    ],
  );
});

test('drops scripts the package manager runs itself, and lists first steps first', async () => {
  const { commands } = await summaryOf({
    'package.json': JSON.stringify({
      packageManager: 'pnpm@9.1.0',
      scripts: {
        prepare: 'husky',
        lint: 'x',
        pretest: 'x',
        test: 'x',
        'test:unit': 'x',
        build: 'x',
        docs: 'x',
        dev: 'x',
      },
    }),
  });
  assert.deepEqual(
    commands.map(({ name }) => name),
    ['dev', 'build', 'test', 'test:unit', 'lint', 'docs'].map(name => `pnpm run ${name}`),
  );
});

test('Cargo and Go need no scripts to build and test', async () => {
  const { commands } = await summaryOf({ 'Cargo.toml': '[package]\nname = "quay"\n' });
  assert.deepEqual(
    commands.map(({ name }) => name),
    ['cargo build', 'cargo test'],
  );
});
