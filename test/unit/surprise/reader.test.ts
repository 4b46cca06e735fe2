import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderFile } from '../../../server/sequence/render.ts';
import { Activity } from '../../../server/surprise/activity.ts';
import type { JudgePiece } from '../../../server/surprise/judge.ts';
import { contentKey, KeptSurprise } from '../../../server/surprise/kept-surprise.ts';
import { pieceTokens } from '../../../server/surprise/pieces.ts';
import { type ReaderOptions, SurpriseReader } from '../../../server/surprise/reader.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

/** A repository whose files are judged as `judge` says; by default at once, one bit for each token. */
class Scene {
  readonly files = new Map<string, Uint16Array>();
  readonly activity = new Activity();
  readonly kept: KeptSurprise;
  readonly judged: string[] = [];
  readonly reader: SurpriseReader;
  told = 0;

  constructor(options: Partial<ReaderOptions> = {}, kept = new KeptSurprise(undefined, [], '')) {
    this.kept = kept;
    const judge: JudgePiece =
      options.judge ??
      (async (_path, _tokens, { start, end }) => ({
        bits: end - start,
        bytes: 2,
        lines: [end - start],
      }));
    this.reader = new SurpriseReader({
      tokenizer,
      tokensOf: path => this.files.get(path),
      kept,
      activity: this.activity,
      budget: 60,
      onBattery: async () => false,
      onProgress: () => void this.told++,
      quiet: { saved: 0, others: 0 },
      ...options,
      judge: (path, tokens, piece, signal) => {
        this.judged.push(path);
        return judge(path, tokens, piece, signal);
      },
    });
  }

  set(path: string, text: string): void {
    this.files.set(path, tokenizer.encodePieces(renderFile(path, text)));
    this.reader.changed(path);
  }
}

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );

/** Resolves after all that is ready has run. */
const turn = () => new Promise(resolve => setTimeout(resolve, 5));

test('what judges is started while a file is edited, once, and not where nothing is to be read', async () => {
  let started = 0;
  const scene = new Scene({ warmUp: () => void started++ });
  scene.reader.pause(true);
  scene.reader.edited();
  assert.equal(started, 0);
  scene.reader.pause(false);
  scene.reader.edited();
  scene.reader.expectSave();
  assert.equal(started, 1);
  await scene.reader.stop();
  scene.reader.edited();
  assert.equal(started, 1);
});

test('reads every file once, in order, and knows how much each surprises', async () => {
  const scene = new Scene();
  scene.activity.begin()();
  for (const path of ['b.ts', 'a.ts', 'c/d.ts']) scene.set(path, `const ${path[0]} = 1;\n`);
  assert.equal(scene.reader.progress.state, 'reading');
  assert.equal(scene.reader.isEnough, false);
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts', 'b.ts', 'c/d.ts']);
  const { state, files, filesTotal, tokens, tokensTotal, judged } = scene.reader.progress;
  assert.deepEqual([state, files, filesTotal, judged, tokens], ['done', 3, 3, 3, tokensTotal]);
  assert.ok(tokensTotal > 0 && scene.reader.isEnough && scene.told > 1);
  const a = scene.reader.surpriseOf('a.ts')!;
  const bits = tokenizer.encode('const a = 1;\n').length;
  assert.deepEqual(a, { bits, bytes: 2, lines: [bits], peak: 1 });
  scene.files.delete('a.ts');
  scene.reader.changed('a.ts');
  assert.equal(scene.reader.surpriseOf('a.ts'), undefined);
  assert.equal(scene.reader.progress.filesTotal, 2);
});

test('what was judged is kept by content: renamed, copied and reverted files are not judged again', async () => {
  const scene = new Scene();
  scene.set('a.ts', 'one\n');
  await scene.reader.settled();
  scene.set('b.ts', 'one\n');
  scene.set('a.ts', 'two\n');
  await scene.reader.settled();
  scene.set('a.ts', 'one\n');
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts', 'a.ts']);
  assert.equal(scene.reader.progress.files, 2);
  // As a second session has it.
  const again = new Scene({}, scene.kept);
  again.set('c.ts', 'two\n');
  assert.equal(again.reader.progress.state, 'done');
  await again.reader.settled();
  assert.deepEqual(again.judged, []);
});

test('a request interrupts it, and it goes on with the same file once nothing is asked', async () => {
  let isHeld = true;
  const scene = new Scene({
    judge: (_path, _tokens, _piece, signal) =>
      isHeld ? never(signal) : Promise.resolve({ bits: 1, bytes: 1, lines: [1] }),
  });
  scene.set('a.ts', 'one\n');
  scene.set('b.ts', 'two\n');
  while (scene.judged.length === 0) await turn();
  const ended = scene.activity.begin();
  await turn();
  assert.equal(scene.reader.progress.interrupted, 1);
  isHeld = false;
  ended();
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts', 'a.ts', 'b.ts']);
  assert.equal(scene.reader.progress.interrupted, 1);
});

test('nothing is read while a request is answered', async () => {
  const scene = new Scene({ quiet: { saved: 1, others: 1 } });
  const ended = scene.activity.begin();
  scene.set('a.ts', 'one\n');
  scene.reader.saved('a.ts');
  for (let i = 0; i < 5; i++) await turn();
  assert.deepEqual(scene.judged, []);
  ended();
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts']);
});

test('of a long file that was interrupted, what was read is not read again', async () => {
  let calls = 0;
  const scene: Scene = new Scene({
    judge: async (_path, _tokens, { start, end }, signal) => {
      if (++calls === 2) return never(signal);
      return { bits: end - start, bytes: 1, lines: [end - start] };
    },
  });
  const text = 'ab cd\n'.repeat(pieceTokens);
  scene.set('a.ts', text);
  const pieces = Math.ceil(tokenizer.encode(text).length / pieceTokens);
  while (calls < 2) await turn();
  scene.activity.begin()();
  await scene.reader.settled();
  assert.equal(calls, pieces + 1);
  const bits = tokenizer.encode(text).length;
  assert.deepEqual(scene.reader.surpriseOf('a.ts'), { bits, bytes: pieces, lines: [bits], peak: 1 });
});

test('a budget ends it, but for files just saved', async () => {
  const scene = new Scene({ budget: 0 });
  for (const path of ['a.ts', 'b.ts', 'c.ts']) scene.set(path, `${path}\n`);
  await scene.reader.settled();
  assert.equal(scene.reader.progress.state, 'budget');
  assert.deepEqual(scene.judged, []);
  scene.reader.saved('b.ts');
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['b.ts']);
  assert.equal(scene.reader.progress.state, 'budget');
});

test('on battery only files just saved are read', async () => {
  const scene = new Scene({ onBattery: async () => true });
  scene.set('a.ts', 'one\n');
  scene.set('b.ts', 'two\n');
  while (scene.reader.progress.state !== 'battery') await turn();
  scene.reader.saved('b.ts');
  while (scene.judged.length === 0) await turn();
  await turn();
  assert.deepEqual(scene.judged, ['b.ts']);
  assert.equal(scene.reader.progress.state, 'battery');
  await scene.reader.stop();
});

test('pausing interrupts it, resuming goes on, stopping ends it', async () => {
  let isHeld = true;
  const scene = new Scene({
    judge: (_path, _tokens, _piece, signal) =>
      isHeld ? never(signal) : Promise.resolve({ bits: 1, bytes: 1, lines: [1] }),
  });
  scene.set('a.ts', 'one\n');
  while (scene.judged.length === 0) await turn();
  scene.reader.pause(true);
  await scene.reader.settled();
  assert.equal(scene.reader.progress.state, 'paused');
  isHeld = false;
  scene.reader.pause(false);
  await scene.reader.settled();
  assert.equal(scene.reader.progress.state, 'done');
  isHeld = true;
  scene.set('b.ts', 'two\n');
  while (scene.judged.length < 3) await turn();
  await scene.reader.stop();
  scene.set('c.ts', 'three\n');
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts', 'a.ts', 'b.ts']);
});

test('a model that fails ends it with a sentence, until it is resumed', async () => {
  let isBroken = true;
  const scene = new Scene({
    judge: async () => {
      if (isBroken) throw new Error('The model cannot run.');
      return { bits: 1, bytes: 1, lines: [1] };
    },
  });
  scene.set('a.ts', 'one\n');
  scene.set('b.ts', 'two\n');
  await scene.reader.settled();
  assert.deepEqual(
    [scene.reader.progress.state, scene.reader.progress.problem],
    ['failed', 'The model cannot run.'],
  );
  assert.equal(scene.judged.length, 1);
  isBroken = false;
  scene.reader.pause(false);
  await scene.reader.settled();
  assert.equal(scene.reader.progress.state, 'done');
});

test('a file that changes or goes while it is read waits again or is forgotten', async () => {
  const scene: Scene = new Scene({
    judge: async path => {
      if (scene.judged.length === 1) scene.set('a.ts', 'other\n');
      if (path === 'b.ts') {
        scene.files.delete('b.ts');
        scene.reader.removed('b.ts');
      }
      return { bits: 1, bytes: 1, lines: [1] };
    },
  });
  scene.set('a.ts', 'one\n');
  scene.set('b.ts', 'two\n');
  await scene.reader.settled();
  assert.deepEqual(scene.judged, ['a.ts', 'a.ts', 'b.ts']);
  assert.deepEqual([scene.reader.progress.files, scene.reader.progress.filesTotal], [1, 1]);
});

test('results are kept on disk, without those that no file has had for long', async () => {
  const entries = new Map<string, Uint8Array>();
  const store = {
    get: async (repository: string, name: string) => entries.get(repository + name),
    put: async (repository: string, name: string, data: Uint8Array) =>
      void entries.set(repository + name, data),
    remove: async (repository: string, name: string) => void entries.delete(repository + name),
  };
  const open = async (model: string) => {
    const kept = new KeptSurprise(store as never, [{ name: 'a', root: '/a' }], model);
    await kept.load();
    return kept;
  };
  const first = await open('one');
  const keys = Array.from({ length: 400 }, (_, i) => contentKey(Uint16Array.of(i)));
  for (const [i, key] of keys.entries())
    first.set(key, { bits: i + 0.5, bytes: 1, lines: [0.5, i], peak: 2 });
  await first.save(new Set(keys.slice(0, 10)));
  const second = await open('one');
  assert.deepEqual(second.get(keys[9]!), { bits: 9.5, bytes: 1, lines: [0.5, 9], peak: 2 });
  assert.deepEqual(second.get(keys[399]!), { bits: 399.5, bytes: 1, lines: [0.5, 399], peak: 2 });
  assert.equal(second.get(keys[11]!), undefined);
  // A line of data has more bits than are kept for a line.
  second.set('data', { bits: 90_000.25, bytes: 30_000, lines: [90_000, 0.25], peak: 1 });
  await second.save(new Set(['data']));
  const { bits, bytes } = (await open('one')).get('data')!;
  assert.ok(Math.abs(bits - 90_000.25) < 0.1 && bytes === 30_000, `${bits} bits of ${bytes} bytes`);
  assert.equal((await open('other')).get(keys[9]!), undefined);
  for (const [key] of entries) entries.set(key, Buffer.from('{'));
  assert.equal((await open('one')).get(keys[9]!), undefined);
  await second.clear();
  assert.equal(entries.size, 0);
});
