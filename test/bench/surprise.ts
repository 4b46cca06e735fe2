/**
 * The surprise of files given the rest of their repository, in bits per byte, by the copy memory and the shipped model together
 * (server/surprise/), beside each alone, and how long either takes:
 *     npm run bench -- surprise [--files 24] [--tokens 2000] [--fit] <folder> …
 * The copy memory alone leaves what it does not know to the frequencies of tokens. `--fit` prints `copyWeights` fitted to the folders by
 * expectation maximization.
 */
import { parseArgs } from 'node:util';
import type { Continuations } from '../../server/copy-memory/continuations.ts';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { contentOf } from '../../server/sequence/content.ts';
import { cellCount, cellOf, mixedBits } from '../../server/surprise/mixture.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { shippedModel } from './mixture/model.ts';
import { heldOut, readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '24' },
    tokens: { type: 'string', default: '2000' },
    fit: { type: 'boolean', default: false },
  },
});
const most = Number(values.tokens);
const tokenizer = loadTokenizer();
const model = shippedModel(tokenizer);
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });

/** One for each token: what is elsewhere, the model's bits, and bits by the token's frequency. */
interface Observed {
  readonly found: Continuations;
  readonly bits: number;
  readonly frequency: number;
}

const seen: Observed[] = [];
for (const folder of positionals) {
  const repository = readRepository(folder, tokenizer);
  const memory = new CopyMemory(tokenizer);
  const counts = new Float64Array(tokenizer.vocabularySize).fill(1);
  for (const { path, tokens } of repository.files) {
    memory.set(path, tokens);
    for (const token of tokens) counts[token]!++;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  memory.settle();
  const observed: Observed[] = [];
  const times = { copy: 0, model: 0 };
  let bytes = 0;
  for (const { path, tokens } of heldOut(repository, Number(values.files), 1)) {
    const ids = tokens.subarray(0, most);
    const { start, end } = contentOf(tokenizer, ids);
    const from = performance.now();
    const judged = await engine.run('judge', { model, ids, asked: new Int32Array(ids.length).fill(-1) });
    const between = performance.now();
    const elsewhere = memory.elsewhere(path);
    for (let at = start; at < end; at++) {
      const found = elsewhere(ids, at);
      observed.push({ found, bits: judged.bits[at]!, frequency: Math.log2(total / counts[ids[at]!]!) });
      bytes += tokenizer.bytesOf(ids[at]!).length;
    }
    times.copy += performance.now() - between;
    times.model += between - from;
  }
  seen.push(...observed);
  const perByte = (bitsOf: (one: Observed) => number): string =>
    (observed.reduce((sum, one) => sum + bitsOf(one), 0) / bytes).toFixed(3);
  const each = (milliseconds: number): string => (milliseconds / observed.length).toFixed(3);
  console.log(
    `${repository.name}: ${observed.length} tokens of ${memory.tokens}; bits per byte: copy memory ${perByte(({ found, frequency }) => mixedBits(found, frequency))}, ` +
      `model ${perByte(({ bits }) => bits)}, together ${perByte(({ found, bits }) => mixedBits(found, bits))}; ` +
      `ms a token: copy memory ${each(times.copy)}, model ${each(times.model)}`,
  );
}
await engine.stop();
if (values.fit) console.log(fitted(seen));

/** The weights under which the tokens take the fewest bits. */
function fitted(observed: readonly Observed[]): string {
  const weights = new Float64Array(cellCount).fill(0.5);
  for (let round = 0; round < 60; round++) {
    const [believed, all] = [new Float64Array(cellCount).fill(0.5), new Float64Array(cellCount).fill(1)];
    for (const { found, bits } of observed) {
      const cell = cellOf(found);
      const copied = found.places === 0 ? 0 : (weights[cell]! * found.same) / found.places;
      believed[cell]! += copied / (copied + (1 - weights[cell]!) * 2 ** -bits + 1e-12);
      all[cell]! += 1;
    }
    for (let cell = 1; cell < cellCount; cell++) weights[cell] = believed[cell]! / all[cell]!;
  }
  weights[0] = 0;
  return [...weights].map(weight => weight.toFixed(2)).join(', ');
}
