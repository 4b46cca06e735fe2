/** What users get: the bundled programs in `dist/`, built for this test. The sources have the other tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { methods } from '../../server/protocol/methods.ts';
import { type ClientOptions, insertedText, programs, TestClient, uriOf } from './client.ts';
import {
  copyRepository,
  endOf,
  opening,
  restOfLine,
  type TemporaryFolder,
  temporaryFolder,
} from './repository.ts';

const project = path.join(import.meta.dirname, '../..');
let folder: TemporaryFolder;
const clients: TestClient[] = [];
before(() => {
  execFileSync(process.execPath, [path.join(project, '.config/build.ts')], { cwd: project });
  folder = temporaryFolder();
});
after(() => {
  for (const client of clients) client.process.kill('SIGKILL');
  folder.remove();
});

function clientOf(options: ClientOptions): TestClient {
  const client = new TestClient(options);
  clients.push(client);
  return client;
}

test('the bundled server reads, completes, summarizes, runs its engine, and ends', async () => {
  const root = copyRepository(folder);
  const client = clientOf({ program: programs.bundle, folders: [root] });
  await client.initialize();
  await client.whenStatus(({ state, engine }) => state === 'ready' && engine === 'stopped');
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, opening);
  const [item] = await client.complete(uri, endOf(opening));
  assert.ok(insertedText(item)?.startsWith(restOfLine));
  assert.equal((await client.request(methods.summary, {})).name, 'Quayside');
  assert.equal((await client.request(methods.restartEngine, null)).engine, 'running');
  assert.equal(await client.stop(), 0);
  assert.deepEqual(client.pollution, []);
});

test('without onnxruntime, the engine reports it and everything else works', async () => {
  const root = copyRepository(folder, 'elsewhere');
  // The programs alone, as in a package for another platform: no native files beside them.
  const alone = path.join(folder.root, 'alone');
  cpSync(path.dirname(programs.bundle), path.join(alone, 'dist'), { recursive: true });
  writeFileSync(path.join(alone, 'package.json'), '{ "type": "module" }');
  const client = clientOf({ program: path.join(alone, 'dist/server.js'), folders: [root] });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
  const { problem } = await client.request(methods.restartEngine, null);
  assert.match(
    problem ?? '',
    /^The model cannot run: there is no onnxruntime for this machine \(\S+\) in this installation\.$/,
  );
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, opening);
  const [item] = await client.complete(uri, endOf(opening));
  assert.ok(insertedText(item)?.startsWith(restOfLine));
  assert.equal(await client.stop(), 0);
});
