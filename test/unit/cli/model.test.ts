/** `longsight model` in practice, with its own home folder and a hub on loopback. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { parseCommandLine, UsageError } from '../../../server/cli/arguments.ts';
import { model } from '../../../server/cli/model.ts';
import { catalogue } from '../../../server/models/catalogue.ts';
import { coderBytes } from '../models/coder.ts';
import { openHub } from '../models/server.ts';

const program = path.join(import.meta.dirname, '../../../server/cli/main.ts');
const home = mkdtempSync(path.join(tmpdir(), 'longsight-model-'));
const cache = path.join(home, 'cache');
const hub = await openHub((_request, response) => response.writeHead(404).end());
after(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly notes: string;
}

function longsight(...words: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'model', ...words, '--cache', cache], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      // No PATH: neither Python nor anything else is found.
      env: { HOME: home, USERPROFILE: home, LOCALAPPDATA: home, HF_ENDPOINT: hub.url, PATH: home },
    });
    let [output, notes] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      notes += chunk;
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code, output, notes }));
  });
}

test('without a model, lists the catalogue with size, licence and RAM', async () => {
  const { code, output } = await longsight();
  assert.equal(code, 0);
  assert.match(output, /No code models found on this machine/);
  assert.match(output, /qwen2\.5-coder-0\.5b +491 MB .*fill-in-the-middle.*Apache-2\.0; 1\.1 GB of memory/);
  const listed = JSON.parse((await longsight('list', '--json')).output) as { available: unknown[] };
  assert.equal(listed.available.length, catalogue.length);
  assert.ok(!existsSync(cache));
});

test('downloads nothing without consent', async () => {
  const { code, notes } = await longsight('get', 'smollm2-135m');
  assert.equal(code, 2);
  assert.match(
    notes,
    /Download SmolLM2 135M Instruct \(98\.4 MB, Apache-2\.0\) from 127\.0\.0\.1.*Use --yes/,
  );
  assert.deepEqual(hub.asked, []);
});

test('a failed download exits with 1 and names every source', async () => {
  const { code, notes } = await longsight('get', 'smollm2-135m', '--yes');
  assert.equal(code, 1);
  assert.match(notes, /could not download the model\. http:\/\/127\.0\.0\.1.*answered with status 404/);
  assert.equal(hub.asked.length, 1);
});

test('adds, selects, lists and removes a file', async () => {
  const file = path.join(home, 'tiny.gguf');
  writeFileSync(file, coderBytes());
  const added = await longsight('add', 'tiny.gguf');
  assert.equal(added.code, 0, added.notes);
  assert.match(added.output, /added as tiny\. "longsight model use tiny"/);
  assert.match((await longsight('use', 'tiny')).output, /tiny is in use/);
  assert.match((await longsight('list')).output, /\* tiny .*tiny\.gguf/);
  assert.match((await longsight('remove', 'tiny')).output, /its file is kept/);
  assert.ok(existsSync(file));
});

test('finds another program’s model and uses it in place', async () => {
  const file = path.join(home, '.lmstudio/models/publisher/repo/Found.gguf');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, coderBytes());
  const used = await longsight('use', 'lmstudio:Found.gguf', '--json');
  assert.equal((JSON.parse(used.output) as { path: string }).path, file);
});

const wrong: readonly (readonly [words: string[], message: RegExp])[] = [
  [['fetch'], /list, get, add, use, remove/],
  [['get'], /requires the name of a model/],
  [['add'], /requires a file/],
  [['get', 'gpt-5'], /The catalogue has no model gpt-5/],
  [
    ['use', 'qwen2.5-coder-0.5b'],
    /not on this machine\. Download it with "longsight model get qwen2\.5-coder-0\.5b"/,
  ],
  [['remove', 'none'], /none/i],
  [['add', 'none.gguf'], /none\.gguf cannot be opened \(ENOENT\)/],
];
for (const [words, message] of wrong) {
  test(`model ${words.join(' ')}: invalid input gives a sentence`, async () => {
    const line = parseCommandLine(['model', ...words, '--cache', path.join(home, 'other')]);
    assert.ok(typeof line === 'object');
    await assert.rejects(
      model(line, new AbortController().signal),
      (error: Error) => error instanceof UsageError && message.test(error.message),
    );
  });
}
