import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSafetensors, toFloat32 } from '../../kernels/weights/safetensors.ts';

const folder = new URL('../../kernels/weights/', import.meta.url);
const bytes = readFileSync(new URL('nano.safetensors', folder));
const { tensors, metadata } = readSafetensors(bytes);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

test('the shipped weights match the checksum', () => {
  assert.ok(readFileSync(new URL('nano.safetensors.sha256', folder), 'utf8').startsWith(sha256(bytes)));
});

test('the weights name their tokenizer', () => {
  assert.equal(metadata['tokenizer_sha256'], sha256(readFileSync(new URL('tokenizer.json', folder))));
});

test('every layer of the configuration exists, and every number is finite', () => {
  const config = JSON.parse(metadata['config'] ?? '{}') as {
    vocabulary: number;
    width: number;
    mlp: number;
    self_decoder: string[];
    cross_decoder: string[];
  };
  assert.deepEqual(tensors.get('embedding.weight')?.shape, [config.vocabulary, config.width]);
  for (const part of ['self_decoder', 'cross_decoder'] as const) {
    for (const index of config[part].keys()) {
      const layer = `${part}.${index}`;
      assert.deepEqual(tensors.get(`${layer}.mixer.project.weight`)?.shape, [3 * config.width, config.width]);
      assert.deepEqual(tensors.get(`${layer}.mixer.out.weight`)?.shape, [config.width, config.width]);
      assert.deepEqual(tensors.get(`${layer}.mlp.up.weight`)?.shape, [config.mlp, config.width]);
    }
  }
  for (const [name, tensor] of tensors) {
    assert.ok(toFloat32(tensor).every(Number.isFinite), name);
  }
});

test('poles of state spaces lie inside the unit circle', () => {
  const poles = [...tensors].filter(([name]) => name.endsWith('.poles'));
  assert.ok(poles.length > 0);
  for (const [name, tensor] of poles) {
    const values = toFloat32(tensor); // [channels, 2, modes]
    const modes = tensor.shape[2]!;
    for (let i = 0; i < values.length; i += 2 * modes) {
      for (let n = 0; n < modes; n++) {
        assert.ok(Math.hypot(values[i + n]!, values[i + modes + n]!) < 1, name);
      }
    }
  }
});
