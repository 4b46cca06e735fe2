import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { HeldChooser, TokenBytes } from '../../../server/coder/held-text.ts';
import { CodeWriter } from '../../../server/coder/writer.ts';
import { convertDecoder } from '../../../server/decoder/convert.ts';
import { DecoderModel } from '../../../server/decoder/model.ts';
import { loadRuntime } from '../../../server/engine/worker/session.ts';
import { families, randomTensors, sourceOf } from '../../kernels/tiny-decoder.ts';
import { byteTokenizer, vocabularySize } from './byte-tokenizer.ts';

const config = { ...families[1]!, vocabulary: vocabularySize };
const folder = mkdtempSync(path.join(tmpdir(), 'longsight-coder-'));
after(() => rmSync(folder, { recursive: true, force: true }));
await convertDecoder(folder, config, sourceOf(randomTensors(config)), { lowering: 'float32' });
const model = await DecoderModel.open(await loadRuntime(), folder, config, {
  lowering: 'float32',
  device: 'cpu',
});
after(() => model.release());
const tiny = { title: 'tiny', isInstructed: false, tokenizer: byteTokenizer };
const writer = () => new CodeWriter(tiny, model);
const question = { coder: { file: '', folder: '' }, document: 'a.ts', after: '\n', maxLines: 3 };
const nothing = async () => {};

test('the same request has the same answer without another prefill', async () => {
  const one = writer();
  const asked = { ...question, before: 'const total = ' };
  const first = await one.write(asked, nothing);
  const second = await one.write(asked, nothing);
  assert.equal(first.read, first.prompt);
  assert.equal(second.read, 1);
  assert.deepEqual([second.text, second.written], [first.text, first.written]);
  // A token prefilled alone sums in another order.
  assert.ok(Math.abs(second.logProbability - first.logProbability) < 1e-4);
  assert.ok(Number.isFinite(first.logProbability) && first.logProbability < 0);
});

test('a draft changes nothing of what is written, right or wrong', async () => {
  const asked = { ...question, before: 'const total = ', maxLines: 1 };
  const plain = await writer().write(asked, nothing);
  for (const draft of [plain.text, `${plain.text.slice(0, 2)}#`, '', 'something else']) {
    const drafted = await writer().write({ ...asked, draft }, nothing);
    assert.equal(drafted.text, plain.text, draft);
    assert.ok(Math.abs(drafted.logProbability - plain.logProbability) < 1e-4);
  }
});

test('what was read ahead is not read again', async () => {
  const one = writer();
  const asked = { ...question, before: 'let a = 1;\nconst total = ' };
  const ahead = await one.readAhead({ ...asked, before: 'let a = 1;\n' }, nothing);
  const { read, prompt } = await one.write(asked, nothing);
  assert.ok(ahead > 10 && read <= prompt - ahead + 1, `${ahead} + ${read} of ${prompt}`);
});

test('reading ahead ends where a request comes first, and leaves its answer right', async () => {
  const one = writer();
  const asked = { ...question, before: `${'let a = 1;\n'.repeat(8)}let b = ` };
  let runs = 0;
  let answer: Awaited<ReturnType<typeof one.write>> | undefined;
  await assert.rejects(
    one.readAhead({ ...asked, before: `x\n${asked.before}` }, async () => {
      if (++runs === 2) answer = await one.write(asked, nothing);
    }),
    /came first/,
  );
  assert.equal(runs, 2);
  const fresh = await writer().write(asked, nothing);
  assert.equal(answer?.text, fresh.text);
  assert.equal((await one.write(asked, nothing)).read, 1);
});

test('a line that becomes too improbable is given up', async () => {
  const asked = { ...question, before: 'const total = ' };
  const { text, written } = await writer().write({ ...asked, least: -1e-9 }, nothing);
  assert.deepEqual([text, written], ['', 1]);
});

test('typing on reads what is new and what stands after the cursor', async () => {
  const one = writer();
  const { prompt } = await one.write({ ...question, before: 'const total = a.b' }, nothing);
  const next = await one.write({ ...question, before: 'const total = a.b.c' }, nothing);
  assert.ok(next.read < 8, `${next.read} of ${prompt}`);
});

test('a cancelled request does not affect the next', async () => {
  const one = writer();
  const asked = { ...question, before: `${'let a = 1;\n'.repeat(8)}let b = ` };
  let runs = 0;
  await assert.rejects(
    one.write(asked, async () => {
      if (++runs === 3) throw new Error('cancelled');
    }),
    /cancelled/,
  );
  const again = await one.write(asked, nothing);
  const fresh = await writer().write(asked, nothing);
  assert.equal(again.text, fresh.text);
  assert.ok(Math.abs(again.logProbability - fresh.logProbability) < 1e-4);
});

test('the partial word is completed first, whatever the model prefers', () => {
  const chooser = new HeldChooser(new TokenBytes(byteTokenizer), 'ab');
  const logits = new Float32Array(vocabularySize).fill(-5);
  logits['z'.charCodeAt(0)] = 9;
  const chosen = [0, 0, 0].map(() => chooser.choose(logits));
  assert.deepEqual(
    chosen.map(({ token }) => String.fromCharCode(token)),
    ['a', 'b', 'z'],
  );
  // Only one token could spell it, so nothing was uncertain.
  assert.equal(chosen[0]!.logProbability, 0);
});

test('existing indentation is not continued', () => {
  const logits = new Float32Array(vocabularySize).fill(-5);
  logits[256] = 9;
  assert.equal(new HeldChooser(new TokenBytes(byteTokenizer), ' ').choose(logits).token, 256);
  assert.equal(new HeldChooser(new TokenBytes(byteTokenizer), ' ', /^[ \t]/).choose(logits).token, 32);
});

test('a line that takes too long ends where it is, and its start is returned', async () => {
  const asked = { ...question, before: 'const total = ', maxLines: 1 };
  const whole = await writer().write(asked, nothing);
  const late = await writer().write({ ...asked, budget: -1 }, nothing);
  assert.equal(late.text, '');
  assert.equal(late.written, 1);
  assert.deepEqual(late.steps.length, 1);
  assert.ok(whole.line.startsWith(late.line));
});

test('behind a signature the output starts on the next line', async () => {
  const body = { ...question, after: '\n', maxLines: 3 };
  for (const before of [
    'function total(a: number) {',
    'def total(a):',
    'async def total(a):',
    '  if (a) {',
  ]) {
    const { steps } = await writer().write({ ...body, before }, nothing);
    assert.equal(steps.find(({ length }) => length > 0)?.length, 1, before);
    const { line } = await writer().write({ ...body, before }, nothing);
    assert.equal(line, '', before);
  }
  const { line } = await writer().write({ ...body, before: 'const total = ' }, nothing);
  assert.notEqual(line, '');
});
