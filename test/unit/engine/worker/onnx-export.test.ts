import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { engineEntry } from '../../../../server/engine/entry.ts';
import { createEngine } from '../../../../server/engine/process.ts';
import { exportModelGraphs, longestRun } from '../../../../server/engine/worker/onnx-export.ts';
import { loadRuntime } from '../../../../server/engine/worker/session.ts';
import { loadWeights } from '../../../../server/engine/worker/weights.ts';
import { goldenIds, tinyModel } from '../tiny-model.ts';

const model = tinyModel();
const { bytes, optional } = exportModelGraphs(loadWeights(model));
const session = await (await loadRuntime()).open({ bytes, externalData: [] }, 'cpu');
const ids = goldenIds(0);
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
after(() => engine.stop());

test('the file is self-contained: ids are the only required input', async () => {
  const data = BigInt64Array.from(ids, id => BigInt(id));
  const { logits } = await session.run({ ids: { shape: [ids.length], data } });
  assert.ok(logits !== undefined && ids.length <= longestRun);
  const positions = 16;
  const answer = await engine.run('decode', { model: { ...model, exact: true }, ids, positions });
  assert.ok(answer.type === 'decoded');
  assert.deepEqual([...logits.shape], [ids.length, answer.vocabulary]);
  assertClose(logits.data.subarray(-answer.logits.length), answer.logits);
});

test('optional inputs exist, and each state has an output', () => {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const [inputs, outputs] = [graph!.input, graph!.output].map(values => values.map(({ name }) => name));
  assert.deepEqual([...inputs!].sort(), ['ids', ...optional].sort());
  const states = optional.filter(name => !name.startsWith('memory.'));
  assert.deepEqual([...outputs!].sort(), ['logits', ...states.map(name => `${name}'`)].sort());
  assert.ok(graph!.initializer.every(({ externalData }) => externalData.length === 0));
});

function assertClose(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries())
    assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${i}: ${value} is not ${expected[i]}`);
}
