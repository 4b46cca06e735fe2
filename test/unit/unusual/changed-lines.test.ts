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
  gitIn('.', ...words);
}

function gitIn(folder: string, ...words: string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    cwd: path.join(root, folder),
    stdio: 'ignore',
  });
}

function commitAll(folder = '.'): void {
  gitIn(folder, 'init', '-q');
  gitIn(folder, 'add', '.');
  gitIn(folder, 'commit', '-qm', 'x');
}

function write(file: string, text: string | Uint8Array): void {
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
  assert.deepEqual(numbers('a', 'a\n'), []);
  assert.deepEqual(numbers('', '\n\n'), [1, 2]);
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
  await assert.rejects(changedLines(await reading(), 'no-such'), /git does not know the revision "no-such"/);
  await assert.rejects(unusualIn(await reading(), { path: 'nowhere' }), RangeError);
});

async function changedFrom(revision: string): Promise<Record<string, number[]>> {
  const { files } = await changedLines(await reading(), revision);
  return Object.fromEntries([...files].map(([file, lines]) => [file, [...lines]]));
}

const ten = (name: string) =>
  Array.from({ length: 10 }, (_, at) => `export const ${name}${at} = measure(${at});\n`).join('');

test('a repository inside another is compared with the commit that the other has of it, or else with its own last one', async () => {
  for (const inner of ['libs/module', 'libs/clone', 'libs/module/deeper']) {
    write(`${inner}/a.ts`, ten('tide'));
    write(`${inner}/b.ts`, ten('berth'));
    commitAll(inner);
  }
  write('own.ts', ten('own'));
  gitIn('libs/module', 'add', '.');
  gitIn('libs/module', 'commit', '-qm', 'with another');
  git('init', '-q');
  git('add', 'own.ts', 'libs/module');
  git('commit', '-qm', 'x');
  assert.deepEqual(await changedFrom('HEAD'), {});
  // What the module has committed since is new to the one around it.
  write('libs/module/a.ts', `${ten('tide')}export const gauge = 1;\n`);
  gitIn('libs/module', 'commit', '-qam', 'y');
  write('libs/module/deeper/b.ts', `export const pilot = 1;\n${ten('berth')}`);
  write('libs/clone/new.ts', 'export const buoy = 1;\n');
  assert.deepEqual(await changedFrom('HEAD'), {
    'libs/clone/new.ts': [1],
    'libs/module/a.ts': [11],
    'libs/module/deeper/b.ts': [1],
  });
});

test('a renamed file is compared with what it was, a new one like none with nothing', async () => {
  write('src/harbour.ts', ten('harbour'));
  write('src/tide.ts', ten('tide'));
  write('src/same.ts', ten('same'));
  write('src/copied.ts', ten('copied'));
  commitAll();
  git('mv', 'src', 'lib');
  git('mv', 'lib/tide.ts', 'lib/level.ts');
  write('lib/level.ts', ten('tide').replace('tide4', 'level4'));
  write('lib/copy.ts', ten('copied'));
  write('lib/other.ts', `${ten('other').slice(0, 80)}\n`);
  const repository = await reading();
  await repository.edit('lib/harbour.ts', `${ten('harbour')}export const unsaved = 1;\n`);
  const { files } = await changedLines(repository, 'HEAD');
  assert.deepEqual(
    new Map([...files].map(([file, lines]) => [file, [...lines]])),
    new Map([
      ['lib/harbour.ts', [11]],
      ['lib/level.ts', [5]],
      ['lib/other.ts', [1, 2, 3]],
    ]),
  );
});

test('texts in other encodings are compared as they are read', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1');
  const wide = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const text = `const größe = 1;\n${ten('tide')}const länge = 2;\n`;
  write('latin.ts', latin(text));
  write('wide.ts', wide(text));
  write('none.ts', Uint8Array.of(0, 1, 2, 3));
  commitAll();
  write('latin.ts', latin(text.replace('länge = 2', 'länge = 3')));
  write('wide.ts', wide(text.replace('länge', 'höhe')));
  write('none.ts', 'const text = 1;\n');
  assert.deepEqual(await changedFrom('HEAD'), { 'latin.ts': [12], 'none.ts': [1], 'wide.ts': [12] });
});

test('other work runs while files are compared', async () => {
  for (let at = 0; at < 5; at++) write(`a${at}.ts`, `const a = ${at};\n`);
  commitAll();
  const repository = await reading();
  let asked = 0;
  let hasTurned = false;
  repository.isEdited = () => {
    if (++asked === 1)
      setImmediate(() => {
        hasTurned = true;
      });
    if (asked === 5) assert.ok(hasTurned);
    for (const until = performance.now() + 10; performance.now() < until; );
    return false;
  };
  await changedLines(repository, 'HEAD');
  assert.equal(asked, 5);
});

test('a repository without a commit says so', async () => {
  write('a.ts', 'const a = 1;\n');
  git('init', '-q');
  await assert.rejects(changedFrom('HEAD'), /r: there is no commit yet\./);
});
