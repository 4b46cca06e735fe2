import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Coders } from '../../../server/coder/coders.ts';
import { statesFolder } from '../../../server/coder/kept-states.ts';
import type { Runtime } from '../../../server/engine/runtime.ts';

test('work that comes in between the loading of its model is refused, and does not wait for itself', async () => {
  const coders = new Coders({} as Runtime, 'cpu');
  const coder = { file: 'no-such-model.gguf', folder: 'no-such-folder' };
  const loading = coders.get(coder, async () => {});
  await assert.rejects(
    coders.get(coder, async () => {}),
    /being prepared/,
  );
  await assert.rejects(loading, /cannot be opened/);
  // Afterwards it is tried again.
  await assert.rejects(
    coders.get(coder, async () => {}),
    /cannot be opened/,
  );
});

test('what a model has read is forgotten although it is not open', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'longsight-coder-'));
  try {
    mkdirSync(statesFolder(folder));
    writeFileSync(path.join(statesFolder(folder), 'one.seg'), 'read');
    await new Coders({} as Runtime, 'cpu').forget({ file: 'model.gguf', folder });
    assert.ok(!existsSync(statesFolder(folder)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
