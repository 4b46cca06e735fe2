import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { activityText } from '../../../server/summary/changes.ts';
import { readHistory } from '../../../server/workspace/git-history.ts';

const now = 1_700_000_000;
const day = 86_400;
let root: string;

function git(...words: string[]): void {
  execFileSync('git', words, { cwd: root, stdio: 'ignore' });
}

function commit(file: string, at: number): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), `${at}\n`);
  execFileSync('git', ['add', '.'], { cwd: root });
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x'], {
    cwd: root,
    env: { ...process.env, GIT_COMMITTER_DATE: `${at} +0000`, GIT_AUTHOR_DATE: `${at} +0000` },
  });
}

before(() => {
  root = mkdtempSync(path.join(tmpdir(), 'longsight-history-'));
  git('init', '-q');
  commit('old.txt', now - 800 * day);
  commit('sub/naïve name.txt', now - 20 * day);
  commit('b.txt', now - 10 * day);
  commit('sub/naïve name.txt', now - 2 * day);
});
after(() => rmSync(root, { recursive: true, force: true }));

const options = { budget: 60_000, now };

test('the last change of each file, commits of the last year, and the latest', async () => {
  const history = await readHistory(root, { ...options, wanted: new Set(['old.txt']) });
  assert.deepEqual(Object.fromEntries(history!.changed), {
    'old.txt': now - 800 * day,
    'b.txt': now - 10 * day,
    'sub/naïve name.txt': now - 2 * day,
  });
  assert.equal(history!.commitsLastYear, 3);
  assert.equal(history!.lastCommit, now - 2 * day);
  assert.equal(history!.before, undefined);
});

test('reports a timeout, and that there may be more commits', async () => {
  const cut = await readHistory(root, { budget: 0, now, wanted: new Set(['old.txt']) });
  assert.ok(cut === undefined || cut.isPartial);
  const whole = await readHistory(root, { ...options, wanted: new Set(['old.txt']) });
  assert.equal(whole!.isPartial, false);
  const activity = { commitsLastYear: 517, lastCommit: now };
  assert.match(activityText(activity), /^517 commits/);
  assert.match(activityText({ ...activity, partial: true }), /^At least 517 commits/);
});

test('a folder of a repository has its own history, with paths relative to it', async () => {
  const history = await readHistory(path.join(root, 'sub'), { ...options, wanted: new Set() });
  assert.deepEqual([...history!.changed.keys()], ['naïve name.txt']);
});

test('no history without git', async () => {
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'longsight-none-'));
  assert.equal(await readHistory(elsewhere, { ...options, wanted: new Set() }), undefined);
  rmSync(elsewhere, { recursive: true });
});

test('does not run a signature checker set by the repository', async () => {
  const ran = path.join(root, 'ran');
  const program = path.join(root, 'gpg.sh');
  writeFileSync(program, `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
  git('config', 'log.showSignature', 'true');
  git('config', 'gpg.program', program);
  git('config', 'core.fsmonitor', program);
  assert.ok(await readHistory(root, { ...options, wanted: new Set() }));
  assert.ok(!existsSync(ran));
});
