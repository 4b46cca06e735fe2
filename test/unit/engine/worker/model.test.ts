import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { engineEntry } from '../../../../server/engine/entry.ts';
import type { CrossDecoderMemory, Decoded, Ids } from '../../../../server/engine/messages.ts';
import { createEngine } from '../../../../server/engine/process.ts';
import { golden, goldenIds, tinyConfig, tinyModel } from '../tiny-model.ts';

const model = tinyModel();
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
after(() => engine.stop());

const { slots } = await engine.run('loadModel', { model, warm: true });

/** The memory for the record's first sequence, in as many slots as the engine has. */
function recordedMemory(): CrossDecoderMemory {
  const kept = golden('memory.dilated.key').shape[1]!;
  const width = tinyConfig.width / tinyConfig.heads;
  const padded = (name: string) => {
    const { data } = golden(name);
    const result = new Float32Array(tinyConfig.heads * slots * width);
    for (let h = 0; h < tinyConfig.heads; h++)
      result.set(data.subarray(h * kept * width, (h + 1) * kept * width), h * slots * width);
    return { shape: [tinyConfig.heads, slots, width], data: result };
  };
  return {
    linear: golden('memory.linear'),
    delta: golden('memory.delta'),
    continuous: golden('memory.continuous'),
    keys: padded('memory.dilated.key'),
    values: padded('memory.dilated.value'),
    hidden: {
      shape: [1, slots],
      data: Float32Array.from({ length: slots }, (_, at) => (at < kept ? 0 : -1e9)),
    },
    open: { shape: [1], data: Float32Array.of(1) },
  };
}

async function decode(
  ids: Ids,
  memory?: string,
  positions?: number,
): Promise<Extract<Decoded, { type: 'decoded' }>> {
  const result = await engine.run('decode', {
    model,
    ids,
    ...(memory !== undefined && { memory }),
    ...(positions !== undefined && { positions }),
  });
  if (result.type !== 'decoded') throw new Error(result.type);
  return result;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, bound = 1e-4): void {
  assert.equal(actual.length, expected.length);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  assert.ok(largest > 1e-3, 'nothing to compare');
  assert.ok(difference <= bound * largest, `${difference} against values up to ${largest}`);
}

test('what is judged is what decoding says, over more than one run', async () => {
  const ids = Int32Array.from({ length: 300 }, (_, at) => goldenIds(0)[at % goldenIds(0).length]!);
  const asked = Int32Array.from(ids, (_, at) => (at % 2 === 0 ? (at * 7) % 10 : -1));
  const { bits, expected, asked: other } = await engine.run('judge', { model, ids, asked });
  for (const at of [1, 2, 100, 256, 257, 299]) {
    const { logits } = await decode(ids.subarray(0, at));
    const powers = Array.from(logits, Math.exp);
    const sum = powers.reduce((a, b) => a + b, 0);
    const bitsOf = (id: number) => -Math.log2(powers[id]! / sum);
    const entropy = powers.reduce((all, power) => all - (power / sum) * Math.log2(power / sum), 0);
    assertClose([bits[at]!, expected[at]!], [bitsOf(ids[at]!), entropy], 1e-3);
    if (asked[at]! >= 0) assertClose([other[at]!], [bitsOf(asked[at]!)], 1e-3);
    else assert.equal(other[at], 0);
  }
  assert.equal(bits[0], 0);
});

test('prefill gives the PyTorch reference’s memory, with keys at the stride the limit allows', async () => {
  const ids = goldenIds(2);
  const { heads, width, memory_key: dk, memory_value: dv } = tinyConfig;
  for (const [keep, stride, count] of [
    [48, 1, 48],
    [47, 4, 12],
    [8, 16, 3],
  ] as const) {
    const { length, strided, linear, delta } = await engine.run('prefillFile', { model, ids, keep });
    assert.deepEqual(
      [length, strided.stride, strided.keys.shape],
      [48, stride, [heads, count, width / heads]],
    );
    const written = golden('writes.dilated.value'); // [B, T, H, dh]
    for (let h = 0; h < heads; h++) {
      for (let at = 0; at < count; at++) {
        const position = (h % stride) + at * stride;
        const from = ((2 * 48 + position) * heads + h) * (width / heads);
        const kept = (h * count + at) * (width / heads);
        assertClose(
          strided.values.data.subarray(kept, kept + width / heads),
          written.data.subarray(from, from + width / heads),
        );
      }
    }
    assert.deepEqual(linear.shape, [2, dk, dv]);
    assert.deepEqual(delta.shape, [2, dk, dv + dk]);
  }
});

test('an edited file is prefilled from its first change, with the same memory as the whole file', async () => {
  const before = Int32Array.from({ length: 1700 }, (_, i) => (i * i + 7 * i) % tinyConfig.vocabulary);
  const changes: readonly Int32Array[] = [
    before,
    before.with(1300, 5),
    before.with(3, 5),
    Int32Array.of(...before.slice(0, 600), 1, 2, 3, ...before.slice(600)),
    before.slice(0, 1024),
    before,
  ];
  for (const ids of changes) {
    const [edited] = await engine.run('prefill', { model, files: [ids], edited: true });
    const [whole] = await engine.run('prefill', { model, files: [ids] });
    assert.deepEqual(edited, whole);
  }
});

test('a memory and a prompt give the PyTorch reference’s logits, however the prompt is cut', async () => {
  await engine.run('loadMemory', { model, key: 'others', memory: recordedMemory() });
  const ids = goldenIds(0);
  const { vocabulary } = tinyConfig;
  const rows = golden('logits').data;
  const expected = (from: number, to: number) => rows.subarray(from * vocabulary, to * vocabulary);
  const whole = await decode(ids, 'others');
  assert.equal(whole.reused, 0);
  assertClose(whole.logits, expected(47, 48));
  for (const end of [20, 21, 22, 40]) {
    const { logits } = await decode(ids.subarray(0, end), 'others');
    assertClose(logits, expected(end - 1, end));
  }
  assertClose((await decode(ids.subarray(0, 32), 'others', 12)).logits, expected(20, 32));
});

test('typing extends cached states, and a prompt may extend any earlier one', async () => {
  const ids = goldenIds(1);
  const reused = async (end: number, positions = 1) =>
    (await decode(ids.subarray(0, end), undefined, positions)).reused;
  assert.deepEqual([await reused(20), await reused(21), await reused(21), await reused(30)], [0, 20, 21, 21]);
  // Rejected drafts: the prompt continues from before them.
  const drafts = Int32Array.of(...ids.subarray(0, 30), 1, 2, 3);
  assert.equal((await decode(drafts, undefined, 4)).reused, 21);
  assert.equal(await reused(31), 30);
  const other = Int32Array.of(...ids.subarray(0, 21), 63);
  assert.equal((await decode(other)).reused, 21);
});

test('a prompt’s state outlives tokens decoded from it', async () => {
  const ids = Int32Array.from({ length: 120 }, (_, i) => (i * 5) % 64);
  await decode(ids.subarray(0, 90));
  for (let end = 91; end <= 120; end++) await decode(ids.subarray(0, end));
  assert.equal((await decode(Int32Array.of(...ids.subarray(0, 90), 1))).reused, 90);
});

test('rejects unknown ids before they reach a device', async () => {
  for (const [bad, expected] of [
    [Int32Array.of(1, 64), /Token 64 at position 1 is outside the model's vocabulary of 64/],
    [Int32Array.of(-1), /Token -1 at position 0/],
    [Int32Array.of(), /No tokens/],
  ] as const) {
    await assert.rejects(decode(bad), expected);
    await assert.rejects(engine.run('prefillFile', { model, ids: bad }), expected);
  }
  await assert.rejects(decode(Int32Array.of(1, 2), undefined, 3), /Logits of 3 positions/);
});

test('rejects a memory of another shape by name, and requests an unknown one', async () => {
  const memory = { ...recordedMemory(), linear: { shape: [1], data: new Float32Array(1) } };
  await assert.rejects(engine.run('loadMemory', { model, key: 'wrong', memory }), /memory's linear is \[1\]/);
  const result = await engine.run('decode', { model, ids: Int32Array.of(1), memory: 'wrong' });
  assert.equal(result.type, 'unknownMemory');
});

test('a long prefill is cancelled within a chunk, and yields to urgent work', async () => {
  const ids = Int32Array.from({ length: 200_000 }, (_, i) => (i * 7) % 64);
  const abort = new AbortController();
  let ended = false;
  const reading = engine.run('prefillFile', { model, ids }, { signal: abort.signal }).finally(() => {
    ended = true;
  });
  const { logits } = await engine
    .run('decode', { model, ids: ids.subarray(0, 5) }, { urgent: true })
    .then(result => {
      assert.equal(result.type, 'decoded');
      return result as Extract<Decoded, { type: 'decoded' }>;
    });
  assert.equal(logits.length, 64);
  assert.equal(ended, false);
  abort.abort();
  await assert.rejects(reading, /abort/i);
  // The process is free again, not just abandoned.
  assert.ok((await engine.run('check', { seed: 1 })).right);
});

test('a killed process reloads the model and loses only time', async () => {
  const ids = goldenIds(0);
  const before = await decode(ids);
  process.kill(engine.status.pid!, 'SIGKILL');
  const { logits, reused } = await decode(ids);
  assert.deepEqual([reused, logits], [0, before.logits]);
});

test('quantised weights stay close to float32', async () => {
  const { exact: _, ...quantised } = model;
  const ids = goldenIds(0);
  const result = await engine.run('decode', { model: quantised, ids });
  const { logits } = await decode(ids);
  assert.equal(result.type, 'decoded');
  if (result.type === 'decoded') assertClose(result.logits, logits, 0.3);
});
