import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Heartbeat, HeartbeatMonitor, newHeartbeatBuffer } from '../../../server/host/heartbeat.ts';
import { WorkerThread } from '../../../server/host/worker-thread.ts';

const fixture = path.join(import.meta.dirname, '../../fixtures/worker/blocks.mjs');
const patience = { file: 1500, other: 60_000 };

test('replaces a thread blocked by a file, and names the file', async () => {
  let thread!: WorkerThread;
  const lost = new Promise<[string, string | undefined]>(resolve => {
    thread = new WorkerThread(
      () => {},
      (problem, blockedBy) => resolve([problem, blockedBy]),
      fixture,
      undefined,
      patience,
    );
  });
  const asked = assert.rejects(thread.request({ method: 'block' }, { path: 'src/bad.c' }));
  assert.deepEqual(await lost, [
    'src/bad.c kept the indexing thread busy for too long and is skipped.',
    'src/bad.c',
  ]);
  await asked;
  assert.equal(await thread.request({ method: 'answer' }, null), 'here');
  await thread.stop();
});

test('leaves a yielding thread alone, and one that has not started', async () => {
  const silent: (string | undefined)[] = [];
  const memory = newHeartbeatBuffer();
  const monitor = new HeartbeatMonitor(memory, file => silent.push(file), { file: 600, other: 600 });
  await setTimeout(1500);
  const heartbeat = new Heartbeat(memory);
  for (let turn = 0; turn < 20; turn++) {
    heartbeat.workOn(`src/${turn}.c`);
    await setTimeout(100);
  }
  assert.deepEqual(silent, []);
  monitor.stop();
});
