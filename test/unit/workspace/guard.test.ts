import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { AdaptiveFiles, type FileAccess } from '../../../server/workspace/file-access.ts';
import { findGit, git, listWithGit } from '../../../server/workspace/git.ts';
import { readRules } from '../../../server/workspace/guard.ts';
import { FileReader } from '../../../server/workspace/read.ts';
import type { SourceFile } from '../../../server/workspace/source.ts';
import { Workspace } from '../../../server/workspace/workspace.ts';
import { TemporaryFolder } from './folder.ts';

const posix = { skip: process.platform === 'win32' };

function fileAt(absolute: string): SourceFile {
  return { path: 'x', absolute, bytes: 0, modified: 0, changed: 0, wanted: false };
}

async function paths(root: string, gitPatience = 20_000): Promise<{ paths: string[]; problems: string }> {
  const workspace = await Workspace.open([{ name: 'test', root }], { maxFileSize: 1000, gitPatience });
  const { files, problems } = await workspace.discover();
  return { paths: files.map(file => file.path).sort(), problems: problems.join('\n') };
}

const ruleNames = ['.gitignore', '.gitattributes', '.longsightignore', 'sub/.gitignore', '.git/info/exclude'];

describe('files of rules', posix, () => {
  for (const name of ruleNames) {
    for (const kind of ['link to a device', 'link to a file', 'pipe', 'folder', 'huge'] as const) {
      it(`${name} as a ${kind} is not read, and everything else is`, async () => {
        using outside = new TemporaryFolder({ rules: 'a.ts\n' });
        using folder = new TemporaryFolder({ 'a.ts': 'a', 'sub/b.ts': 'b', '.git/info/x': '' });
        if (kind === 'link to a device') symlinkSync('/dev/zero', folder.at(name));
        if (kind === 'link to a file') symlinkSync(outside.at('rules'), folder.at(name));
        if (kind === 'pipe') execFileSync('mkfifo', [folder.at(name)]);
        if (kind === 'folder') mkdirSync(folder.at(name));
        if (kind === 'huge') {
          folder.write(name, 'a.ts\n');
          truncateSync(folder.at(name), 3 * 2 ** 30);
        }
        // `.git` is not a repository: files are found by walking.
        const found = await paths(folder.root);
        assert.deepEqual(
          found.paths.filter(path => path.endsWith('.ts')),
          ['a.ts', 'sub/b.ts'],
        );
        assert.match(found.problems, new RegExp(`The rules in ${name.replaceAll('.', '\\.')} do not count`));
      });
    }
  }

  it('are read where they are what they should be', () => {
    using folder = new TemporaryFolder({ 'a/.gitignore': 'x\n' });
    assert.deepEqual(readRules(folder.root, 'a/.gitignore'), { text: 'x\n' });
    assert.deepEqual(readRules(folder.root, '.gitignore'), {});
  });
});

describe('a file that is read', posix, () => {
  it('is rejected behind a folder that became a link', async () => {
    using outside = new TemporaryFolder({ 'a.ts': 'secret' });
    using folder = new TemporaryFolder({ 'sub/a.ts': 'own' });
    const reader = new FileReader(1000);
    assert.ok('bytes' in (await reader.read(fileAt(folder.at('sub/a.ts')))));
    renameSync(folder.at('sub'), folder.at('old'));
    symlinkSync(outside.root, folder.at('sub'));
    const read = await reader.read(fileAt(folder.at('sub/a.ts')));
    assert.ok('reason' in read && read.reason === 'symlink');
    assert.match(readRules(folder.root, 'sub/a.ts').problem!, /symbolic link/);
  });

  it('is never one outside, however fast a file or folder and a link take turns', async () => {
    using outside = new TemporaryFolder({ 'a.ts': 'outside' });
    using folder = new TemporaryFolder({ 'sub/a.ts': 'inside', 'top.ts': 'inside' });
    const turns = new Worker(new URL('link-turns.mjs', import.meta.url), {
      workerData: { root: folder.root, outside: outside.root },
    });
    try {
      await once(turns, 'message');
      const seen = new Map<string, number>();
      const reader = new FileReader(1000);
      for (let time = 0; time < 2000; time++)
        for (const inside of ['sub/a.ts', 'top.ts']) {
          const read = await reader.read(fileAt(folder.at(inside)));
          const rules = readRules(folder.root, inside);
          for (const one of ['bytes' in read ? String(read.bytes) : read.reason, rules.text ?? 'refused'])
            seen.set(one, (seen.get(one) ?? 0) + 1);
        }
      assert.equal(seen.get('outside'), undefined);
      assert.ok((seen.get('inside') ?? 0) > 0, [...seen.keys()].join(', '));
    } finally {
      await turns.terminate();
    }
  });

  it('that grows meanwhile is read up to its limit', async () => {
    using folder = new TemporaryFolder({ 'a.log': 'x'.repeat(900) });
    const descriptor = openSync(folder.at('a.log'), 'a');
    const growing: FileAccess = Object.assign(new AdaptiveFiles(), {
      read: async (from: number, into: Buffer, offset: number, length: number) => {
        writeSync(descriptor, 'y'.repeat(5000));
        return readSync(from, into, offset, length, null);
      },
    });
    const read = await new FileReader(1000, growing).read(fileAt(folder.at('a.log')));
    closeSync(descriptor);
    assert.ok('reason' in read && (read.reason === 'unreadable' || read.reason === 'oversized'));
  });

  it('is not a pipe, and is not waited for', async () => {
    using folder = new TemporaryFolder();
    execFileSync('mkfifo', [folder.at('pipe')]);
    const read = await new FileReader(1000).read(fileAt(folder.at('pipe')));
    assert.ok('reason' in read && read.reason === 'unreadable');
  });
});

describe('git', posix, () => {
  it('is not waited for where it waits for a pipe', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'a', 'b.log': 'b', '.gitignore': '*.log\n' });
    folder.git('init', '-q');
    execFileSync('mkfifo', [folder.at('.git/pipe')]);
    folder.git('config', 'core.excludesFile', folder.at('.git/pipe'));
    const found = await paths(folder.root, 300);
    assert.deepEqual(found.paths, ['.gitignore', 'a.ts']);
    assert.match(found.problems, /without git: git said nothing for 0.3 seconds/);
  });

  const places = {
    'an included file of settings': 'include.path',
    'the ignored names of its settings': 'core.excludesFile',
    'its settings': '.git/config',
    'its index': '.git/index',
    'its head': '.git/HEAD',
    'rules of a folder': 'sub/.gitignore',
  };
  for (const [name, place] of Object.entries(places))
    it(`that waits for a pipe is noticed within seconds, and not asked again: ${name}`, async () => {
      using folder = new TemporaryFolder({ 'a.ts': 'a', 'sub/b.ts': 'b', 'other/c.ts': 'c' });
      folder.git('init', '-q', 'other');
      folder.git('init', '-q');
      folder.git('add', 'a.ts');
      const isSetting = !place.includes('/');
      if (!isSetting) folder.remove(place);
      execFileSync('mkfifo', [folder.at(isSetting ? 'pipe' : place)]);
      if (isSetting) folder.git('config', place, folder.at('pipe'));
      const found = await paths(folder.root);
      assert.deepEqual(found.paths, ['a.ts', 'other/c.ts', 'sub/b.ts']);
      const why =
        process.platform === 'linux'
          ? 'waited for a pipe or a device among its files'
          : 'said nothing for \\d+ seconds';
      assert.match(
        found.problems,
        new RegExp(
          `^The files of ${folder.root}, and of repositories listed after it, were found without git: git ${why} and was ended\\.`,
        ),
      );
      assert.equal(found.problems.match(/was ended/g)?.length, 1);
    });

  it('is waited for as long as it works', async () => {
    using folder = new TemporaryFolder({
      // Silent for longer than a look takes to find a process asleep, but woken all the time.
      git: '#!/bin/sh\nfor i in $(seq 50); do sleep 0.1; done\nprintf done',
    });
    execFileSync('chmod', ['+x', folder.at('git')]);
    const before = process.env['PATH'];
    process.env['PATH'] = `${folder.root}:${before}`;
    try {
      let said = '';
      const problem = await git(folder.root, ['status'], { isText: true }, text => {
        said = text;
      });
      assert.equal(problem, undefined);
      assert.equal(said, 'done');
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('runs no command given as a remote repository', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'a' });
    folder.git('init', '-q');
    folder.git('add', '.');
    folder.git('commit', '-qm', 'a');
    const ran = folder.at('ran');
    for (const [key, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.url', `ext::touch ${ran}`],
      ['remote.origin.promisor', 'true'],
      ['protocol.ext.allow', 'always'],
    ] as const)
      folder.git('config', key, value);
    const blob = folder.git('rev-parse', 'HEAD:a.ts').trim();
    folder.remove(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
    // A missing object is fetched from the remote, unless that is forbidden.
    await git(folder.root, ['cat-file', 'blob', blob], {}, () => {});
    assert.ok(!existsSync(ran));
    await listWithGit(folder.root, []);
    assert.deepEqual((await paths(folder.root)).paths, ['a.ts']);
  });

  it('is run by an absolute path, never from the working folder', () => {
    using folder = new TemporaryFolder({ git: '#!/bin/sh\n' });
    execFileSync('chmod', ['+x', folder.at('git')]);
    assert.equal(findGit({ PATH: `.::relative:${folder.root}` }, 'linux'), folder.at('git'));
    assert.equal(findGit({ PATH: '.::relative' }, 'linux'), undefined);
    assert.equal(findGit({ Path: 'relative;.' }, 'win32'), undefined);
  });

  it('that cannot be started is reported in a sentence', async () => {
    using folder = new TemporaryFolder();
    const problem = await git(folder.at('gone'), ['status'], {}, () => {});
    assert.match(problem!, /^git (is not installed|could not be run)/);
  });
});
