/**
 * What each of the model's readers gains from a repository's memory: bits a byte of held-out files, as served, with the memory closed, open to all
 * readers, and open to one alone:
 *   npm run bench -- readers [--files 3] [--tokens 400] [--contexts 8000,32000,128000] [--seeds 7,1007,2007] <folder> …
 * A seed chooses the held-out files; neighbouring seeds choose alike. The same files and tokens in every column.
 */
import { parseArgs } from 'node:util';
import { noScore } from '../../kernels/flash-attention/partials.ts';
import type { CrossDecoderMemory } from '../../server/engine/messages.ts';
import type { FloatTensor } from '../../server/engine/tensor.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { shippedModel } from './mixture/model.ts';
import { nearestLast, Scorer } from './mixture/score.ts';
import { heldOut, readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '3' },
    tokens: { type: 'string', default: '400' },
    contexts: { type: 'string', default: '8000,32000,128000' },
    seeds: { type: 'string', default: '7,1007,2007' },
    model: { type: 'string' },
  },
});

/** The memory with all that the other readers read left empty. */
const readers: Readonly<Record<string, (memory: CrossDecoderMemory) => CrossDecoderMemory>> = {
  all: memory => memory,
  'strided read': memory => ({ ...memory, ...noBindings(memory), open: filled(memory.open, 0) }),
  'side read': memory => ({
    ...memory,
    hidden: filled(memory.hidden, noScore),
    open: filled(memory.open, 0),
  }),
  'continuous memory': memory => ({
    ...memory,
    ...noBindings(memory),
    hidden: filled(memory.hidden, noScore),
  }),
};

const tokenizer = loadTokenizer();
const model = shippedModel(tokenizer, values.model);
const [contexts, seeds] = [values.contexts, values.seeds].map(list => list.split(',').map(Number)) as [
  number[],
  number[],
];
const scorer = new Scorer({ model, tokenizer, maxTokens: Number(values.tokens), reads: 0 });
/** Bits a byte by column, seed and repository. */
const found = new Map<string, Map<number, number[]>>();
for (const folder of positionals) {
  const repository = readRepository(folder, tokenizer);
  for (const seed of seeds) {
    const bits = new Map<string, number>();
    let bytes = 0;
    for (const file of heldOut(repository, Number(values.files), seed)) {
      const start = file.tokens.indexOf(tokenizer.special.text) + 1;
      const tokens = file.tokens.subarray(0, start + Number(values.tokens));
      bytes += Buffer.byteLength(tokenizer.decode([...tokens.subarray(start)]));
      const count = async (column: string, key?: string): Promise<void> => {
        const rows = await scorer.modelled(tokens, start, key);
        const sum = rows.reduce((all, row, i) => all - Math.log2(row[tokens[start + i]!]!), 0);
        bits.set(column, (bits.get(column) ?? 0) + sum);
      };
      await count('closed');
      for (const context of contexts) {
        const { key, memory } = await scorer.memoryOf(file, nearestLast(repository, file, context));
        for (const [reader, part] of Object.entries(readers)) {
          const own = `${key} ${context} ${reader}`;
          await scorer.engine.run('loadMemory', { model, key: own, memory: part(memory) });
          await count(columnOf(reader, context), own);
        }
      }
    }
    for (const [column, sum] of bits) note(column, seed, sum / bytes);
  }
  report(repository.name);
}
await scorer.stop();

/** Everything so far, each repository counting equally. */
function report(latest: string): void {
  const closed = means('closed');
  const shown = closed.map(value => value.toFixed(4)).join(', ');
  console.log(`\nafter ${latest}: closed ${shown} bits a byte (seeds ${seeds.join(', ')})`);
  console.table(
    Object.keys(readers).map(reader => ({
      reader,
      ...Object.fromEntries(
        contexts.map(context => {
          const own = means(columnOf(reader, context)).map((value, i) => 100 * (1 - value / closed[i]!));
          return [`gain at ${context}, %`, own.map(value => value.toFixed(2)).join(', ')];
        }),
      ),
    })),
  );
}

function columnOf(reader: string, context: number): string {
  return `${reader} at ${context}`;
}

function note(column: string, seed: number, value: number): void {
  const bySeed = found.get(column) ?? new Map<number, number[]>();
  found.set(column, bySeed);
  bySeed.set(seed, [...(bySeed.get(seed) ?? []), value]);
}

/** The mean over repositories for each seed. */
function means(column: string): number[] {
  return [...found.get(column)!.values()].map(own => own.reduce((a, b) => a + b, 0) / own.length);
}

function noBindings({ linear, delta }: CrossDecoderMemory): Pick<CrossDecoderMemory, 'linear' | 'delta'> {
  return { linear: filled(linear, 0), delta: filled(delta, 0) };
}

function filled({ shape, data }: FloatTensor, value: number): FloatTensor {
  return { shape, data: new Float32Array(data.length).fill(value) };
}
