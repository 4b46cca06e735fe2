/** Reading in the background as a client sees it: with the model that is shipped. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { methods } from '../../server/protocol/methods.ts';
import type { Status } from '../../server/protocol/requests.ts';
import { type TestClient, usual } from './client.ts';
import { copyRepository } from './repository.ts';
import { folder, readingClient } from './scene.ts';

const read = { inBackground: true };

/** On a busy machine the model, which has low priority, may wait for long. */
async function whenDone(client: TestClient): Promise<Status> {
  for (let minute = 1; ; minute++) {
    const found = await client.whenStatus(({ background }) => background?.state === 'done').catch(String);
    if (typeof found !== 'string') return found;
    assert.ok(minute < 5, found);
  }
}

test('reads a repository by itself, once; the map then says that its surprise was read', async () => {
  const root = path.join(folder.root, 'small');
  mkdirSync(root);
  for (const name of ['gull', 'heron', 'tern'])
    writeFileSync(path.join(root, `${name}.ts`), `export const ${name} = 1;\nconsole.log(${name});\n`);
  writeFileSync(path.join(root, 'copy.ts'), readFileSync(path.join(root, 'gull.ts')));
  const options = { initializationOptions: { ...usual, read }, cache: path.join(folder.root, 'cache') };
  const client = await readingClient(root, options);
  const estimate = await client.request(methods.map, { measure: true });
  assert.match(estimate.surpriseMethod, /estimated from .* \d+ % of the code has been read/);
  const { background, files } = await whenDone(client);
  assert.deepEqual(
    [background!.files, background!.filesTotal, background!.problem],
    [files, files, undefined],
  );
  // Files with the same content are read once.
  assert.deepEqual([files, background!.judged], [4, 3]);
  const map = await client.request(methods.map, {});
  assert.match(map.surpriseMethod, /from 100 % of the code, read in the background/);
  for (const [at, value] of map.files.surprise.entries())
    assert.ok(value !== null && value > 0 && value < 8, `${map.files.names[at]}: ${value}`);
  assert.deepEqual(map.files.peaks, [1, 1, 1, 1]);
  // The engine that answers requests has not been needed.
  assert.equal((await client.request(methods.status, null)).engine, 'stopped');

  const file = path.join(root, 'tern.ts');
  writeFileSync(file, 'export const quokka = 1;\n');
  await client.tellChanged(file);
  await client.whenStatus(({ background: now }) => now?.state === 'reading' || now!.judged > 3);
  assert.equal((await whenDone(client)).background!.judged, 4);
  const after = await client.request(methods.diagnostics, null);
  assert.equal(after['reading in the background']?.['files read since opening'], 4);
  await client.stop();

  const again = await readingClient(root, options);
  const reopened = await whenDone(again);
  assert.deepEqual([reopened.background!.files, reopened.background!.judged], [files, 0]);
  const second = await again.request(methods.map, {});
  assert.match(second.surpriseMethod, /read in the background/);
});

test('costs nothing when switched off', async () => {
  const client = await readingClient(copyRepository(folder));
  assert.equal((await client.request(methods.status, null)).background, undefined);
  assert.doesNotMatch((await client.request(methods.map, {})).surpriseMethod, /background/);
});
