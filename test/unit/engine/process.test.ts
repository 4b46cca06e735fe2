import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { engineEntry } from '../../../server/engine/entry.ts';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type EngineStatus,
} from '../../../server/engine/process.ts';

const root = path.join(import.meta.dirname, '../../..');
const real = engineEntry();
const fixture = (name: string) => path.join(root, 'test/fixtures/engine', name);

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.stop()));
});

function engineOf(entry: string, options: Partial<EngineOptions> = {}): Engine {
  const engine = createEngine({ entry, device: 'cpu', log: () => {}, firstDelay: 1, ...options });
  engines.push(engine);
  return engine;
}

function whenStatus(engine: Engine, wanted: (status: EngineStatus) => boolean): Promise<EngineStatus> {
  return new Promise(resolve => {
    const stop = engine.onStatusChanged(look);
    look(engine.status);
    function look(status: EngineStatus): void {
      if (!wanted(status)) return;
      stop();
      resolve(status);
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function whenGone(pid: number): Promise<void> {
  while (isAlive(pid)) await setTimeout(10);
}

test('the engine ends after a while without work, and the next request starts it again', async () => {
  const engine = engineOf(real, { idleLimit: 50 });
  await engine.run('check', { seed: 4 });
  const { pid } = engine.status;
  assert.ok(pid !== undefined);
  await whenStatus(engine, ({ state }) => state === 'stopped');
  await whenGone(pid);
  assert.ok((await engine.run('check', { seed: 5 })).right);
  assert.equal(engine.status.crashes, 0);
});

test('work starts the engine, which checks itself and reports it', async () => {
  const engine = engineOf(real);
  assert.equal(engine.status.state, 'stopped');
  const result = await engine.run('check', { seed: 4 });
  assert.ok(result.right);
  const { state, device, deviceReason, pid, residentBytes } = engine.status;
  assert.deepEqual({ state, device }, { state: 'running', device: 'cpu' });
  assert.equal(deviceReason, 'The CPU is used, as configured. A test computation on it was correct.');
  assert.ok(residentBytes > 0);
  assert.ok(pid !== undefined && pid !== process.pid);
  await engine.stop();
  assert.equal(isAlive(pid), false);
  assert.equal(engine.status.state, 'stopped');
});

test('replaces a killed process and repeats its work', async () => {
  const engine = engineOf(real);
  const states: string[] = [];
  engine.onStatusChanged(({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  const { pid } = await whenRunning(engine);
  const long = engine.run('product', { rows: 64, width: 256, repeats: 2000 });
  process.kill(pid!, 'SIGKILL');
  assert.ok((await long).gigaflops > 0);
  assert.deepEqual(states, ['starting', 'running', 'restarting', 'running']);
  assert.equal(engine.status.crashes, 1);
  assert.notEqual(engine.status.pid, pid);
  assert.equal(engine.status.problem, undefined);
});

test('work can be aborted while it waits and while it runs', async () => {
  const engine = engineOf(real);
  const first = new AbortController();
  const second = new AbortController();
  const long = { rows: 64, width: 256, repeats: 1_000_000 };
  const running = engine.run('product', long, { signal: first.signal });
  const waiting = engine.run('product', long, { signal: second.signal });
  await whenRunning(engine);
  await assert.rejects(engine.run('check', { seed: 1 }, { signal: AbortSignal.abort() }), /abort/i);
  second.abort(new Error('superseded'));
  await assert.rejects(waiting, /superseded/);
  first.abort();
  await assert.rejects(running, /abort/i);
  // The process is free again: it was notified, not just abandoned.
  assert.ok((await engine.run('check', { seed: 1 })).right);
  assert.equal(engine.status.crashes, 0);
});

test('rejects work after it has crashed the process twice', async () => {
  const engine = engineOf(fixture('crashes.mjs'));
  await assert.rejects(
    engine.run('check', { seed: 1 }),
    /was killed by SIGABRT while processing this request/,
  );
  assert.equal(engine.status.crashes, 2);
});

test('gives up on a process that never gets ready, until requested again', async () => {
  const engine = engineOf(fixture('never-starts.mjs'));
  const expected = /^The engine process exited with code 7, 5 times in a row\.$/;
  await assert.rejects(engine.run('check', { seed: 1 }), { name: 'EngineError', message: expected });
  assert.equal(engine.status.state, 'failed');
  assert.match(engine.status.problem ?? '', expected);
  await assert.rejects(engine.run('check', { seed: 1 }), { message: expected });
  engine.start();
  assert.equal(engine.status.state, 'starting');
  const { crashes } = await whenStatus(engine, ({ state }) => state === 'failed');
  assert.equal(crashes, 10);
});

test('reports a missing native library at once, not as a crash', async () => {
  const engine = engineOf(fixture('unusable.mjs'));
  await assert.rejects(engine.run('check', { seed: 1 }), /no onnxruntime for this machine \(pdp11\)/);
  const { state, crashes, problem } = engine.status;
  assert.deepEqual({ state, crashes }, { state: 'failed', crashes: 0 });
  assert.equal(
    problem,
    'The model cannot run: there is no onnxruntime for this machine (pdp11) in this installation.',
  );
});

test('kills a hanging process and counts it as crashed', async () => {
  const engine = engineOf(fixture('hangs.mjs'), { patience: 200 });
  await assert.rejects(engine.run('check', { seed: 1 }), /did not respond and was killed/);
});

test('waits for a process that shows signs of life', async () => {
  const engine = engineOf(fixture('slow.mjs'), { patience: 2000 });
  assert.ok((await engine.run('check', { seed: 1 })).right);
  assert.equal(engine.status.crashes, 0);
});

test('replaces a process that has grown too large once its work is done', async () => {
  const engine = engineOf(fixture('leaks.mjs'));
  const pids: number[] = [];
  for (let count = 0; count < 4; count++) pids.push((await engine.run('check', { seed: count })).error);
  assert.equal(pids[0], pids[1]);
  assert.equal(pids[2], pids[3]);
  assert.notEqual(pids[1], pids[2]);
  assert.equal(engine.status.crashes, 0);
});

test('a requested restart keeps repeatable work', async () => {
  const engine = engineOf(real);
  const { pid } = await whenRunning(engine);
  const long = engine.run('product', { rows: 64, width: 256, repeats: 500 });
  engine.restart();
  assert.ok((await long).gigaflops > 0);
  assert.notEqual(engine.status.pid, pid);
  assert.equal(engine.status.crashes, 0);
  await whenGone(pid!);
});

test('stopping rejects open work in any state', async () => {
  const engine = engineOf(real);
  const work = engine.run('product', { rows: 64, width: 256, repeats: 1_000_000 });
  const rejected = assert.rejects(work, /the engine was stopped/);
  await engine.stop();
  await rejected;
});

test('the process ends by itself when its parent dies', async () => {
  const script = `
    import { createEngine } from ${JSON.stringify(path.join(root, 'server/engine/process.ts'))};
    const engine = createEngine({ entry: ${JSON.stringify(real)}, device: 'cpu', log() {} });
    await engine.run('check', { seed: 1 });
    console.log(engine.status.pid);
    await engine.run('product', { rows: 64, width: 256, repeats: 1e9 });`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
  const pid = Number(line);
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await whenGone(pid);
});

function whenRunning(engine: Engine): Promise<EngineStatus> {
  engine.start();
  return whenStatus(engine, ({ state }) => state === 'running');
}
