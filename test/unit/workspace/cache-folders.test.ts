import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Workspace } from '../../../server/workspace/workspace.ts';
import { TemporaryFolder } from './folder.ts';

for (const git of [true, false])
  describe(`a cache in a repository, listed ${git ? 'with' : 'without'} git`, () => {
    it('is skipped by the shape of its paths, beside the files of its folder', async () => {
      const hash = '0123456789abcdef'.repeat(4);
      using folder = new TemporaryFolder({
        'a.ts': 'a',
        'kept/a.ts': 'a',
        [`kept/index-v5/ab/cd/${hash.slice(4)}`]: 'f00\t{"key":"x"}',
        [`kept/content-v2/sha256/ab/cd/${hash.slice(4)}`]: 'text',
        'content-v2/sha256/readme.md': 'r',
        'index-v5/ab/cd/short.ts': 's',
      });
      if (git) folder.git('init', '-q');
      const workspace = await Workspace.open([{ name: 'test', root: folder.root }], { maxFileSize: 1000 });
      const { files, skipped } = await workspace.discover();
      assert.deepEqual(files.map(file => file.path).sort(), [
        'a.ts',
        'content-v2/sha256/readme.md',
        'index-v5/ab/cd/short.ts',
        'kept/a.ts',
      ]);
      const left = Object.fromEntries(skipped.map(entry => [entry.path, entry.reason]));
      assert.deepEqual(left, { 'kept/content-v2/': 'excluded', 'kept/index-v5/': 'excluded' });
    });
  });
