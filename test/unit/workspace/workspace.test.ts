import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { FolderError } from '../../../server/workspace/folders.ts';
import type { WorkspaceFolder } from '../../../server/workspace/source.ts';
import { type Discovery, Workspace, type WorkspaceOptions } from '../../../server/workspace/workspace.ts';
import { TemporaryFolder } from './folder.ts';

async function discover(
  folders: readonly WorkspaceFolder[] | string,
  options: Partial<WorkspaceOptions> = {},
): Promise<Discovery & { paths: string[]; left: Record<string, string> }> {
  const list = typeof folders === 'string' ? [{ name: 'test', root: folders }] : folders;
  const workspace = await Workspace.open(list, { maxFileSize: 1000, ...options });
  const found = await workspace.discover();
  return {
    ...found,
    paths: found.files.map(file => file.path).sort(),
    left: Object.fromEntries(found.skipped.map(entry => [entry.path, entry.reason])),
  };
}

/** All features of nested rules, with git's listing. */
const nested = {
  '.gitignore': '*.log\nbuild/\n/top.txt\ndoc/**/*.tmp\n!keep.log\n',
  'a.ts': 'a',
  'a.log': 'a',
  'keep.log': 'a',
  'top.txt': 'a',
  'build/out.ts': 'a',
  'lib/build/out.ts': 'a',
  'lib/.gitignore': '!build/\n!x.log\n/only.ts\n',
  'lib/x.log': 'a',
  'lib/y.log': 'a',
  'lib/only.ts': 'a',
  'lib/deep/only.ts': 'a',
  'lib/top.txt': 'a',
  'doc/one/two/x.tmp': 'a',
  'doc/one/two/x.txt': 'a',
  'with space/é and 日本.ts': 'a',
};

describe('discovery with git', () => {
  it('lists tracked files, and untracked ones that are not ignored', async () => {
    using folder = new TemporaryFolder({ ...nested, 'tracked.log': 'tracked all the same' });
    folder.git('init', '-q');
    folder.git('add', '-f', 'tracked.log', 'a.ts');
    const { paths, problems, skipped } = await discover(folder.root);
    assert.deepEqual(paths, [
      '.gitignore',
      'a.ts',
      'doc/one/two/x.txt',
      'keep.log',
      'lib/.gitignore',
      'lib/build/out.ts',
      'lib/deep/only.ts',
      'lib/top.txt',
      'lib/x.log',
      'tracked.log',
      'with space/é and 日本.ts',
    ]);
    assert.deepEqual([problems, skipped], [[], []]);
  });

  it('omits deleted tracked files, and lists a file in conflict once', async () => {
    using folder = new TemporaryFolder({ 'gone.ts': 'a', 'both.ts': 'base' });
    folder.git('init', '-q', '-b', 'main');
    folder.git('add', '.');
    folder.git('commit', '-qm', 'base');
    folder.git('checkout', '-qb', 'other');
    folder.write('both.ts', 'theirs');
    folder.git('commit', '-qam', 'theirs');
    folder.git('checkout', '-q', 'main');
    folder.write('both.ts', 'ours');
    folder.git('commit', '-qam', 'ours');
    assert.throws(() => folder.git('merge', '-q', 'other'));
    folder.remove('gone.ts');
    const { paths, skipped } = await discover(folder.root);
    assert.deepEqual([paths, skipped], [['both.ts'], []]);
  });

  it('lists a part of a repository, and a worktree of it', async () => {
    using folder = new TemporaryFolder({
      'main/part/a.ts': 'a',
      'main/b.ts': 'b',
      'main/.gitignore': 'part/no.ts',
    });
    execFileSync('git', ['init', '-q', folder.at('main')]);
    folder.write('main/part/no.ts', 'ignored from above');
    folder.git('-C', 'main', 'add', '.');
    folder.git('-C', 'main', 'commit', '-qm', 'base');
    folder.git('-C', 'main', 'worktree', 'add', '-q', '../tree');
    assert.deepEqual((await discover(folder.at('main/part'))).paths, ['a.ts']);
    assert.deepEqual((await discover(folder.at('tree'))).paths, ['.gitignore', 'b.ts', 'part/a.ts']);
  });

  it('enters submodules and nested repositories, and reports a submodule that is not checked out', async () => {
    using library = new TemporaryFolder({ 'lib.ts': 'a' });
    library.git('init', '-q');
    library.git('add', '.');
    library.git('commit', '-qm', 'library');
    using folder = new TemporaryFolder({
      'a.ts': 'a',
      'clone/b.ts': 'b',
      'clone/.gitignore': 'no.ts',
      'clone/no.ts': '',
    });
    folder.git('init', '-q');
    folder.git('init', '-q', 'clone');
    folder.git('submodule', '--quiet', 'add', library.root, 'sub');
    folder.git('submodule', '--quiet', 'add', library.root, 'empty');
    folder.git('submodule', '--quiet', 'deinit', '-f', 'empty');
    const { paths, left } = await discover(folder.root);
    assert.deepEqual(paths, ['.gitmodules', 'a.ts', 'clone/.gitignore', 'clone/b.ts', 'sub/lib.ts']);
    assert.deepEqual(left, { empty: 'submodule' });
  });

  it('reads an opened folder even if its parent repository ignores it', async () => {
    using folder = new TemporaryFolder({
      '.gitignore': 'out/',
      'out/a.ts': 'a',
      'out/.gitignore': 'b.ts',
      'out/b.ts': '',
    });
    folder.git('init', '-q');
    assert.deepEqual((await discover(folder.at('out'))).paths, ['.gitignore', 'a.ts']);
  });

  it('works without git if git fails, and says why', async () => {
    using folder = new TemporaryFolder(nested);
    mkdirSync(folder.at('.git'));
    const broken = await discover(folder.root);
    assert.match(broken.problems.join(), /found without git: git said: not a git repository/);
    assert.ok(broken.paths.includes('lib/x.log') && !broken.paths.includes('a.log'));

    folder.remove('.git');
    folder.git('init', '-q');
    const path = process.env['PATH'];
    process.env['PATH'] = folder.root;
    try {
      assert.match((await discover(folder.root)).problems.join(), /found without git: git is not installed/);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('works without git if it does not trust the folder', async t => {
    using folder = new TemporaryFolder({ 'a.ts': 'a', 'b.log': 'b', '.gitignore': '*.log' });
    folder.git('init', '-q');
    try {
      for (const at of ['', '.git']) chownSync(folder.at(at), 65534, 65534);
    } catch {
      return t.skip('only the superuser can give a folder to another user');
    }
    const { paths, problems } = await discover(folder.root);
    assert.deepEqual(paths, ['.gitignore', 'a.ts']);
    assert.match(problems.join(), /git does not trust it because it belongs to another user/);
  });

  it('lists names that are special to git or a shell', async () => {
    const names = [
      '-v',
      ':(top)a',
      '*.ts',
      'a[b].ts',
      'a b ',
      'line\nbreak.ts',
      '"quoted".ts',
      'tab\t.ts',
      'back\\slash.ts',
      '~',
      '#x',
    ];
    using folder = new TemporaryFolder(Object.fromEntries(names.map(name => [name, 'x'])));
    const expected = [...names].sort();
    const walked = await discover(folder.root);
    assert.deepEqual(walked.paths, expected);
    folder.git('init', '-q');
    assert.deepEqual((await discover(folder.root)).paths, expected);
    folder.git('add', '.');
    const workspace = await Workspace.open([{ name: 'test', root: folder.root }], { maxFileSize: 1000 });
    await workspace.discover();
    for (const name of names)
      assert.deepEqual(
        (await workspace.discover([name])).files.map(file => file.path),
        [name],
      );
  });

  it('runs no program set by the repository', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'a' });
    folder.git('init', '-q');
    folder.git('config', 'core.fsmonitor', `touch ${folder.at('was-run')} #`);
    assert.deepEqual((await discover(folder.root)).paths, ['a.ts']);
  });
});

describe('discovery without git', () => {
  it('follows nested .gitignore files as git does', async () => {
    using folder = new TemporaryFolder(nested);
    const walked = await discover(folder.root);
    folder.git('init', '-q');
    const listed = await discover(folder.root);
    assert.deepEqual(walked.paths, listed.paths);
    assert.deepEqual(walked.problems, []);
  });

  it('uses git for nested repositories', async () => {
    using folder = new TemporaryFolder({ 'one/a.ts': 'a', 'one/no.ts': 'a', 'two/b.ts': 'b' });
    folder.git('init', '-q', 'one');
    folder.write('one/.git/info/exclude', 'no.ts\n');
    assert.deepEqual((await discover(folder.root)).paths, ['one/a.ts', 'two/b.ts']);
  });

  it('skips folders of installed and cached files, and reports them', async () => {
    using folder = new TemporaryFolder({
      'a.ts': 'a',
      'lib/node_modules/x/index.js': 'x',
      'target/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55',
      'target/debug/x.rs': 'x',
      'env/pyvenv.cfg': 'home = /usr',
      'env/lib/x.py': 'x',
      '.svn/entries': '1',
    });
    const { paths, left } = await discover(folder.root);
    assert.deepEqual(paths, ['a.ts']);
    assert.deepEqual(left, { 'lib/node_modules/': 'excluded', 'target/': 'excluded', 'env/': 'excluded' });
  });
});

for (const git of [true, false]) {
  describe(`discovery ${git ? 'with' : 'without'} git`, () => {
    it('applies excludes and re-includes of .longsightignore and the setting', async () => {
      using folder = new TemporaryFolder({
        '.longsightignore': 'data/\n!node_modules/\n!gen.ts\n!key.pem\n',
        'key.pem': 'no one brings a secret back',
        'a.ts': 'a',
        'data/x.ts': 'x',
        'lib/.longsightignore': '/no.ts\n',
        'lib/no.ts': 'n',
        'lib/sub/no.ts': 'n',
        'gen.ts': 'g',
        'old/x.old': 'o',
        'node_modules/n.js': 'n',
      });
      if (git) folder.git('init', '-q');
      const { paths, left, files } = await discover(folder.root, { exclude: ['*.old'] });
      assert.deepEqual(paths, [
        '.longsightignore',
        'a.ts',
        'gen.ts',
        'lib/.longsightignore',
        'lib/sub/no.ts',
        'node_modules/n.js',
      ]);
      assert.deepEqual(left, {
        'data/': 'excluded',
        'key.pem': 'secret',
        'lib/no.ts': 'excluded',
        'old/x.old': 'excluded',
      });
      const wanted = files.filter(file => file.wanted).map(file => file.path);
      assert.deepEqual(wanted.sort(), ['gen.ts', 'node_modules/n.js']);
    });

    it('excludes by size, name and kind, each with a reason', async () => {
      using folder = new TemporaryFolder({
        '.env': 'A=1',
        '.env.example': 'A=',
        'big.ts': 'x'.repeat(1001),
        'empty.ts': '',
        'fits.ts': 'x'.repeat(1000),
        'key.pem': 'x',
        'lib.min.js': 'x',
        'package-lock.json': '{}',
        'api.ts': 'x',
        'kept.pb.go': 'x',
        '.gitattributes':
          'api.ts linguist-generated\nkept* -linguist-generated=true\n"a b.ts" text linguist-generated=true\n',
        'a b.ts': 'x',
      });
      truncateSync(folder.at('big.ts'), 2 ** 31);
      symlinkSync('fits.ts', folder.at('link.ts'));
      symlinkSync('..', folder.at('loop'));
      using _socket = await socketAt(folder.at('socket'));
      if (git) folder.git('init', '-q');
      const { paths, left } = await discover(folder.root);
      assert.deepEqual(paths, ['.env.example', '.gitattributes', 'fits.ts']);
      assert.deepEqual(left, {
        '.env': 'secret',
        'a b.ts': 'generated',
        'api.ts': 'generated',
        'big.ts': 'oversized',
        'empty.ts': 'empty',
        'kept.pb.go': 'generated',
        'key.pem': 'secret',
        'lib.min.js': 'minified',
        'link.ts': 'symlink',
        loop: 'symlink',
        'package-lock.json': 'generated',
        // git does not list sockets.
        ...(!git && { socket: 'unreadable' }),
      });
    });

    it('rescans parts only', async () => {
      using folder = new TemporaryFolder({
        '.gitignore': 'no/\n*.log\n',
        'a.ts': 'a',
        'lib/b.ts': 'b',
        'lib/c.ts': 'c',
        'no/d.ts': 'd',
      });
      if (git) folder.git('init', '-q');
      symlinkSync('lib', folder.at('link'));
      const workspace = await Workspace.open([{ name: 'test', root: folder.root }], { maxFileSize: 1000 });
      await workspace.discover();
      const parts: [string[], string[]][] = [
        [['lib'], ['lib/b.ts', 'lib/c.ts']],
        [
          ['lib/b.ts', 'a.ts'],
          ['a.ts', 'lib/b.ts'],
        ],
        [['no/d.ts'], []],
        [['no'], []],
        [['gone.ts', 'gone/deep.ts'], []],
        [['link/b.ts'], []],
        [['a.log'], []],
        [[], []],
        [[''], ['.gitignore', 'a.ts', 'lib/b.ts', 'lib/c.ts']],
      ];
      folder.write('a.log', 'a');
      for (const [within, expected] of parts) {
        const { files, problems } = await workspace.discover(within);
        assert.deepEqual(files.map(file => file.path).sort(), expected, within.join());
        assert.deepEqual(problems, []);
      }
    });
  });
}

describe('a workspace of several folders', () => {
  it('gives each file one path, even for nested folders', async () => {
    using folder = new TemporaryFolder({ 'a/x.ts': 'x', 'a/inner/y.ts': 'y', 'b/z.ts': 'z' });
    symlinkSync('b', folder.at('c'));
    const workspace = await Workspace.open(
      [
        { name: 'a', root: folder.at('a') },
        { name: 'in/ner', root: folder.at('a/inner') },
        { name: 'a', root: folder.at('c') },
        { name: 'again', root: folder.at('b') },
        { name: 'missing', root: folder.at('missing') },
      ],
      { maxFileSize: 1000 },
    );
    const { files } = await workspace.discover();
    assert.deepEqual(files.map(file => file.path).sort(), ['a/x.ts', 'a~2/z.ts', 'in_ner/y.ts']);
    for (const file of files) {
      assert.equal(workspace.absoluteOf(file.path), file.absolute);
      assert.equal(workspace.pathOf(file.absolute), file.path);
    }
    assert.equal(workspace.pathOf(folder.at('c/z.ts')), 'a~2/z.ts');
    assert.equal(workspace.pathOf(folder.at('elsewhere.ts')), undefined);
    assert.deepEqual(
      workspace.failures.map(failure => failure.kind),
      ['missing'],
    );
  });

  it('explains why a folder cannot be opened', async () => {
    using folder = new TemporaryFolder({ 'file.ts': 'x' });
    symlinkSync('nowhere', folder.at('dangling'));
    const expected: [string, FolderError['kind'], RegExp][] = [
      ['file.ts', 'file', /is a file/],
      ['missing', 'missing', /does not exist/],
      ['dangling', 'missing', /symbolic link to something that does not exist/],
      ['file.ts/x', 'missing', /does not exist/],
    ];
    for (const [name, kind, message] of expected) {
      const { failures } = await Workspace.open([{ name, root: folder.at(name) }], { maxFileSize: 1000 });
      assert.ok(failures[0] instanceof FolderError);
      assert.equal(failures[0].kind, kind);
      assert.match(failures[0].message, message);
    }
  });
});

/** Neither a file nor a folder, and must not be opened. */
async function socketAt(absolute: string): Promise<Disposable> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(absolute, resolve));
  return { [Symbol.dispose]: () => void server.close() };
}
