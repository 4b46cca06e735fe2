import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { DecoderConfig } from '../../../kernels/decoder/config.ts';
import type { DecoderLevels } from '../../../kernels/decoder/levels.ts';
import { partsOf } from '../../../kernels/decoder/parts.ts';
import { decoder } from '../../../kernels/decoder/reference.ts';
import type { DecoderLowering } from '../../../kernels/decoder/weights.ts';
import { type Tensor, tensor } from '../../../kernels/tensor.ts';
import { convertDecoder } from '../../../server/decoder/convert.ts';
import { decode } from '../../../server/decoder/decode.ts';
import { chooseLowering, isExact, signedProduct } from '../../../server/decoder/exactness.ts';
import { DecoderModel, type Logits } from '../../../server/decoder/model.ts';
import { DecoderSession } from '../../../server/decoder/session.ts';
import { DecoderState } from '../../../server/decoder/state.ts';
import { loadRuntime } from '../../../server/engine/worker/session.ts';
import { greedy } from '../../../server/model-memory/sampling.ts';
import { assertClose, relativeError } from '../../kernels/harness.ts';
import { families, randomTensors, sequence, sourceOf } from '../../kernels/tiny-decoder.ts';

const config = families[1]!;
const tensors = randomTensors(config);
const runtime = await loadRuntime();
const folder = mkdtempSync(path.join(tmpdir(), 'longsight-decoder-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const exact = await converted('float32');
after(() => exact.release());
const never = () => false;

test('a sequence prefilled in pieces, truncated and extended has the reference’s logits', async () => {
  const ids = sequence(60, 1);
  const expected = decoder(config, tensors, ids).logits;
  const session = new DecoderSession(exact, { chunk: 7 });
  const first = await session.read(ids.slice(0, 40), { positions: 12 });
  assertClose(logitsOf(first), rowsOf(expected, 28, 40), 1e-4, 'the last twelve of forty');
  await session.read(sequence(9, 2));
  assert.equal(session.truncate(33), 33);
  assert.equal(session.align(ids), 33);
  assertClose(logitsOf(await session.read(ids.slice(33))), rowsOf(expected, 59, 60), 1e-4, 'the last');
  assert.deepEqual(session.ids, ids);
  assert.equal(session.align(ids), 59, 'the last token is read again, for its logits');
});

test('continues from a snapshot', async () => {
  const [ids, other] = [sequence(20, 3), sequence(8, 4)];
  const session = new DecoderSession(exact);
  await session.read(ids);
  const snapshot = session.snapshot(15);
  session.begin();
  await session.read(other);
  session.restore(snapshot);
  const logits = await session.read(ids.slice(15));
  assertClose(logitsOf(logits), rowsOf(decoder(config, tensors, ids).logits, 19, 20), 1e-4, 'logits');
  const second = new DecoderSession(exact);
  second.restore(snapshot);
  assert.deepEqual((await second.read(ids.slice(15))).logits, logits.logits);
});

test('keys of another file can be rotated and prepended', async () => {
  const [other, ids] = [sequence(12, 5), sequence(10, 6)];
  const far = new DecoderSession(exact);
  await far.read(other);
  const session = new DecoderSession(exact, { chunk: 4 });
  session.begin([{ rows: far.snapshot().rows, by: 3 }], 40);
  const { span } = decoder(config, tensors, other, { position: 3 });
  const expected = decoder(config, tensors, ids, { before: span, position: 40 }).logits;
  assertClose(logitsOf(await session.read(ids)), rowsOf(expected, 9, 10), 1e-4, 'logits');
  session.begin();
  assertClose(
    logitsOf(await session.read(ids)),
    rowsOf(decoder(config, tensors, ids).logits, 9, 10),
    1e-4,
    'without',
  );
});

describe('levels', () => {
  const levels: DecoderLevels = { block: 4, window: 8, ratio: 2 };

  test('has the reference’s logits with a bounded number of keys', async () => {
    const ids = sequence(70, 7);
    const expected = decoder(config, tensors, ids, { levels }).logits;
    for (const chunk of [3, 64]) {
      const session = new DecoderSession(exact, { levels, chunk });
      const logits = await session.read(ids, { positions: ids.length });
      assertClose(logitsOf(logits), expected, 1e-4, `in chunks of ${chunk}`);
      assert.ok(session.keys < 32, `${session.keys} keys`);
    }
  });

  test('truncates if nothing was dropped since, and starts over otherwise', async () => {
    const ids = sequence(39, 8);
    const expected = decoder(config, tensors, ids, { levels }).logits;
    const session = new DecoderSession(exact, { levels });
    await session.read(ids);
    assert.equal(session.truncate(37), 37);
    assertClose(
      logitsOf(await session.read(ids.slice(37))),
      rowsOf(expected, 38, 39),
      1e-4,
      'cut in a block',
    );
    const kept = session.truncate(20);
    assert.equal(kept, 0);
    assertClose(logitsOf(await session.read(ids)), rowsOf(expected, 38, 39), 1e-4, 'read again');
    assert.throws(() => session.snapshot(), /thinned/);
  });

  test('undoes a tentative prefill completely', async () => {
    const ids = sequence(15, 9);
    const session = new DecoderSession(exact, { levels });
    const last = await session.read(ids);
    const scores = await session.score(sequence(9, 10), last);
    assert.equal(scores.length, 9);
    assert.deepEqual(session.ids, ids);
    const { logits } = await session.read(ids.slice(0, 3));
    assertClose(
      tensor([1, config.vocabulary], logits),
      rowsOf(decoder(config, tensors, [...ids, ...ids.slice(0, 3)], { levels }).logits, 17, 18),
      1e-4,
      'logits',
    );
  });
});

test('scores are log-probabilities', async () => {
  const [ids, next] = [sequence(9, 11), sequence(5, 12)];
  const { logits } = decoder(config, tensors, [...ids, ...next]);
  const expected = next.map((token, at) => {
    const row = rowsOf(logits, 8 + at, 9 + at).data;
    return row[token]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
  });
  const session = new DecoderSession(exact);
  const last = await session.read(ids);
  assertClose(tensor([5], await session.score(next, last)), tensor([5], expected), 1e-4, 'scores');
  assert.equal((await session.score(next.slice(0, 1), last)).length, 1);
  assert.deepEqual(session.ids, ids);
});

describe('decoding', () => {
  const ids = sequence(10, 13);
  const run = async (options: Partial<Parameters<typeof decode>[3]>) => {
    const session = new DecoderSession(exact);
    const last = await session.read(ids);
    const decoded = await decode(session, last, config.vocabulary, {
      maxTokens: 24,
      choose: greedy,
      isEnd: never,
      ...options,
    });
    return { session, decoded };
  };

  test('greedy tokens and log-probabilities equal the reference’s', async () => {
    const { decoded, session } = await run({});
    const all = [...ids, ...decoded.tokens];
    const { logits } = decoder(config, tensors, all);
    for (const [at, token] of decoded.tokens.entries()) {
      const row = rowsOf(logits, ids.length - 1 + at, ids.length + at).data;
      assert.equal(greedy(Float32Array.from(row)), token);
      const expected = row[token]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      assert.ok(Math.abs(decoded.logProbabilities[at]! - expected) < 1e-3);
    }
    assert.equal(decoded.runs, 23);
    assert.deepEqual(session.ids, all.slice(0, -1));
  });

  test('drafts change only how often the model runs', async () => {
    const { decoded } = await run({});
    const right = (tokens: readonly number[], count: number) =>
      decoded.tokens.slice(tokens.length, tokens.length + count);
    const half = (tokens: readonly number[], count: number) =>
      right(tokens, count).map((token, at) => (at < 2 ? token : (token + 1) % config.vocabulary));
    const wrong = (tokens: readonly number[], count: number) =>
      right(tokens, count).map(token => (token + 1) % config.vocabulary);
    const runs: number[] = [];
    for (const draft of [right, half, wrong]) {
      const { decoded: drafted, session } = await run({ drafts: { draft } });
      assert.deepEqual(drafted.tokens, decoded.tokens);
      for (const [at, value] of drafted.logProbabilities.entries())
        assert.ok(Math.abs(value - decoded.logProbabilities[at]!) < 1e-3);
      assert.deepEqual(session.ids, [...ids, ...decoded.tokens].slice(0, -1));
      runs.push(drafted.runs);
    }
    assert.deepEqual(runs, [3, 8, 23]);
  });

  test('stops at an end token, even within a draft', async () => {
    const { decoded } = await run({});
    const end = decoded.tokens[5]!;
    const first = decoded.tokens.indexOf(end);
    for (const drafts of [
      undefined,
      { draft: (tokens: readonly number[]) => decoded.tokens.slice(tokens.length) },
    ]) {
      const { decoded: ended, session } = await run({
        isEnd: token => token === end,
        ...(drafts !== undefined && { drafts }),
      });
      assert.deepEqual(ended.tokens, decoded.tokens.slice(0, first + 1));
      assert.deepEqual(session.ids, [...ids, ...ended.tokens.slice(0, -1)]);
    }
  });
});

test('a signal stops between runs, and prefilled tokens stay', async () => {
  const session = new DecoderSession(exact, { chunk: 2 });
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  await assert.rejects(session.read(sequence(500, 14), { signal: controller.signal }), {
    name: 'AbortError',
  });
  const { length } = session.ids;
  assert.ok(length > 0 && length < 500, `${length} tokens`);
  assert.equal((await session.read([1])).normalizers.length, 1);
});

test('rejects ids outside the vocabulary', async () => {
  const session = new DecoderSession(exact);
  await assert.rejects(session.read([config.vocabulary]), /outside the model's vocabulary/);
  await assert.rejects(session.read([]), RangeError);
});

test('the chosen lowering is exact here, and close to float32', async () => {
  const lowering = await chooseLowering(runtime, 'cpu');
  const session = await runtime.open(signedProduct(), 'cpu', { threads: 1 });
  assert.equal(lowering, (await isExact(session)) ? 'signed8' : 'unsigned8');
  await session.release();
  // A non-VNNI processor's result for 256 times 255 · 127.
  const saturated = async () => ({ y: { shape: [1, 64], data: new Float32Array(64).fill(130) } });
  assert.equal(await isExact({ run: saturated }), false);
  const model = await converted(lowering);
  const ids = sequence(30, 15);
  const logits = await new DecoderSession(model).read(ids, { positions: ids.length });
  await model.release();
  const error = relativeError(logitsOf(logits), decoder(config, tensors, ids).logits);
  assert.ok(error < 0.03, `${error}`);
});

test('between the parts of a run newer work may come first, and a run that is stopped changes nothing', async () => {
  const ids = sequence(20, 16);
  const deep: DecoderConfig = { ...config, width: 1024, mlp: 4096, layers: 3 };
  const parts = partsOf(deep, 'float32');
  assert.deepEqual(
    parts.map(({ first, end, embeds, hasHead }) => [first, end, embeds, hasHead]),
    [
      [0, 2, true, false],
      [2, 3, false, false],
      [3, 3, false, true],
    ],
  );
  let pauses = 0;
  const between = async (): Promise<void> => void pauses++;
  const session = new DecoderSession(exact);
  const whole = await session.read(ids, { between });
  assert.equal(pauses, partsOf(config, 'float32').length, 'before each part');
  session.truncate(0);
  await session.read(ids.slice(0, 8));
  for (let most = 0; most < pauses; most++) {
    let count = 0;
    const stopping = async (): Promise<void> => {
      if (count++ === most) throw new Error('A newer request.');
    };
    await assert.rejects(session.read(ids.slice(8), { between: stopping }), /newer/);
    assert.deepEqual(session.ids, ids.slice(0, 8));
  }
  assertClose(logitsOf(await session.read(ids.slice(8))), logitsOf(whole), 1e-4, 'read after all');
});

test('runs that write in place leave no buffers for the garbage collector', async () => {
  const state = new DecoderState(config);
  state.feeds(20_000);
  const before = process.memoryUsage().arrayBuffers;
  for (let position = 0; position < 4; position++)
    await exact.run(state, { ids: [1], position, positions: 1 });
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < state.bytes, `${grown} bytes beside a state of ${state.bytes}`);
});

async function converted(lowering: DecoderLowering, of: DecoderConfig = config): Promise<DecoderModel> {
  await convertDecoder(folder, of, sourceOf(tensors), { lowering });
  return await DecoderModel.open(runtime, folder, of, { lowering, device: 'cpu', threads: 1 });
}

function logitsOf({ logits }: Logits): Tensor {
  return tensor([logits.length / config.vocabulary, config.vocabulary], logits);
}

function rowsOf(logits: Tensor, start: number, end: number): Tensor {
  const width = logits.shape[1]!;
  return tensor([end - start, width], logits.data.slice(start * width, end * width));
}
