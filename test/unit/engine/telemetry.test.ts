import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { spawnChild } from '../../../server/engine/child.ts';

const fixture = path.join(import.meta.dirname, '../../fixtures/engine/environment.mjs');
const guard = path.join(import.meta.dirname, '../../../server/engine/worker/no-telemetry.ts');

test('the engine process has telemetry off, whatever it inherits', async () => {
  const before = process.env['ORT_DISABLE_TELEMETRY'];
  process.env['ORT_DISABLE_TELEMETRY'] = '0';
  try {
    const lines: string[] = [];
    const child = spawnChild({
      entry: fixture,
      mode: 'probe',
      device: 'cpu',
      onMessage: () => {},
      onOutput: line => lines.push(line),
    });
    await child.ended;
    assert.deepEqual(lines, ['ORT_DISABLE_TELEMETRY=1']);
  } finally {
    if (before === undefined) delete process.env['ORT_DISABLE_TELEMETRY'];
    else process.env['ORT_DISABLE_TELEMETRY'] = before;
  }
});

test('a thread refuses to load onnxruntime if its process has telemetry on', async () => {
  const load = (value: string): Promise<unknown> =>
    new Promise(resolve => {
      const worker = new Worker(guard, { env: { ORT_DISABLE_TELEMETRY: value } });
      worker.once('error', resolve).once('exit', resolve);
    });
  assert.match(String(await load('0')), /onnxruntime must not be loaded/);
  assert.equal(await load('1'), 0);
});
