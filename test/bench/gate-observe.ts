/**
 * Writes what kernels/training/gate.py fits the gate to:
 *   npm run bench -- gate-observe <out.bin> [--files 12] [--tokens 800] [--reads 0] <folder> …
 * Files of each repository, each with nothing, some and all of the rest of its repository in the copy memory (and --reads tokens
 * of it, the nearest, read by the model). A row of float32 a token: bytes of the token, the features, the place of the token among those listed (-1: none), the
 * model's probability of it, then the copy memory's and the model's probabilities of all listed, filled up with zeros.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gateFeatures, maxListed } from '../../server/model-memory/mixture-gate.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { shippedModel } from './mixture/model.ts';
import { nearestLast, Scorer } from './mixture/score.ts';
import { heldOut, readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '12' },
    tokens: { type: 'string', default: '800' },
    model: { type: 'string' },
    reads: { type: 'string', default: '0' },
  },
});
const [out, ...folders] = positionals;
if (out === undefined || folders.length === 0) throw new Error('usage: gate-observe.ts <out.bin> <folder> …');

const tokenizer = loadTokenizer();
const scorer = new Scorer({
  model: shippedModel(tokenizer, values.model),
  tokenizer,
  maxTokens: Number(values.tokens),
  reads: Number(values.reads),
});
const limits = [0, 32_000, Number.POSITIVE_INFINITY];
const width = 1 + gateFeatures + 2 + 2 * maxListed;
const file = openSync(out, 'w');
let rows = 0;
for (const folder of folders) {
  const repository = readRepository(folder, tokenizer);
  for (const [i, held] of heldOut(repository, Number(values.files), 1).entries()) {
    const context = nearestLast(repository, held, limits[i % limits.length]!);
    const scored = await scorer.score(held, context);
    const block = new Float32Array(scored.length * width);
    for (const [at, { token, open, testimony }] of scored.entries()) {
      const row = block.subarray(at * width, (at + 1) * width);
      row[0] = tokenizer.bytesOf(token).length;
      row.set(testimony.features, 1);
      row[1 + gateFeatures] = testimony.tokens.indexOf(token);
      row[2 + gateFeatures] = open;
      row.set(testimony.copied, 3 + gateFeatures);
      row.set(testimony.modelled, 3 + gateFeatures + maxListed);
    }
    writeSync(file, block);
    rows += scored.length;
  }
  console.error(`${repository.name}: ${rows} rows so far`);
}
closeSync(file);
await scorer.stop();
