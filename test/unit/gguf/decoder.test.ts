import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { DecoderConfig } from '../../../kernels/decoder/config.ts';
import { decoderConfigOf, weightsOf } from '../../../server/gguf/decoder.ts';
import { GgufError } from '../../../server/gguf/error.ts';
import { GgufFile } from '../../../server/gguf/reader.ts';
import { metadataOf, smallConfig, tensorsOf, weightsFor } from './models.ts';
import { float32Tensor, ggufOf, type Tensor, type Value } from './writer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'longsight-gguf-decoder-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'model.gguf');

async function opened(metadata: Record<string, Value>, tensors: readonly Tensor[]): Promise<GgufFile> {
  writeFileSync(file, ggufOf(metadata, tensors));
  return GgufFile.open(file);
}

const families: readonly DecoderConfig[] = [
  { ...smallConfig, architecture: 'llama' },
  { ...smallConfig, architecture: 'llama', attentionBias: true, tiedHead: false },
  { ...smallConfig, attentionBias: true },
  { ...smallConfig, architecture: 'qwen3', queryKeyNorm: true, tiedHead: false },
];

for (const config of families) {
  const { architecture, attentionBias, tiedHead } = config;
  test(`${architecture}, biases ${attentionBias}, tied head ${tiedHead}: configuration and weights of its file`, async () => {
    const weights = weightsFor(config);
    const gguf = await opened(metadataOf(config), tensorsOf(config, weights));
    assert.deepEqual(await decoderConfigOf(gguf), config);
    const source = weightsOf(gguf, config);
    assert.deepEqual(source.names(), [...weights.keys()]);
    for (const [name, numbers] of weights) assert.deepEqual(await source.read(name), numbers, name);
    const query = 'layers.1.attention.query.weight';
    assert.deepEqual(
      await source.readRows(query, 6, 12),
      weights.get(query)!.subarray(6 * config.width, 18 * config.width),
    );
    assert.deepEqual(await source.readRows('norm.gain', 2, 3), weights.get('norm.gain')!.subarray(2, 5));
    await assert.rejects(source.read('layers.2.mlp.up.weight'), /no weight layers\.2/);
    if (architecture === 'llama')
      await assert.rejects(source.readRows(query, 3, 6), /by whole heads of 6 rows/);
    await gguf.close();
  });
}

test('slower rotation: one factor, factors of a tensor, both', async () => {
  const config = { ...smallConfig, architecture: 'llama' };
  const tensors = tensorsOf(config, weightsFor(config));
  const linear: Record<string, Value> = {
    'llama.rope.scaling.type': { string: 'linear' },
    'llama.rope.scaling.factor': { float32: 4 },
  };
  const factors = float32Tensor('rope_freqs.weight', [3], new Float32Array([1, 2, 8]));
  const cases: readonly (readonly [Record<string, Value>, Tensor[], number[]])[] = [
    [linear, tensors, [4, 4, 4]],
    [{}, [...tensors, factors], [1, 2, 8]],
    [linear, [...tensors, factors], [4, 8, 32]],
  ];
  for (const [metadata, all, divisors] of cases) {
    const gguf = await opened({ ...metadataOf(config), ...metadata }, all);
    assert.deepEqual((await decoderConfigOf(gguf)).rotaryDivisors, divisors);
    await gguf.close();
  }
});

const tensors = tensorsOf(smallConfig, weightsFor(smallConfig));
const refused: readonly (readonly [string, Record<string, Value>, Tensor[], RegExp])[] = [
  [
    'another architecture',
    { 'general.architecture': { string: 'gemma2' } },
    tensors,
    /architecture gemma2\. Supported are llama, qwen2, qwen3/,
  ],
  ['a mixture of experts', { 'qwen2.expert_count': { uint32: 8 } }, tensors, /mixture of experts/],
  ['no layers', { 'qwen2.block_count': { uint32: 0 } }, tensors, /block_count is 0/],
  ['a layer more than tensors', { 'qwen2.block_count': { uint32: 3 } }, tensors, /no tensor blk\.2/],
  ['a million layers', { 'qwen2.block_count': { uint32: 1 << 20 } }, tensors, /damaged: .* 1048576 layers/],
  [
    'fewer layers than tensors',
    { 'qwen2.block_count': { uint32: 1 } },
    tensors,
    /blk\.1\.\w+\.weight is not supported/,
  ],
  [
    'another width',
    { 'qwen2.embedding_length': { uint32: 24 } },
    tensors,
    /token_embd\.weight is 11 × 12, where/,
  ],
  [
    'heads that do not go together',
    { 'qwen2.attention.head_count_kv': { uint32: 3 } },
    tensors,
    /4 heads .* 3 key heads/,
  ],
  ['yarn', { 'qwen2.rope.scaling.type': { string: 'yarn' } }, tensors, /by yarn, which is not supported/],
  [
    'half a head that rotates',
    { 'qwen2.rope.dimension_count': { uint32: 4 } },
    tensors,
    /dimension_count is 4 and heads have 6/,
  ],
  ['no embedding', {}, tensors.slice(1), /no tensor token_embd/],
  [
    'a tensor too many',
    {},
    [...tensors, float32Tensor('blk.0.ffn_gate_exps.weight', [1], new Float32Array(1))],
    /ffn_gate_exps/,
  ],
];

for (const [what, metadata, all, message] of refused) {
  test(`${what}: refused`, async () => {
    const gguf = await opened({ ...metadataOf(smallConfig), ...metadata }, all);
    await assert.rejects(decoderConfigOf(gguf), (error: Error) => {
      assert.ok(error instanceof GgufError, error.stack);
      assert.match(error.message, message);
      return true;
    });
    await gguf.close();
  });
}
