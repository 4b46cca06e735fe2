/** What users get: the bundled programs in `dist/`, built for this. The sources have the other tests. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { restartEngineRequest, summaryRequest } from '../../server/protocol/requests.ts';
import { programs, TestClient, uriOf } from './client.ts';
import { copyRepository, type TemporaryFolder, temporaryFolder } from './repository.ts';

const project = path.join(import.meta.dirname, '../..');
let folder: TemporaryFolder;
before(() => {
  execFileSync(process.execPath, [path.join(project, '.config/build.ts')], { cwd: project });
  folder = temporaryFolder();
});
after(() => folder.remove());

test('the bundled server reads, completes, summarizes, runs its engine, and ends', async () => {
  const root = copyRepository(folder);
  const client = new TestClient({ program: programs.bundle, folders: [root] });
  await client.initialize();
  await client.whenStatus(({ state, engine }) => state === 'ready' && engine === 'running');
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, 'export class TideClient {\n  readonly #add');
  const [item] = await client.complete(uri, { line: 1, character: '  readonly #add'.length });
  assert.equal(item?.insertText, 'ress: string;');
  assert.equal((await client.request(summaryRequest, {})).name, 'quayside');
  assert.equal((await client.request(restartEngineRequest, null)).engine, 'running');
  assert.equal(await client.stop(), 0);
  assert.deepEqual(client.pollution, []);
});

test('where onnxruntime cannot be loaded, the engine says so and everything else works', async () => {
  const root = copyRepository(folder, 'elsewhere');
  // The programs alone, as in a package made for another platform: nothing is found beside them.
  const alone = path.join(folder.root, 'alone');
  cpSync(path.dirname(programs.bundle), path.join(alone, 'dist'), { recursive: true });
  writeFileSync(path.join(alone, 'package.json'), '{ "type": "module" }');
  const client = new TestClient({ program: path.join(alone, 'dist/server.js'), folders: [root] });
  await client.initialize();
  const { problem } = await client.whenStatus(
    ({ state, engine }) => state === 'ready' && engine === 'failed',
  );
  assert.match(
    problem ?? '',
    /^The model cannot run: there is no onnxruntime for this machine \(\S+\) in this installation\.$/,
  );
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, 'export class TideClient {\n  readonly #add');
  const [item] = await client.complete(uri, { line: 1, character: '  readonly #add'.length });
  assert.equal(item?.insertText, 'ress: string;');
  assert.equal(await client.stop(), 0);
});
