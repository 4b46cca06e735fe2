/**
 * Prefill split over processes by ranges of files, each with its own engine and cache, whose files are then merged into
 * one folder.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { engineEntry } from '../../../server/engine/entry.ts';
import { createEngine } from '../../../server/engine/process.ts';
import { Merger } from '../../../server/model-memory/merge.ts';
import { PrefillScheduler } from '../../../server/model-memory/prefill-scheduler.ts';
import { RecordLog } from '../../../server/storage/record-log.ts';
import { tinyConfig, tinyModel } from '../engine/tiny-model.ts';
import { difference } from './random-leaf.ts';

const model = tinyModel();
const root = mkdtempSync(path.join(tmpdir(), 'longsight-split-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Folders in order, so that ranges of files are ranges of folders. */
const all = Array.from({ length: 24 }, (_, file) => `${Math.floor(file / 8)}/${file % 8}`);

function tokensOf(file: string): Uint16Array {
  const at = all.indexOf(file);
  return Uint16Array.from({ length: 20 + at * 15 }, (_, i) => (i * i + at * 31) % 64);
}

/** Prefills files in a separate engine process. */
async function read(files: readonly string[], folder: string) {
  const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
  const store = new RecordLog(folder, 1e9);
  const scheduler = new PrefillScheduler({ engine, model, store, tokensOf });
  for (const file of files) scheduler.changed(file);
  await scheduler.settled();
  await engine.stop();
  return { memory: scheduler.memory!, progress: scheduler.progress };
}

test('separately prefilled ranges merge to the whole, and their caches to its cache', async () => {
  const [one, other, whole] = await Promise.all([
    read(all.slice(0, 8), path.join(root, 'one')),
    read(all.slice(8), path.join(root, 'other')),
    read(all, path.join(root, 'whole')),
  ]);
  const merged = new Merger(tinyConfig).merge([one.memory.folder(), other.memory.folder()]);
  const expected = whole.memory.folder();
  assert.equal(merged.length, expected.length);
  for (const part of ['linear', 'delta'] as const)
    assert.ok(difference(merged[part], expected[part]) < 1e-5, part);

  for (const range of ['one', 'other'])
    cpSync(path.join(root, range), path.join(root, 'both'), { recursive: true });
  const joined = await read(all, path.join(root, 'both'));
  assert.equal(joined.progress.prefilled, 0);
  assert.deepEqual(joined.memory.folder(), expected);
  assert.deepEqual(joined.memory.seenFrom('1/3').memory, whole.memory.seenFrom('1/3').memory);
});
