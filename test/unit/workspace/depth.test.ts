/** Folders nested deeper than any person nests them cost no time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workspace } from '../../../server/workspace/workspace.ts';
import { TemporaryFolder } from './folder.ts';

for (const git of [true, false])
  test(`what lies behind 200 folders is left out and reported once, ${git ? 'with' : 'without'} git`, async () => {
    const at = (depth: number): string => `${'d/'.repeat(depth)}a.ts`;
    const depths = [0, 199, 200, 201, 900];
    using folder = new TemporaryFolder(Object.fromEntries(depths.map(depth => [at(depth), 'a'])));
    if (git) folder.git('init', '-q');
    const workspace = await Workspace.open([{ name: 'test', root: folder.root }], { maxFileSize: 1000 });
    for (const within of [undefined, [at(0), at(199), at(200), 'd']]) {
      const { files, skipped } = await workspace.discover(within);
      assert.deepEqual(new Set(files.map(({ path }) => path)), new Set([at(0), at(199)]));
      const detail = 'It lies behind 200 folders.';
      assert.deepEqual(skipped, [{ path: 'd/'.repeat(200), reason: 'excluded', detail }]);
    }
  });
