/**
 * The model as it is served against float32, on files that it was not trained on:
 *   npm run bench -- lowering [--files 4] [--tokens 600] <folder> …
 * How often both have the same most probable token, and the bits a byte of both. Each file in runs of 32 tokens after a prompt of 256.
 */
import { parseArgs } from 'node:util';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { greedy, softmax } from '../../server/model-memory/sampling.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { shippedModel } from './mixture/model.ts';
import { heldOut, readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '4' },
    tokens: { type: 'string', default: '600' },
    model: { type: 'string' },
  },
});
const tokenizer = loadTokenizer();
const model = shippedModel(tokenizer, values.model);
const [served, exact] = [model, { ...model, exact: true }].map(reference => ({
  reference,
  engine: createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} }),
}));

const sum = { positions: 0, same: 0, served: 0, exact: 0, bytes: 0 };
for (const folder of positionals) {
  const repository = readRepository(folder, tokenizer);
  for (const { tokens } of heldOut(repository, Number(values.files), 7)) {
    const end = Math.min(tokens.length, Number(values.tokens));
    for (let at = 256; at + 32 <= end; at += 32) {
      const ids = tokens.slice(0, at + 31);
      const [a, b] = await Promise.all([logitsOf(served!, ids), logitsOf(exact!, ids)]);
      for (let i = 0; i < 32; i++) {
        const token = tokens[at + i]!;
        const [one, other] = [a, b].map(logits =>
          logits.subarray(i * width(logits), (i + 1) * width(logits)),
        );
        sum.positions++;
        if (greedy(one!) === greedy(other!)) sum.same++;
        sum.served -= Math.log2(softmax(one!)[token]!);
        sum.exact -= Math.log2(softmax(other!)[token]!);
        sum.bytes += tokenizer.bytesOf(token).length;
      }
    }
  }
}
await Promise.all([served!.engine.stop(), exact!.engine.stop()]);
console.log(
  `${sum.positions} positions: the same first token at ${((100 * sum.same) / sum.positions).toFixed(2)} %`,
);
console.log(
  `bits a byte: ${(sum.served / sum.bytes).toFixed(4)} as served, ${(sum.exact / sum.bytes).toFixed(4)} in float32 (${((100 * sum.served) / sum.exact - 100).toFixed(2)} %)`,
);

function width(logits: Float32Array): number {
  return logits.length / 32;
}

async function logitsOf({ engine, reference }: NonNullable<typeof served>, ids: Uint16Array) {
  const answer = await engine.run('decode', { model: reference, ids, positions: 32 });
  if (answer.type === 'unknownMemory') throw new Error('The engine asks for a memory that was not named.');
  return answer.logits;
}
