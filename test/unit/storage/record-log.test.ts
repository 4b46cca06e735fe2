import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { RecordLog } from '../../../server/storage/record-log.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-segments-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const newFolder = (): string => path.join(root, `${folders++}`);
const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
const bytesOf = (name: string, length = 1000): Uint8Array => new Uint8Array(length).fill(name.charCodeAt(0));
const most = 1e9;

function filled(folder: string, names: string): RecordLog {
  const store = new RecordLog(folder, most);
  for (const name of names) store.put(keyOf(name), bytesOf(name));
  return store;
}

const contentOf = (store: RecordLog, name: string): number[] | undefined => {
  const bytes = store.get(keyOf(name));
  return bytes && [...bytes];
};

test('round trip, also through another store of the same folder that sees it grow', async () => {
  const folder = newFolder();
  const one = filled(folder, 'ab');
  const other = new RecordLog(folder, most);
  one.put(keyOf('c'), bytesOf('c', 0));
  other.put(keyOf('d'), bytesOf('d', 70_000));
  await new Promise(resolve => setTimeout(resolve, 1100));
  for (const store of [one, other, new RecordLog(folder, most)]) {
    assert.deepEqual(contentOf(store, 'a'), [...bytesOf('a')]);
    assert.deepEqual(contentOf(store, 'c'), []);
    assert.deepEqual(contentOf(store, 'd'), [...bytesOf('d', 70_000)]);
    assert.equal(store.has(keyOf('e')), false);
    assert.equal(store.records, 4);
  }
});

test('after a kill at any point of a write, earlier records are whole and the last is absent', () => {
  const folder = newFolder();
  filled(folder, 'abc').close();
  const [name = ''] = readdirSync(folder);
  const bytes = readFileSync(path.join(folder, name));
  const size = bytes.length / 3;
  for (const cut of [0, 1, 30, size - 1, size, size + 1, 2 * size + 60, 3 * size - 1, 3 * size]) {
    writeFileSync(path.join(folder, name), bytes.subarray(0, cut));
    const store = new RecordLog(folder, most);
    assert.equal(store.records, Math.floor(cut / size), `cut at ${cut}`);
    for (const [at, letter] of ['a', 'b', 'c'].entries())
      assert.deepEqual(contentOf(store, letter), (at + 1) * size <= cut ? [...bytesOf(letter)] : undefined);
    store.put(keyOf('x'), bytesOf('x'));
    assert.deepEqual(contentOf(new RecordLog(folder, most), 'x'), [...bytesOf('x')]);
    store.close();
    for (const other of readdirSync(folder)) if (other !== name) rmSync(path.join(folder, other));
  }
});

test('detects any changed byte on disk, and loses only its record', () => {
  const folder = newFolder();
  filled(folder, 'abc').close();
  const [name = ''] = readdirSync(folder);
  const bytes = readFileSync(path.join(folder, name));
  const size = bytes.length / 3;
  for (const at of [size + 10, size + 45, size + 100, 2 * size - 1]) {
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 4;
    writeFileSync(path.join(folder, name), damaged);
    const store = new RecordLog(folder, most);
    assert.deepEqual(contentOf(store, 'a'), [...bytesOf('a')]);
    assert.equal(contentOf(store, 'b'), undefined);
    assert.deepEqual(contentOf(store, 'c'), [...bytesOf('c')]);
    assert.deepEqual(new RecordLog(folder, most).verify(), { intact: 2, damaged: 1 });
    store.put(keyOf('b'), bytesOf('b'));
    assert.deepEqual(contentOf(store, 'b'), [...bytesOf('b')]);
    store.clear();
    assert.deepEqual(readdirSync(folder), []);
  }
  const garbage = path.join(folder, 'x.seg');
  writeFileSync(garbage, 'no records');
  appendFileSync(garbage, Buffer.alloc(500, 7));
  assert.equal(new RecordLog(folder, most).records, 0);
});

/** One file per name, the first least recently used. */
function spread(folder: string, names: string, daysAgo: number): RecordLog {
  for (const name of names) filled(folder, name).close();
  const store = new RecordLog(folder, most);
  for (const [at, name] of names.split('').entries()) {
    const file = readdirSync(folder).find(
      entry => readFileSync(path.join(folder, entry)).at(-1) === name.charCodeAt(0),
    )!;
    const time = Date.now() / 1000 - daysAgo * 86_400 + at;
    utimesSync(path.join(folder, file), time, time);
  }
  return store;
}

test('pruning removes the least recently used files', () => {
  const folder = newFolder();
  const store = spread(folder, 'abcd', 2);
  assert.equal(store.has(keyOf('a')), true); // used just now
  const removed = store.prune(Math.floor(store.bytes / 2));
  assert.equal(removed, 2 * (store.bytes / 2));
  for (const [name, there] of [
    ['a', true],
    ['b', false],
    ['c', false],
    ['d', true],
  ] as const)
    assert.equal(new RecordLog(folder, most).has(keyOf(name)), there, name);
});

test('compacts many short sessions’ files, and leaves a running one’s alone', () => {
  const folder = newFolder();
  const names = 'abcdefghijklmnopqrst';
  const store = spread(folder, names, 2);
  const running = filled(folder, 'X');
  store.compact();
  assert.equal(readdirSync(folder).length, 2);
  const again = new RecordLog(folder, most);
  for (const name of [...names.split(''), 'X']) assert.deepEqual(contentOf(again, name), [...bytesOf(name)]);
  running.close();
});
