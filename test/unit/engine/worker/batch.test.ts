import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { engineEntry } from '../../../../server/engine/entry.ts';
import type { FileMemory } from '../../../../server/engine/file-memory.ts';
import { createEngine } from '../../../../server/engine/process.ts';
import { batchGroups } from '../../../../server/engine/worker/batch.ts';
import { tinyConfig, tinyModel } from '../tiny-model.ts';

const filesOf = (lengths: readonly number[]): Int32Array[] =>
  lengths.map((length, file) =>
    Int32Array.from({ length }, (_, at) => (at * at + file * 31 + at * file) % tinyConfig.vocabulary),
  );

test('batches files of similar length where that is cheaper', () => {
  for (const [lengths, expected] of [
    [[], []],
    [[64], []],
    [[64, 64], []],
    [Array(5).fill(64), [[64, 5]]],
    [Array(8).fill(64), [[64, 8]]],
    [Array(9).fill(10), [[10, 8]]],
    [
      [...Array(8).fill(20), ...Array(8).fill(128), 129, 5000],
      [
        [128, 8],
        [20, 8],
      ],
    ],
    [[128, 65, 65], []],
  ] as const) {
    const groups = batchGroups(filesOf(lengths as number[]));
    assert.deepEqual(
      groups.map(files => [lengths[files[0]!], files.length]),
      expected,
      lengths.join(),
    );
  }
});

test('a file’s memory does not depend on its batch', async () => {
  const model = tinyModel();
  const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
  after(() => engine.stop());
  // More than make a batch graph worthwhile, of every length, and longer ones among them.
  const files = filesOf([...Array(200).keys()].map(at => (at % 50 === 49 ? 700 : 1 + ((at * 37) % 128))));
  const together = await engine.run('prefill', { model, files });
  assert.equal(together.length, files.length);
  for (const at of [0, 1, 17, 49, 120, 199]) {
    const alone = await engine.run('prefillFile', { model, ids: files[at]! });
    assert.equal(together[at]!.length, files[at]!.length);
    for (const [name, one] of tensorsOf(alone)) {
      const other = tensorsOf(together[at]!).get(name)!;
      assert.deepEqual(other.shape, one.shape, name);
      const largest = Math.max(...one.data.map(Math.abs));
      for (const [i, value] of one.data.entries())
        assert.ok(Math.abs(value - other.data[i]!) <= 1e-5 * Math.max(1, largest), `${name} of file ${at}`);
    }
  }
});

function tensorsOf({ linear, delta, continuous, strided }: FileMemory) {
  return new Map(Object.entries({ linear, delta, continuous, keys: strided.keys, values: strided.values }));
}
