/**
 * What eight bits a number cost a leaf: `npm run bench -- read-leaf-error <folder>`. The model's memory of the folder is made twice, from leaves as they were
 * read (float32) and from leaves as they are kept, and files that are in neither are coded with each, in the exact model.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CrossDecoderMemory } from '../../server/engine/messages.ts';
import { Model } from '../../server/engine/worker/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { loadWeights } from '../../server/engine/worker/weights.ts';
import { crossDecoderMemory } from '../../server/model-memory/cross-decoder-memory.ts';
import { ModelMemory } from '../../server/model-memory/model-memory.ts';
import { MemoryTree } from '../../server/model-memory/tree.ts';
import { RecordLog } from '../../server/storage/record-log.ts';
import { loadTokenizer, shippedModelFolder } from '../../server/tokens/load.ts';
import { PlainSpans } from '../unit/model-memory/plain-spans.ts';
import { heldOut, readRepository } from './repositories.ts';

const maxTokens = 150_000;
/** Files to code, and tokens of each: as many as the engine answers at once. */
const coded = { files: 8, tokens: 512, step: 32 };

const tokenizer = loadTokenizer();
const loaded = loadWeights({ folder: shippedModelFolder(), tokenizerHash: tokenizer.hash });
const model = new Model(await loadRuntime(), 'cpu', loaded, { exact: true, threads: 1 });
const { config, modelId } = loaded;
const between = async (): Promise<void> => {};
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Name a folder: npm run bench -- read-leaf-error <folder>');
  process.exitCode = 2;
} else await compare(folder);

async function compare(root: string): Promise<void> {
  const repository = readRepository(root, tokenizer);
  const questions = heldOut(repository, coded.files, 1);
  const temporary = mkdtempSync(path.join(tmpdir(), 'longsight-bench-'));
  const store = new RecordLog(temporary, Number.POSITIVE_INFINITY);
  const kept = new ModelMemory({ config, modelId, slots: model.slots, store });
  const spans = new PlainSpans(config);
  const exact = new MemoryTree(spans);
  let read = 0;
  for (const { path: file, tokens } of repository.files) {
    if (read > maxTokens) break;
    if (tokens.length === 0 || questions.some(question => question.path === file)) continue;
    const memory = await model.prefillFile(tokens, config.dilated_span, between);
    kept.set(file, kept.keyOf(tokens), memory);
    exact.set(file, spans.add(kept.keyOf(tokens), memory));
    read += tokens.length;
  }
  const bits = { none: 0, exact: 0, kept: 0 };
  let [bytes, apart, largest] = [0, 0, 0];
  for (const { path: file, tokens } of questions) {
    const ids = Int32Array.from(tokens.slice(0, coded.tokens + 1));
    model.loadMemory('exact', crossDecoderMemory(exact.seenFrom(file), model.slots, config, spans.keysOf));
    model.loadMemory('kept', kept.seenFrom(file).memory as CrossDecoderMemory);
    for (let end = coded.step; end < ids.length; end += coded.step) {
      const logits = {
        none: await logitsOf(ids.slice(0, end), undefined),
        exact: await logitsOf(ids.slice(0, end), 'exact'),
        kept: await logitsOf(ids.slice(0, end), 'kept'),
      };
      for (const which of ['none', 'exact', 'kept'] as const) bits[which] += bitsOf(logits[which], ids, end);
      for (const [at, value] of logits.exact.entries()) {
        largest = Math.max(largest, Math.abs(value));
        apart = Math.max(apart, Math.abs(value - logits.kept[at]!));
      }
      for (let at = end - coded.step + 1; at <= end; at++) bytes += tokenizer.bytesOf(ids[at]!).length;
    }
  }
  const rate = (of: number): string => (of / bytes).toFixed(5);
  console.log(
    `${repository.name}: ${read} tokens in memory, ${questions.length} other files coded, ${bytes} bytes of them`,
  );
  console.log(
    `bits a byte: ${rate(bits.none)} without memory, ${rate(bits.exact)} with leaves in float32, ${rate(bits.kept)} with leaves in eight bits`,
  );
  console.log(`logits at most ${(apart / largest).toExponential(1)} of the largest apart`);
  store.close();
  rmSync(temporary, { recursive: true });
}

async function logitsOf(ids: Int32Array, memory: string | undefined): Promise<Float32Array> {
  const result = await model.decode(ids, memory, coded.step, between);
  if (result.type !== 'decoded') throw new Error(result.type);
  return result.logits;
}

/** Bits of the tokens after the last positions of a prompt that ends at `end`. */
function bitsOf(logits: Float32Array, ids: Int32Array, end: number): number {
  let bits = 0;
  const width = config.vocabulary;
  for (let row = 0; row < coded.step; row++) {
    const scores = logits.subarray(row * width, (row + 1) * width);
    const most = scores.reduce((a, b) => Math.max(a, b));
    const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
    bits += (Math.log(sum) + most - scores[ids[end - coded.step + row + 1]!]!) / Math.LN2;
  }
  return bits;
}
