import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { UnitJudge } from '../../../server/coder/unit-judge.ts';
import { windowsOf } from '../../../server/coder/windows.ts';
import { convertDecoder } from '../../../server/decoder/convert.ts';
import { DecoderModel } from '../../../server/decoder/model.ts';
import { DecoderSession } from '../../../server/decoder/session.ts';
import { loadRuntime } from '../../../server/engine/worker/session.ts';
import { families, randomTensors, sourceOf } from '../../kernels/tiny-decoder.ts';
import { byteTokenizer, vocabularySize } from './byte-tokenizer.ts';

const config = { ...families[1]!, vocabulary: vocabularySize };
const folder = mkdtempSync(path.join(tmpdir(), 'longsight-judge-'));
after(() => rmSync(folder, { recursive: true, force: true }));
await convertDecoder(folder, config, sourceOf(randomTensors(config)), { lowering: 'float32' });
const model = await DecoderModel.open(await loadRuntime(), folder, config, {
  lowering: 'float32',
  device: 'cpu',
});
after(() => model.release());
const judge = new UnitJudge(model, byteTokenizer);
const coder = { file: '', folder: '' };
const nothing = async () => {};

function unit(text: string, own: string, other: string, from = 0) {
  const start = text.indexOf(own, from);
  return { start, end: start + own.length, other };
}

/** Bits of each byte of `rest`, given those before it. */
async function bitsOf(before: string, rest: string): Promise<number[]> {
  const session = new DecoderSession(model);
  const last = await session.read(byteTokenizer.encode(before));
  return Array.from(await session.score(byteTokenizer.encode(rest), last), one => -one / Math.LN2);
}

test('units are as surprising as the session says, with bytes beyond ASCII before them', async () => {
  const text = 'let naïve = "𝛼";\nlet count = size;\n';
  const units = [unit(text, 'count', 'counter'), unit(text, 'size', 'site'), unit(text, ';\n', '', 30)];
  const { own, expected, odds } = await judge.judge({ coder, text, units }, nothing);
  for (const [i, { start, end }] of units.entries()) {
    const bits = await bitsOf(text.slice(0, start), text.slice(start, end));
    const all = bits.reduce((sum, one) => sum + one, 0);
    assert.ok(Math.abs(own[i]! - all) < 1e-3, `${own[i]} bits, not ${all}`);
    assert.ok(expected[i]! > 0 && expected[i]! <= Math.log2(vocabularySize) + 1e-3);
  }
  // "counter" goes on where "count" ends: they differ in no byte of it.
  assert.equal(odds[0], 0);
  const [, , ours] = await bitsOf(text.slice(0, units[1]!.start), 'siz');
  const [, , theirs] = await bitsOf(text.slice(0, units[1]!.start), 'sit');
  assert.ok(Math.abs(odds[1]! - (ours! - theirs!)) < 1e-3);
  assert.equal(odds[2], 0);
});

test('nothing is run where nothing is asked, and an exception between runs ends it', async () => {
  let runs = 0;
  const count = async () => void runs++;
  await judge.judge({ coder, text: 'let a = 1;\n'.repeat(500), units: [] }, count);
  assert.equal(runs, 0);
  const text = 'let a = 1;\n';
  const stop = async () => {
    throw new Error('stop');
  };
  await assert.rejects(judge.judge({ coder, text, units: [unit(text, 'a', 'b')] }, stop), /stop/);
});

test('windows cover what is wanted once, each with what stands before it', () => {
  const isWanted = new Uint8Array(10_000);
  for (const at of [0, 700, 2100, 2300, 9000, 9999]) isWanted[at] = 1;
  const windows = windowsOf(isWanted);
  for (const [at, wanted] of isWanted.entries()) {
    const judged = windows.filter(({ start, end }) => start <= at && at < end);
    assert.ok(judged.length === 1 || (judged.length === 0 && wanted === 0), `${at}`);
  }
  for (const { first, start, end } of windows) {
    assert.equal(first, Math.max(0, start - 512));
    assert.ok(end - first <= 2048);
  }
  assert.deepEqual(windowsOf(new Uint8Array(100)), []);
});
