import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Repository } from '../../../server/repository/repository.ts';
import { FakeTokenizer } from '../sequence/fake-tokenizer.ts';
import { TemporaryFolder } from '../workspace/folder.ts';
import { FakeMemory } from './fake-memory.ts';

describe('unsaved text', () => {
  it('is indexed instead of the file on disk, until reverted', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'const a = 1;\n', 'b.ts': 'const b = 1;\n' });
    const repository = await openAt(folder.root);
    await repository.edit('a.ts', 'const a = 2;\n');
    assert.equal(repository.textOf('a.ts'), 'const a = 2;\n');
    assert.equal(repository.textOf('b.ts'), 'const b = 1;\n');
    // The file on disk changes underneath, and the user's text stays.
    writeFileSync(path.join(folder.root, 'a.ts'), 'const a = 3;\n');
    await repository.update(['a.ts']);
    assert.equal(repository.textOf('a.ts'), 'const a = 2;\n');
    await repository.edit('a.ts', undefined);
    assert.equal(repository.textOf('a.ts'), 'const a = 3;\n');
    assert.equal(repository.ledger.staleFiles, 0);
  });

  it('does not index excluded files or secrets, and goes with its file', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'const a = 1;\n', 'b.bin': Buffer.from([0, 1]) });
    const repository = await openAt(folder.root);
    await repository.edit('b.bin', 'text after all\n');
    assert.deepEqual(repository.paths, ['a.ts']);
    await repository.edit('a.ts', `const token = 'ghp_${randomBytes(18).toString('hex')}';\n`);
    assert.equal(repository.textOf('a.ts'), 'const a = 1;\n');
    await repository.edit('a.ts', 'const a = 2;\n');
    rmSync(path.join(folder.root, 'a.ts'));
    await repository.update(['a.ts']);
    assert.deepEqual(repository.paths, []);
    writeFileSync(path.join(folder.root, 'a.ts'), 'const a = 3;\n');
    await repository.update(['a.ts']);
    assert.equal(repository.textOf('a.ts'), 'const a = 3;\n');
  });
});

describe('the version of a text', () => {
  it('differs whenever the text does, and is that of the disk again after closing', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'const a = 1;\n' });
    const repository = await openAt(folder.root);
    const versions = [repository.versionOf('a.ts')];
    for (const text of ['const a = 2;\n', 'const a = 3;\n', undefined, 'const a = 4;\n', undefined]) {
      await repository.edit('a.ts', text);
      versions.push(repository.versionOf('a.ts'));
    }
    assert.equal(new Set(versions).size, 4);
    assert.ok(versions[0] === versions[3] && versions[3] === versions[5] && versions[0] !== undefined);
    await repository.edit('new.ts', 'const b = 1;\n');
    assert.equal(repository.versionOf('new.ts'), undefined);
  });
});

describe('the text of a new file', () => {
  const files = {
    'a.ts': 'const a = 1;\n',
    'empty.ts': '',
    '.gitignore': '*.local.ts\n',
    'big/b.local.ts': 'x\n',
  };

  it('is indexed before saving, and removed if never saved', async () => {
    using folder = new TemporaryFolder(files);
    const repository = await openAt(folder.root);
    for (const name of ['new.ts', 'folder/new.ts', 'empty.ts']) {
      await repository.edit(name, 'not on disk yet\n');
      assert.equal(repository.textOf(name), 'not on disk yet\n');
      await repository.edit(name, 'still not\n');
      assert.equal(repository.textOf(name), 'still not\n');
      await repository.edit(name, undefined);
      assert.equal(repository.textOf(name), undefined);
    }
    await repository.edit('new.ts', 'as it will be\n');
    writeFileSync(path.join(folder.root, 'new.ts'), 'as it will be\n');
    await repository.update(['new.ts']);
    await repository.edit('new.ts', undefined);
    assert.equal(repository.textOf('new.ts'), 'as it will be\n');
  });

  it('is not indexed where the file would not be', async () => {
    using folder = new TemporaryFolder(files);
    const repository = await openAt(folder.root);
    for (const name of ['new.local.ts', 'big/b.local.ts', '.env', 'node_modules/x/index.ts'])
      await repository.edit(name, 'text\n');
    assert.deepEqual(
      repository.paths.filter(name => !['.gitignore', 'a.ts'].includes(name)),
      [],
    );
  });
});

async function openAt(root: string): Promise<Repository<FakeMemory>> {
  const repository = await Repository.open({
    folders: [{ name: 'test', root }],
    tokenizer: new FakeTokenizer(),
    memory: new FakeMemory(),
  });
  await repository.read();
  return repository;
}
