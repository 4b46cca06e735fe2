import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { DecoderConfig } from '../../../kernels/decoder/config.ts';
import {
  blockTokens,
  clearStates,
  decodeRows,
  encodeRows,
  KeptStates,
  statesFolder,
} from '../../../server/coder/kept-states.ts';
import { CodeWriter } from '../../../server/coder/writer.ts';
import { convertDecoder } from '../../../server/decoder/convert.ts';
import { DecoderModel } from '../../../server/decoder/model.ts';
import type { StoredRows } from '../../../server/decoder/state.ts';
import { loadRuntime } from '../../../server/engine/worker/session.ts';
import { RecordLog } from '../../../server/storage/record-log.ts';
import { families, randomTensors, sourceOf } from '../../kernels/tiny-decoder.ts';
import { byteTokenizer, vocabularySize } from './byte-tokenizer.ts';

const config: DecoderConfig = { ...families[1]!, vocabulary: vocabularySize };
const folder = mkdtempSync(path.join(tmpdir(), 'longsight-states-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let logs = 0;
const newLog = () => new RecordLog(path.join(folder, `states-${logs++}`), 2 ** 24);

/** Rows of which each channel of the keys is larger than the one before. */
function rowsOf(count: number): StoredRows {
  const { layers, keyHeads, headWidth } = config;
  const tensors = Array.from({ length: 2 * layers }, (_, tensor) =>
    Float32Array.from({ length: keyHeads * count * headWidth }, (_, i) => {
      const channel = i % headWidth;
      return Math.sin(i * (tensor + 1)) * (tensor % 2 === 0 ? 2 ** channel : 1);
    }),
  );
  return { count, tensors };
}

const ids = Array.from({ length: 3 * blockTokens + 5 }, (_, i) => i % 7);

test('in eight bits every channel of the keys keeps its own precision', () => {
  const rows = rowsOf(blockTokens);
  const again = decodeRows(encodeRows(rows, config), config)!;
  for (const [tensor, data] of rows.tensors.entries())
    for (const [i, value] of data.entries()) {
      const size = tensor % 2 === 0 ? 2 ** (i % config.headWidth) : 1;
      assert.ok(Math.abs(value - again.tensors[tensor]![i]!) <= size / 250);
    }
  assert.equal(decodeRows(encodeRows(rows, config).subarray(1), config), undefined);
});

test('the longest start that is kept is found, in whole blocks', () => {
  const log = newLog();
  const states = new KeptStates(log, config, 'tiny');
  const rows = rowsOf(ids.length);
  states.keep(ids.length - 1, ids, () => rows);
  assert.equal(states.find(ids)?.ids.length, 3 * blockTokens);
  const other = ids.with(2 * blockTokens + 1, 9);
  const found = states.find(other);
  assert.deepEqual(Array.from(found!.ids), ids.slice(0, 2 * blockTokens));
  assert.equal(found?.rows.count, 2 * blockTokens);
  const first = rows.tensors[1]!.subarray(0, config.headWidth);
  for (const [i, value] of first.entries()) assert.ok(Math.abs(value - found!.rows.tensors[1]![i]!) < 0.01);
  assert.equal(states.find(ids.with(0, 9)), undefined);
  assert.equal(new KeptStates(log, config, 'other').find(ids), undefined);
  states.keep(ids.length - 1, ids, () => assert.fail('all of it is kept'));
  states.clear();
  assert.equal(states.find(ids), undefined);
});

test('a later session reads only what the earlier one has not, and writes the same', async () => {
  const models = path.join(folder, 'model');
  await convertDecoder(models, config, sourceOf(randomTensors(config)), { lowering: 'float32' });
  const options = { lowering: 'float32', device: 'cpu' } as const;
  const model = await DecoderModel.open(await loadRuntime(), models, config, options);
  const log = newLog();
  const tiny = { title: 'tiny', isInstructed: false, tokenizer: byteTokenizer };
  const writer = () => new CodeWriter(tiny, model, new KeptStates(log, config, 'float32'));
  const question = {
    coder: { file: '', folder: '' },
    document: 'a.ts',
    before: `${'let a = 1;\n'.repeat(20)}let b = `,
    after: '\n',
    maxLines: 1,
  };
  const first = await writer().write(question, async () => {});
  assert.equal(first.read, first.prompt);
  const later = writer();
  const second = await later.write(question, async () => {});
  assert.ok(second.read <= first.prompt - 3 * blockTokens, `${second.read} of ${second.prompt}`);
  assert.ok(Math.abs(second.steps[0]!.logProbability - first.steps[0]!.logProbability) < 0.05);
  later.forget();
  assert.equal((await writer().write(question, async () => {})).read, first.prompt);
  await model.release();
});

test('states of every model are cleared, and their folders stay usable', async () => {
  const models = path.join(folder, 'models');
  const logOf = (model: string) => new RecordLog(statesFolder(path.join(models, model)), 2 ** 24);
  const states = ['one', 'other'].map(model => new KeptStates(logOf(model), config, model));
  for (const one of states) one.keep(ids.length, ids, () => rowsOf(ids.length));
  writeFileSync(path.join(models, 'models.json'), '{}');
  await clearStates(models);
  for (const model of ['one', 'other']) assert.equal(logOf(model).records, 0);
  await clearStates(path.join(folder, 'missing'));
});

test('without the folder of states, the model answers all the same', async () => {
  const converted = path.join(folder, 'gone');
  await convertDecoder(converted, config, sourceOf(randomTensors(config)), { lowering: 'float32' });
  const model = await DecoderModel.open(await loadRuntime(), converted, config, {
    lowering: 'float32',
    device: 'cpu',
  });
  const log = new RecordLog(statesFolder(converted), 2 ** 24);
  const tiny = { title: 'tiny', isInstructed: false, tokenizer: byteTokenizer };
  const writer = new CodeWriter(tiny, model, new KeptStates(log, config, 'tiny'));
  rmSync(log.folder, { recursive: true });
  const question = { coder: { file: '', folder: '' }, document: 'a.ts', after: '\n', maxLines: 1 };
  const { read } = await writer.write(
    { ...question, before: `${'let a = 1;\n'.repeat(20)}b` },
    async () => {},
  );
  assert.ok(read > 2 * blockTokens, String(read));
  writer.forget();
  await writer.release();
});
