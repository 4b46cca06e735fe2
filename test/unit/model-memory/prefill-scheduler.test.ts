import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { engineEntry } from '../../../server/engine/entry.ts';
import type { Ids, ResultOf, WorkName } from '../../../server/engine/messages.ts';
import { createEngine, type Engine } from '../../../server/engine/process.ts';
import { type PrefillOptions, PrefillScheduler } from '../../../server/model-memory/prefill-scheduler.ts';
import { HttpLeaves } from '../../../server/model-memory/remote-leaves.ts';
import { RecordLog } from '../../../server/storage/record-log.ts';
import { tinyModel } from '../engine/tiny-model.ts';

const model = tinyModel();
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
const root = mkdtempSync(path.join(tmpdir(), 'longsight-neural-'));
after(async () => {
  await engine.stop();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
const newStore = (): RecordLog => new RecordLog(path.join(root, `${folders++}`), 1e9);

/** Tokens derived from a seed. */
function tokensOf(seed: number): Uint16Array {
  return Uint16Array.from({ length: 5 + ((seed * 97) % 700) }, (_, i) => (i * i + seed * 31) % 64);
}

interface Scene {
  readonly files: Map<string, number>;
  readonly scheduler: PrefillScheduler;
  /** Lengths of the files sent to the engine, in order. */
  readonly asked: number[];
}

function scene(options: Partial<PrefillOptions> = {}): Scene {
  const files = new Map<string, number>();
  const asked: number[] = [];
  const listening: Pick<Engine, 'run'> = {
    run: <Name extends WorkName>(name: Name, parameters: never, given?: object): Promise<ResultOf<Name>> => {
      if (name === 'prefill')
        asked.push(...(parameters as { files: readonly Ids[] }).files.map(({ length }) => length));
      return engine.run(name, parameters, given);
    },
  };
  const scheduler = new PrefillScheduler({
    engine: listening,
    model,
    store: newStore(),
    tokensOf: file => {
      const seed = files.get(file);
      return seed === undefined ? undefined : tokensOf(seed);
    },
    ...options,
  });
  return { files, scheduler, asked };
}

function set({ files, scheduler }: Scene, file: string, seed: number): void {
  files.set(file, seed);
  scheduler.changed(file);
}

const seen = (scheduler: PrefillScheduler) => scheduler.memory!.seenFrom('src/x').memory;

test('after additions, changes and deletions, memory equals a fresh prefill', async () => {
  const one = scene();
  for (let seed = 0; seed < 30; seed++) set(one, `src/${seed}`, seed);
  await one.scheduler.settled();
  for (const seed of [3, 14, 15]) set(one, `src/${seed}`, seed + 100);
  one.files.delete('src/9');
  one.scheduler.removed('src/9');
  set(one, 'src/sub/new', 77);
  set(one, 'src/copy', 5); // the same tokens as another: read once
  await one.scheduler.settled();
  assert.equal(one.asked.length, 34);
  const { files, tokens, waiting, state, recalled } = one.scheduler.progress;
  assert.deepEqual([files, waiting, state, recalled], [31, 0, 'ready', 1]);
  assert.equal(
    tokens,
    [...one.files.values()].reduce((sum, seed) => sum + tokensOf(seed).length, 0),
  );

  const fresh = scene();
  for (const [file, seed] of [...one.files].reverse()) set(fresh, file, seed);
  await fresh.scheduler.settled();
  assert.deepEqual(seen(fresh.scheduler), seen(one.scheduler));
});

test('prefills nothing twice: not in the next session, on another branch, or after an undo', async () => {
  const store = newStore();
  const first = scene({ store });
  for (let seed = 0; seed < 20; seed++) set(first, `${seed}`, seed);
  await first.scheduler.settled();
  const second = scene({ store });
  for (let seed = 0; seed < 20; seed++) set(second, `${seed}`, seed);
  await second.scheduler.settled();
  assert.deepEqual([second.asked.length, second.scheduler.progress.recalled], [0, 20]);
  assert.deepEqual(seen(second.scheduler), seen(first.scheduler));
  // To a branch that differs in five files, and back.
  for (let seed = 0; seed < 5; seed++) set(second, `${seed}`, seed + 50);
  await second.scheduler.settled();
  assert.equal(second.asked.length, 5);
  for (let seed = 0; seed < 5; seed++) set(second, `${seed}`, seed);
  await second.scheduler.settled();
  assert.equal(second.asked.length, 5);
  assert.deepEqual(seen(second.scheduler), seen(first.scheduler));
});

test('an open file comes first, then the last changed; the others in order', async () => {
  const one = scene();
  one.scheduler.pause(true);
  for (let seed = 1; seed < 40; seed++) set(one, String(seed).padStart(2, '0'), seed);
  one.scheduler.prioritize('30');
  one.scheduler.changed('20', true);
  assert.equal(one.scheduler.progress.state, 'paused');
  assert.deepEqual(one.asked, []);
  one.scheduler.pause(false);
  await one.scheduler.settled();
  const order = [
    20,
    30,
    ...Array.from({ length: 39 }, (_, i) => i + 1).filter(seed => seed % 10 || seed > 30 || seed < 20),
  ];
  assert.deepEqual(
    one.asked.slice(0, 12),
    order.slice(0, 12).map(seed => tokensOf(seed).length),
  );
});

test('on battery only open or changed files are prefilled; the others wait', async () => {
  const { files, scheduler, asked } = scene();
  scheduler.saveEnergy(true);
  for (const [at, file] of ['a.ts', 'b.ts', 'c.ts'].entries()) set({ files, scheduler, asked }, file, at + 1);
  await scheduler.settled();
  assert.deepEqual([asked.length, scheduler.progress.waiting, scheduler.progress.state], [0, 3, 'paused']);
  scheduler.prioritize('b.ts');
  await scheduler.settled();
  assert.deepEqual(asked, [tokensOf(2).length]);
  set({ files, scheduler, asked }, 'b.ts', 9);
  await scheduler.settled();
  assert.deepEqual(asked, [tokensOf(2).length, tokensOf(9).length]);
  scheduler.saveEnergy(false);
  await scheduler.settled();
  assert.deepEqual([asked.length, scheduler.progress.waiting, scheduler.progress.state], [4, 0, 'ready']);
});

test('prefills a file once typing pauses', async () => {
  const one = scene({ quiet: 20 });
  set(one, 'a', 1);
  await one.scheduler.settled();
  for (const seed of [2, 3, 4]) {
    one.files.set('a', seed);
    one.scheduler.edited('a');
  }
  await new Promise(resolve => setTimeout(resolve, 60));
  await one.scheduler.settled();
  assert.deepEqual(
    one.asked,
    [1, 4].map(seed => tokensOf(seed).length),
  );
});

test('reports an unusable model once, and loses nothing', async () => {
  const one = scene({ model: { ...model, folder: path.join(root, 'nowhere') } });
  set(one, 'a', 1);
  await assert.rejects(one.scheduler.settled(), /nowhere/);
  assert.equal(one.scheduler.progress.state, 'failed');
  assert.match(one.scheduler.progress.problem ?? '', /cannot be read/);
});

test('repeats a prefill when the engine ends at any moment', async () => {
  const one = scene();
  for (let seed = 0; seed < 30; seed++) set(one, `src/${seed}`, seed);
  for (let kills = 0; kills < 3; kills++) {
    await new Promise(resolve => setTimeout(resolve, 150));
    if (engine.status.pid !== undefined) process.kill(engine.status.pid, 'SIGKILL');
  }
  await one.scheduler.settled();
  const calm = scene();
  for (let seed = 0; seed < 30; seed++) set(calm, `src/${seed}`, seed);
  await calm.scheduler.settled();
  assert.deepEqual(seen(one.scheduler), seen(calm.scheduler));
});

test('an HTTP cache saves prefill; its data is verified, and on failure files are prefilled here', async () => {
  const kept = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const key = request.url ?? '';
    if (request.method === 'GET') {
      const found = kept.get(key);
      response.writeHead(found === undefined ? 404 : 200).end(found);
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      kept.set(key, Buffer.concat(parts));
      response.writeHead(201).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/leaves/`;
  const first = scene({ shared: new HttpLeaves(address) });
  for (let seed = 0; seed < 6; seed++) set(first, `${seed}`, seed);
  await first.scheduler.settled();
  while (kept.size < 12) await new Promise(resolve => setTimeout(resolve, 5));
  const [[damaged] = ['']] = kept;
  kept.set(damaged, Buffer.from('nonsense'));
  const second = scene({ shared: new HttpLeaves(address) });
  for (let seed = 0; seed < 6; seed++) set(second, `${seed}`, seed);
  await second.scheduler.settled();
  assert.deepEqual(seen(second.scheduler), seen(first.scheduler));
  assert.equal(second.asked.length, 1);
  server.close();
  server.closeAllConnections();
  const third = scene({ shared: new HttpLeaves(address) });
  set(third, '0', 0);
  await third.scheduler.settled();
  assert.equal(third.asked.length, 1);
});
