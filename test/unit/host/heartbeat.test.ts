import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Heartbeat, HeartbeatMonitor, newHeartbeatBuffer } from '../../../server/host/heartbeat.ts';
import { WorkerThread } from '../../../server/host/worker-thread.ts';

const fixture = path.join(import.meta.dirname, '../../fixtures/worker/blocks.mjs');
const patience = { file: 1500, other: 60_000, waiting: 1 };

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

test('waits longer for a thread that may only be waiting for the processor', async () => {
  const memory = newHeartbeatBuffer();
  // A thread that has beaten once, and is silent with a current file whose path has one byte.
  new Int32Array(memory, 0, 2).fill(1);
  const silent: number[] = [];
  const started = performance.now();
  // This process waits too: it uses next to no processor time.
  const monitor = new HeartbeatMonitor(memory, () => silent.push(performance.now() - started), {
    file: 600,
    other: 60_000,
    waiting: 4,
  });
  while (silent.length === 0) await setTimeout(50);
  monitor.stop();
  assert.ok(silent[0]! >= 2000, `${silent[0]} ms`);
});

test('leaves a yielding thread alone, and one that has not started', async () => {
  const silent: (string | undefined)[] = [];
  const memory = newHeartbeatBuffer();
  const monitor = new HeartbeatMonitor(memory, file => silent.push(file), {
    file: 600,
    other: 600,
    waiting: 1,
  });
  await setTimeout(1500);
  const heartbeat = new Heartbeat(memory);
  for (let turn = 0; turn < 20; turn++) {
    heartbeat.workOn(`src/${turn}.c`);
    await setTimeout(100);
  }
  assert.deepEqual(silent, []);
  monitor.stop();
});
