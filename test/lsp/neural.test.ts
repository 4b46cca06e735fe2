/** Prefill as a client sees it. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { methods } from '../../server/protocol/methods.ts';
import { usual } from './client.ts';
import { copyRepository } from './repository.ts';
import { folder, readingClient } from './scene.ts';

test('when enabled, the model prefills, follows changes, pauses, and clears', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root, { initializationOptions: { ...usual, neural: true } });
  const all = await client.whenStatus(
    ({ neural, files }) => neural?.state === 'ready' && neural.files === files && files > 15,
  );
  assert.deepEqual([all.neural?.waiting, all.neural?.problem], [0, undefined]);
  assert.ok(all.neural!.tokens > 1000 && all.neural!.tokensPerSecond > 0);

  const file = path.join(root, 'src/new.ts');
  writeFileSync(file, 'export const quokka = 1;\n');

  await client.whenStatus(({ neural }) => neural?.files === all.files + 1);
  rmSync(file);

  await client.whenStatus(({ neural }) => neural?.files === all.files);

  await client.request(methods.pause, { paused: true });
  await client.whenStatus(({ neural }) => neural?.state === 'paused');
  await client.request(methods.clear, null);
  assert.equal((await client.request(methods.status, null)).neural?.files ?? 0, 0);
});

test('costs nothing when not enabled', async () => {
  const client = await readingClient(copyRepository(folder));
  assert.equal((await client.request(methods.status, null)).neural, undefined);
});
