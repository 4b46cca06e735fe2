import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { modelFile } from '../../../server/decoder/convert.ts';
import { prepareCoder } from '../../../server/decoder/prepare.ts';
import { ModelLibrary } from '../../../server/models/library.ts';
import { coderBytes } from '../models/coder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-prepare-'));
after(() => rmSync(root, { recursive: true, force: true }));
const library = new ModelLibrary(path.join(root, 'models'), async () => []);
const file = path.join(root, 'tiny.gguf');
const bytes = coderBytes();
writeFileSync(file, bytes);

test('a model is converted once, under the hash of its file', async () => {
  const model = await library.add(file);
  let steps = 0;
  const options = { lowering: 'float32', onProgress: () => void steps++ } as const;
  const prepared = await prepareCoder(library, model, options);
  assert.equal(prepared.sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.equal(prepared.folder, path.join(root, 'models', prepared.sha256));
  assert.ok(existsSync(modelFile(prepared.folder, 'float32')));
  assert.ok(steps > 0);
  const before = steps;
  assert.deepEqual(await prepareCoder(library, model, options), prepared);
  assert.equal(steps, before);
});

test('an interrupted conversion leaves nothing behind', async () => {
  const model = await library.add(file);
  const stop = new AbortController();
  const reason = new Error('stopped');
  const options = { lowering: 'signed8', signal: stop.signal, onProgress: () => stop.abort(reason) } as const;
  await assert.rejects(prepareCoder(library, model, options), reason);
  const folder = library.convertedFolder(createHash('sha256').update(bytes).digest('hex'));
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('signed8')),
    [],
  );
});
