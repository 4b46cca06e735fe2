import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadWeights } from '../../../server/engine/worker/weights.ts';
import { loadTokenizer, shippedModelFolder } from '../../../server/tokens/load.ts';
import { modelIdOf } from '../../../server/tokens/model-id.ts';
import { tinyConfig, tinyModel, tokenizerHash } from './tiny-model.ts';

test('a model folder is loaded, and its id is of weights, tokenizer and rendering', () => {
  const { name, config, modelId, weights } = loadWeights(tinyModel());
  assert.equal(name, 'nano');
  assert.deepEqual(config, tinyConfig);
  assert.ok(weights.has('embedding.weight'));
  assert.match(modelId, /^[0-9a-f]{16}$/);
  assert.notEqual(modelId, modelIdOf({ hash: tokenizerHash }));
  assert.equal(loadWeights(tinyModel()).modelId, modelId);
  assert.notEqual(loadWeights(tinyModel({ steps: '7' })).modelId, modelId);
});

test('the shipped weights fit the shipped tokenizer', () => {
  const tokenizer = loadTokenizer();
  const { config } = loadWeights({ folder: shippedModelFolder(), tokenizerHash: tokenizer.hash });
  assert.equal(config.vocabulary, tokenizer.vocabularySize);
});

const fileIn = (folder: string, ending = ''): string => path.join(folder, `nano.safetensors${ending}`);

const spoilt: readonly [name: string, spoil: (folder: string) => void, expected: RegExp][] = [
  ['no folder', folder => rmSync(folder, { recursive: true }), /folder cannot be read: .* \(ENOENT\)/],
  ['no weights', folder => rmSync(fileIn(folder)), /weights cannot be read: .*nano\.safetensors \(ENOENT\)/],
  [
    'no checksum',
    folder => rmSync(fileIn(folder, '.sha256')),
    /checksum cannot be read: .*\.sha256 \(ENOENT\)/,
  ],
  ['a cut file', folder => truncateSync(fileIn(folder), 20_000), /nano\.safetensors: .*cut short/],
  ['a changed file', change, /does not have the checksum in .*: it is damaged or not the original/],
  [
    'a checksum of nothing',
    folder => writeFileSync(fileIn(folder, '.sha256'), ''),
    /does not have the checksum/,
  ],
];

for (const [name, spoil, expected] of spoilt) {
  test(`a model folder with ${name} is refused in words`, () => {
    const reference = tinyModel();
    spoil(reference.folder);
    assert.throws(() => loadWeights(reference), expected);
  });
}

test('rejects weights for another tokenizer or rendering', () => {
  const other = { ...tinyModel(), tokenizerHash: 'b'.repeat(64) };
  assert.throws(
    () => loadWeights(other),
    /another tokenizer \(aaaaaaaaaaaa\) than is in use \(bbbbbbbbbbbb\)/,
  );
  assert.throws(
    () => loadWeights(tinyModel({ rendering_version: '0' })),
    /rendered in version 0; this is version 1/,
  );
  assert.throws(() => loadWeights({ ...tinyModel(), name: 'base' }), /base\.safetensors \(ENOENT\)/);
});

function change(folder: string): void {
  const bytes = readFileSync(fileIn(folder));
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(fileIn(folder), bytes);
}
