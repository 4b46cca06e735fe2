import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { Repository } from '../../../server/repository/repository.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { changedLines, newLines, RevisionError } from '../../../server/unusual/changed-lines.ts';
import { unusualIn } from '../../../server/unusual/review.ts';

const tokenizer = loadTokenizer();
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'longsight-changes-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function git(...words: string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    cwd: root,
    stdio: 'ignore',
  });
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

async function reading(): Promise<Repository<CopyMemory>> {
  const repository = await Repository.open({
    folders: [{ name: 'r', root }],
    tokenizer,
    memory: new CopyMemory(tokenizer),
  });
  await repository.read();
  return repository;
}

test('lines that are new or changed, whatever was removed, and however lines end', () => {
  const numbers = (before: string, after: string) => [...newLines(before, after)];
  assert.deepEqual(numbers('a\nb\nc\n', 'a\nB\nc\n'), [2]);
  assert.deepEqual(numbers('a\nb\nc\n', 'a\nc\n'), []);
  assert.deepEqual(numbers('a\nc\n', 'x\na\nb\nc\n'), [1, 3]);
  assert.deepEqual(numbers('\ufeffa\r\nb\r\n', 'a\nb\n'), []);
  assert.deepEqual(numbers('', 'a\nb'), [1, 2]);
});

test('what differs from a commit: changed, new and unsaved files, in a subfolder with odd names as well', async () => {
  git('init', '-q');
  write('sub/naïve "name".ts', 'const a = 1;\nconst b = 2;\n');
  write('same.ts', 'const same = 1;\n');
  write('open.ts', 'const open = 1;\n');
  git('add', '.');
  git('commit', '-qm', 'x');
  write('sub/naïve "name".ts', 'const a = 1;\nconst b = 3;\n');
  write('new.ts', 'const fresh = 1;\n');
  const repository = await reading();
  await repository.edit('open.ts', 'const open = 1;\nconst unsaved = 2;\n');
  const { files } = await changedLines(repository, 'HEAD');
  assert.deepEqual(
    new Map([...files].map(([file, lines]) => [file, [...lines]])),
    new Map([
      ['new.ts', [1]],
      ['open.ts', [2]],
      ['sub/naïve "name".ts', [2]],
    ]),
  );
  const found = await unusualIn(repository, { revision: 'HEAD', top: 50 });
  assert.equal(found.files, 3);
  assert.ok(found.lines.every(({ path: file, line }) => files.get(file)!.has(line)));
});

test('no program that the repository names runs, and no revision is taken for an option', async () => {
  git('init', '-q');
  write('a.ts', 'const a = 1;\n');
  write('.gitattributes', '*.ts filter=evil diff=evil\n');
  git('add', '.');
  git('commit', '-qm', 'x');
  const proof = path.join(root, 'ran');
  const program = `sh -c 'touch "${proof}"; cat'`;
  for (const name of ['filter.evil.clean', 'filter.evil.smudge', 'diff.evil.textconv', 'diff.evil.command'])
    git('config', name, program);
  git('config', 'diff.external', program);
  write('a.ts', 'const a = 2;\n');
  const repository = await reading();
  assert.equal((await changedLines(repository, 'HEAD')).files.size, 1);
  assert.ok(!existsSync(proof));
  await assert.rejects(changedLines(repository, `--output=${proof}`), RevisionError);
  assert.ok(!existsSync(proof));
});

test('an unknown revision and a folder without git are sentences', async () => {
  write('a.ts', 'const a = 1;\n');
  await assert.rejects(changedLines(await reading(), 'HEAD'), /r: git said: not a git repository/);
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'x');
  await assert.rejects(changedLines(await reading(), 'no-such'), /git knows no revision "no-such"/);
  await assert.rejects(unusualIn(await reading(), { path: 'nowhere' }), RangeError);
});
