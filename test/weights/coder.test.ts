import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { GgufFile } from '../../server/gguf/reader.ts';
import { openCoder } from '../../server/models/coder.ts';
import { modelNamed } from '../../server/models/library.ts';
import { weightsFor } from './models.ts';

/** Made by the Python packages gguf and tokenizers: see coder-weights.py beside it. */
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/coder-weights.json'), 'utf8'),
) as Record<string, { tensors: string; texts: readonly { text: string; ids: number[] }[] }>;
const largest = 10_000_000;

const known = {
  'qwen2.5-coder-0.5b': {
    architecture: 'qwen2',
    vocabulary: 151_936,
    width: 896,
    layers: 24,
    heads: 14,
    keyHeads: 2,
    headWidth: 64,
    mlp: 4864,
    rotaryBase: 1_000_000,
    attentionBias: true,
    tiedHead: false,
  },
  'smollm2-135m': {
    architecture: 'llama',
    vocabulary: 49_152,
    width: 576,
    layers: 30,
    heads: 9,
    keyHeads: 3,
    headWidth: 64,
    mlp: 1536,
    rotaryBase: 100_000,
    attentionBias: false,
    tiedHead: true,
  },
};

for (const [name, expected] of Object.entries(known)) {
  const weights = weightsFor(name);
  const skip = 'skip' in weights && weights.skip;
  const { tensors, texts } = golden[modelNamed(name).fileName]!;

  test(`${name}: its numbers equal the Python dequantiser's`, { skip }, async () => {
    assert.ok('file' in weights);
    const file = await GgufFile.open(weights.file);
    const digest = createHash('sha256');
    for (const { name: tensor, elements } of file.tensors.values()) {
      if (elements > largest) continue;
      const numbers = await file.read(tensor);
      digest.update(
        `${tensor} ${createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex')}\n`,
      );
    }
    assert.equal(digest.digest('hex'), tensors);
    await file.close();
  });

  test(`${name}: configuration, ids, fill-in-the-middle`, { skip }, async () => {
    assert.ok('file' in weights);
    const coder = await openCoder(weights.file);
    const { config, tokenizer, weights: source } = coder;
    for (const [field, value] of Object.entries(expected))
      assert.equal(config[field as keyof typeof expected], value, field);
    for (const { text, ids } of texts) {
      assert.deepEqual(Array.from(tokenizer.encode(text)), ids, JSON.stringify(text));
      // SmolLM2's vocabulary lacks some control characters.
      if (expected.architecture === 'qwen2' || !text.includes('\0'))
        assert.equal(tokenizer.decode(ids), text);
    }
    assert.equal(tokenizer.fillInMiddle !== undefined, expected.architecture === 'qwen2');
    assert.ok(tokenizer.ends.has(tokenizer.specialId('<|im_end|>')!));
    const rows = await source.readRows('embedding.weight', expected.vocabulary - 3, 3);
    assert.equal(rows.length, 3 * expected.width);
    await coder.close();
  });
}
