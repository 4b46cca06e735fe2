import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOfEntry } from '../../../server/relations/sources.ts';

test('a built entry of a manifest leads to its source', () => {
  const known = new Set(['src/index.ts', 'src/cli/run.ts', 'packages/a/src/node/cli.ts', 'bin.js']);
  const cases: readonly [folder: string, entry: string, expected: string | undefined][] = [
    ['', './dist/index.js', 'src/index.ts'],
    ['', 'dist/cjs/cli/run.js', 'src/cli/run.ts'],
    ['', 'lib/esm/index.d.ts', 'src/index.ts'],
    ['packages/a', './dist/node/cli.js', 'packages/a/src/node/cli.ts'],
    ['', './bin.js', 'bin.js'],
    ['', 'dist/other.js', undefined],
  ];
  for (const [folder, entry, expected] of cases)
    assert.equal(sourceOfEntry(folder, entry, known), expected, `${folder} ${entry}`);
});
