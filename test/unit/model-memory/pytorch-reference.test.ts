/**
 * Prefills two files, merges them, and decodes a third with their memory, compared with the PyTorch reference's record.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { engineEntry } from '../../../server/engine/entry.ts';
import { createEngine } from '../../../server/engine/process.ts';
import type { FloatTensor } from '../../../server/engine/tensor.ts';
import { crossDecoderMemory } from '../../../server/model-memory/cross-decoder-memory.ts';
import { MemoryTree } from '../../../server/model-memory/tree.ts';
import { golden, goldenIds, tinyConfig, tinyModel } from '../engine/tiny-model.ts';
import { PlainSpans } from './plain-spans.ts';
import { difference } from './random-leaf.ts';

const model = tinyModel();
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {}, firstDelay: 1 });
after(() => engine.stop());

test('two files in the tree, seen from a third, equal the PyTorch reference’s memory and logits', async t => {
  const spans = new PlainSpans();
  const tree = new MemoryTree(spans);
  for (const sequence of [0, 1, 2]) {
    // The third is excluded, wherever it is; 48 keys are every token.
    const path = ['src/c', 'src/a', 'src/b'][sequence]!;
    const read = await engine.run('prefillFile', { model, ids: goldenIds(sequence), keep: 48 });
    tree.set(path, spans.add(path, read));
  }
  const slots = golden('memory.dilated.key').shape[1]!;
  const memory = crossDecoderMemory(tree.seenFrom('src/c'), slots, tinyConfig, spans.keysOf);
  for (const [part, name] of [
    ['linear', 'memory.linear'],
    ['delta', 'memory.delta'],
    ['keys', 'memory.dilated.key'],
    ['values', 'memory.dilated.value'],
  ] as const) {
    const apart = difference(memory[part], golden(name));
    assert.ok(apart < 1e-4, `${name}: ${apart}`);
  }
  assert.ok(memory.hidden.data.every(value => value === 0));

  // Binned and refitted, while the PyTorch reference fits all tokens at once; their signal is noise, which the basis
  // hardly resolves.
  const apart = difference(memory.continuous, golden('memory.continuous'));
  t.diagnostic(`continuous memory: ${apart.toFixed(4)} from one fit`);
  assert.ok(apart < 0.1, String(apart));

  const facts = await engine.run('loadModel', { model });
  const seen = crossDecoderMemory(tree.seenFrom('src/c'), facts.slots, tinyConfig, spans.keysOf);
  const none = { ...seen.continuous, data: new Float32Array(seen.continuous.data.length) };
  const apartWith = async (continuous: FloatTensor): Promise<number> => {
    await engine.run('loadMemory', { model, key: 'others', memory: { ...seen, continuous } });
    const result = await engine.run('decode', { model, ids: goldenIds(0), memory: 'others' });
    assert.equal(result.type, 'decoded');
    const shape = [tinyConfig.vocabulary];
    const expected = { shape, data: golden('logits').data.slice(-tinyConfig.vocabulary) };
    return result.type === 'decoded' ? difference({ shape, data: result.logits }, expected) : Number.NaN;
  };
  assert.ok((await apartWith(seen.continuous)) < 1e-4);
  // A missing memory would exceed the bound.
  assert.ok((await apartWith(none)) > 1e-4);
});
