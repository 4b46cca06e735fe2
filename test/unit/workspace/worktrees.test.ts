import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Workspace } from '../../../server/workspace/workspace.ts';
import { TemporaryFolder } from './folder.ts';

interface Found {
  readonly paths: string[];
  readonly left: Record<string, string>;
  readonly problems: readonly string[];
  readonly workspace: Workspace;
}

async function discover(root: string): Promise<Found> {
  const workspace = await Workspace.open([{ name: 'test', root }], { maxFileSize: 10_000 });
  const { files, skipped, problems } = await workspace.discover();
  return {
    paths: files.map(file => file.path).sort(),
    left: Object.fromEntries(skipped.map(entry => [entry.path, entry.reason])),
    problems,
    workspace,
  };
}

function repository(files: Record<string, string>, at = ''): TemporaryFolder {
  const folder = new TemporaryFolder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [at + name, text])),
  );
  const inside = at === '' ? [] : ['-C', at];
  folder.git(...inside, 'init', '-q', '-b', 'main');
  folder.git(...inside, 'add', '.');
  folder.git(...inside, 'commit', '-qm', 'first');
  return folder;
}

function configWith(worktree: string): string {
  return `[core]\n\trepositoryformatversion = 0\n\tworktree = ${worktree}\n`;
}

describe('working trees of one repository', () => {
  it('inside it are read once', async () => {
    using folder = repository({ 'a.ts': 'a' });
    folder.git('worktree', 'add', '-q', '.worktrees/f');
    const { paths, left, workspace } = await discover(folder.root);
    assert.deepEqual(paths, ['a.ts']);
    assert.deepEqual(left, { '.worktrees/f/': 'excluded' });
    // Nor are they when a file in one changes.
    const again = await workspace.discover(['.worktrees/f/a.ts']);
    assert.deepEqual(again.files, []);
  });

  it('are read once beside it, and again on request', async () => {
    using folder = repository({ 'a.ts': 'a' }, 'main/');
    folder.git('-C', 'main', 'worktree', 'add', '-q', '../a-tree');
    const once = await discover(folder.root);
    assert.deepEqual(once.paths, ['main/a.ts']);
    assert.deepEqual(once.left, { 'a-tree/': 'excluded' });
    assert.deepEqual((await once.workspace.discover(['a-tree/a.ts'])).files, []);
    folder.write('.longsightignore', '!a-tree/\n');
    assert.deepEqual((await discover(folder.root)).paths, ['.longsightignore', 'a-tree/a.ts', 'main/a.ts']);
  });

  it('is read when it is opened on its own', async () => {
    using folder = repository({ 'a.ts': 'a' });
    folder.git('worktree', 'add', '-q', '.worktrees/f');
    assert.deepEqual((await discover(folder.at('.worktrees/f'))).paths, ['a.ts']);
  });

  it('beside bare data are read once, from the main branch, and the data never', async () => {
    using source = repository({ 'a.ts': 'a' });
    using folder = new TemporaryFolder({ 'notes.md': 'mine' });
    folder.git('clone', '-q', '--bare', source.root, '.bare');
    folder.write('.git', 'gitdir: ./.bare\n');
    folder.git('worktree', 'add', '-q', '-b', 'feature', 'feature');
    folder.git('worktree', 'add', '-q', 'main', 'main');
    const { paths, left, problems } = await discover(folder.root);
    assert.deepEqual(paths, ['main/a.ts', 'notes.md']);
    assert.deepEqual(left, { 'feature/': 'excluded' });
    assert.deepEqual(problems, []);
  });

  it('data of a bare repository of any name is not read', async () => {
    using source = repository({ 'a.ts': 'a' });
    using folder = new TemporaryFolder({ 'b.ts': 'b', 'refs/x.ts': 'no repository' });
    folder.git('clone', '-q', '--bare', source.root, 'backup/mirror');
    assert.deepEqual((await discover(folder.root)).paths, ['b.ts', 'refs/x.ts']);
  });
});

describe('a folder that the repository around it ignores', () => {
  it('is read whole, although one of its files was added', async () => {
    using home = new TemporaryFolder({
      '.gitignore': '*\n',
      'work/a.ts': 'a',
      'work/b.ts': 'b',
      'work/c.log': 'c',
      'work/.gitignore': '*.log\n',
    });
    home.git('init', '-q');
    home.git('add', '-f', 'work/a.ts');
    assert.deepEqual((await discover(home.at('work'))).paths, ['.gitignore', 'a.ts', 'b.ts']);
  });

  it('named by core.worktree elsewhere is not listed in its place', async () => {
    using other = new TemporaryFolder({ 'secret.ts': 'x' });
    using folder = repository({ 'src/a.ts': 'a' });
    folder.write('new.ts', 'n');
    for (const tree of [other.root, '../src', '../../nowhere', `"${other.root}"`]) {
      folder.write('.git/config', configWith(tree));
      const { paths, problems } = await discover(folder.root);
      assert.deepEqual(paths, ['new.ts', 'src/a.ts'], tree);
      assert.match(problems.join('\n'), /core\.worktree|cannot chdir/, tree);
    }
  });

  it('named by core.worktree in a file of its own, however it is spelled, is not listed either', async () => {
    using other = new TemporaryFolder({ 'secret.ts': 'x' });
    using folder = repository({ 'a.ts': 'a' });
    folder.write('new.ts', 'n');
    const plain = readFileSync(folder.at('.git/config'), 'utf8');
    const settings = [
      { config: `${plain}[core]\n${' '.repeat(60)}worktree = ${other.root}\n` },
      {
        config: `${plain}[extensions]\n\tworktreeConfig = true\n`,
        own: `[core]\n\tworktree = ${other.root}\n`,
      },
    ];
    for (const { config, own } of settings) {
      folder.write('.git/config', config);
      if (own !== undefined) folder.write('.git/config.worktree', own);
      const { paths, problems } = await discover(folder.root);
      assert.deepEqual(paths, ['a.ts', 'new.ts'], config);
      assert.match(problems.join('\n'), /core\.worktree/, config);
    }
  });

  it('named by core.worktree here or above is listed by git', async () => {
    using folder = repository({ 'a.ts': 'a', '.gitignore': 'b.ts\n' });
    folder.write('b.ts', 'b');
    for (const tree of ['..', folder.root]) {
      folder.write('.git/config', configWith(tree));
      const { paths, problems } = await discover(folder.root);
      assert.deepEqual(paths, ['.gitignore', 'a.ts'], tree);
      assert.deepEqual(problems, []);
    }
  });
});
