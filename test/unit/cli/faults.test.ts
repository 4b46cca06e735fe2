/** Faults around the command line: disks, descriptors, invalid places. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { openSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '../../../server/cli/arguments.ts';
import { findPart, findPlace } from '../../../server/cli/place.ts';
import { CacheStore } from '../../../server/storage/cache-store.ts';
import { TemporaryFolder } from '../workspace/folder.ts';

const program = path.join(import.meta.dirname, '../../../server/cli/main.ts');
const linux = { skip: process.platform === 'linux' ? false : 'needs Linux' };

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(words: readonly string[], options: { stdout?: number; limit?: string } = {}): Ended {
  const { stdout, limit } = options;
  const command = [process.execPath, '--no-warnings', program, ...words];
  if (limit !== undefined) command.unshift('bash', '-c', `${limit} && exec "$@"`, 'bash');
  const { status, ...ended } = spawnSync(command[0]!, command.slice(1), {
    encoding: 'utf8',
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    timeout: 120_000,
  });
  return { status, stdout: ended.stdout ?? '', stderr: ended.stderr };
}

const files = {
  'src/a.ts':
    '/** Adds numbers. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n',
  'src/b.ts': 'export const b = 1;\n',
  constructor: 'a file named as a member of every object\n',
  '__proto__/toString': 'another\n',
  'old.py': 'def one():\r    return 1\rdef two():\r    return 2\r',
};

describe('the command line', () => {
  it('fails where its output cannot be written', linux, () => {
    using folder = new TemporaryFolder(files);
    const full = run(['digest', folder.root, '--no-cache'], { stdout: openSync('/dev/full', 'w') });
    assert.equal(full.status, 1);
    assert.match(full.stderr, /could not be written/);
  });

  it('works without a usable cache, and says so', linux, () => {
    using folder = new TemporaryFolder(files);
    const { status, stdout, stderr } = run(['read', folder.root, '--cache', '/proc/longsight/a/b', '--json']);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /cannot be used: .*Nothing will be cached/);
    assert.ok((JSON.parse(stdout) as { files: number }).files >= 5);
    assert.equal(run(['cache', 'size', '--cache', '/proc/longsight/a']).status, 2);
  });

  it('rejects places where no cache can be', linux, async () => {
    using folder = new TemporaryFolder({ file: 'x' });
    for (const place of ['/proc/longsight/a/b', folder.at('file'), folder.at('file/x/y'), '/dev/null/x'])
      await assert.rejects(CacheStore.open(place, 1e6), /cannot be used/, place);
    await CacheStore.open(folder.at('a/b/c'), 1e6);
  });

  it('works with few descriptors', linux, () => {
    using folder = new TemporaryFolder(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, at) => [`d${at}/a.ts`, `export const a${at} = ${at};\n`]),
      ),
    );
    folder.git('init', '-q');
    const { status, stderr } = run(['read', folder.root, '--no-cache', '--json'], { limit: 'ulimit -n 40' });
    assert.notEqual(status, null);
    assert.doesNotMatch(stderr, /undefined|at .*\.ts:\d+/);
  });

  it('handles files named like object members', () => {
    using folder = new TemporaryFolder(files);
    const { status, stderr } = run(['digest', folder.root, '--no-cache', '--json']);
    assert.equal(status, 0, stderr);
  });

  it('accepts a path in any form', () => {
    using folder = new TemporaryFolder(files);
    symlinkSync('src', folder.at('link'));
    for (const given of ['src', './src', 'src/', 'src//', folder.at('src'), 'link', './src/../src'])
      assert.equal(findPart(folder.root, given), 'src', given);
    for (const given of [undefined, '.', './', folder.root])
      assert.equal(findPart(folder.root, given), undefined);
    assert.equal(findPart(folder.root, 'src//a.ts'), 'src/a.ts');
    for (const given of ['..', '/', '../other'])
      assert.throws(() => findPart(folder.root, given), UsageError);
  });

  it('counts lines that end with a carriage return, and follows links to the file itself', () => {
    using folder = new TemporaryFolder(files);
    symlinkSync('old.py', folder.at('link.py'));
    symlinkSync('/etc/hostname', folder.at('out.py'));
    const at = (name: string, line: number, column: number) =>
      findPlace(folder.root, { path: name, line, column });
    for (const name of ['old.py', 'link.py', folder.at('old.py'), './/old.py']) {
      const place = at(name, 4, 5);
      assert.equal(place.path, 'old.py');
      assert.ok(place.text.startsWith('return 2', place.offset), name);
    }
    assert.throws(() => at('old.py', 9, 1), UsageError);
    assert.throws(() => at('out.py', 1, 1), UsageError);
    execFileSync('mkfifo', [folder.at('pipe')]);
    assert.throws(() => at('pipe', 1, 1), UsageError);
  });

  it('prints no control characters', () => {
    const name = 'a\u001b]0;x\u0007\u202e.ts';
    using folder = new TemporaryFolder({
      [name]: '/** Says \u001b[2J things that matter. */\nexport const a = 1;\n',
      ...files,
    });
    for (const words of [['summarize'], ['map', '--svg']]) {
      const [command, ...rest] = words;
      const { status, stdout } = run([command!, folder.root, '--no-cache', ...rest]);
      assert.equal(status, 0, command);
      assert.doesNotMatch(stdout, /(?![\t\n])\p{Cc}|\u202e/u, command);
    }
  });
});
