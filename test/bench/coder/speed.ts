/**
 * Prefill and decoding compared with llama.cpp on the same file: one thread each, alternating, in one process, in
 * processor time.
 */
import type { DecoderLowering } from '../../../kernels/decoder/weights.ts';
import { decode } from '../../../server/decoder/decode.ts';
import type { DecoderModel } from '../../../server/decoder/model.ts';
import { DecoderSession } from '../../../server/decoder/session.ts';
import type { DecoderTokenizer } from '../../../server/decoder-tokens/tokenizer.ts';
import { greedy } from '../../../server/model-memory/sampling.ts';
import type { LlamaModel } from './llama.ts';
import { code } from './text.ts';

interface Costs {
  /** Milliseconds of processor time per prefilled and per decoded token. */
  readonly reading: number;
  readonly decoding: number;
}

interface OurCosts extends Costs {
  /** A token decoded with drafts that are all accepted, and a run of eight tokens. */
  readonly drafted: number;
  readonly eight: number;
}

const decodedTokens = 16;

export async function compareSpeed(
  llama: LlamaModel,
  tokenizer: DecoderTokenizer,
  model: DecoderModel,
  lowering: DecoderLowering,
  contexts: readonly number[],
): Promise<void> {
  const warm = code(tokenizer, 64);
  await new DecoderSession(model).read(warm);
  console.log(`ours: ${lowering}; resident ${megabytes(process.memoryUsage().rss)} with both models open`);
  console.log('ms of processor time a token; one thread each');
  print([
    'context',
    'read',
    'llama.cpp',
    '×',
    'decode',
    'llama.cpp',
    '×',
    'drafts',
    '×',
    'run of 8',
    'of 1 ×',
  ]);
  for (const context of contexts) {
    const ids = code(tokenizer, context + decodedTokens);
    const first = await ours(model, ids, context);
    const flash = context <= 512 ? await theirs(llama, ids, context, true) : undefined;
    const plain = await theirs(llama, ids, context, false);
    const other = flash !== undefined && flash.reading < plain.reading ? flash : plain;
    const again = await ours(model, ids, context);
    const best = (of: (costs: OurCosts) => number): number => Math.min(of(first), of(again));
    const [reading, decoding, drafted, eight] = [
      best(costs => costs.reading),
      best(costs => costs.decoding),
      best(costs => costs.drafted),
      best(costs => costs.eight),
    ];
    print([
      context,
      reading.toFixed(2),
      other.reading.toFixed(2),
      (other.reading / reading).toFixed(2),
      decoding.toFixed(1),
      other.decoding.toFixed(1),
      (other.decoding / decoding).toFixed(2),
      drafted.toFixed(1),
      (other.decoding / drafted).toFixed(2),
      eight.toFixed(1),
      (eight / decoding).toFixed(2),
    ]);
  }
  console.log(`resident ${megabytes(process.memoryUsage().rss)} at the end`);
}

async function ours(model: DecoderModel, ids: readonly number[], context: number): Promise<OurCosts> {
  const session = new DecoderSession(model, { chunk: 64 });
  const prompt = ids.slice(0, context);
  const { result: last, time: reading } = await timed(() => session.read(prompt));
  const options = { maxTokens: decodedTokens, choose: greedy, isEnd: () => false };
  const { vocabulary } = model.config;
  const plain = await timed(() => decode(session, last, vocabulary, options));
  session.truncate(context);
  let { tokens } = plain.result;
  const draft = (known: readonly number[], count: number) => tokens.slice(known.length, known.length + count);
  const draftedOnce = () => timed(() => decode(session, last, vocabulary, { ...options, drafts: { draft } }));
  let drafted = await draftedOnce();
  // Runs of one and of many tokens round differently, and eight bits amplify that: a near tie may be decided otherwise.
  for (let tries = 0; tries < 4 && drafted.result.tokens.join() !== tokens.join(); tries++) {
    tokens = drafted.result.tokens;
    session.truncate(context);
    drafted = await draftedOnce();
  }
  session.truncate(context);
  const eight = await timed(() => session.read(tokens.slice(0, 8), { positions: 8 }));
  return {
    reading: reading / context,
    // The first token comes from the logits of prefill.
    decoding: plain.time / (decodedTokens - 1),
    drafted: drafted.time / (decodedTokens - 1),
    eight: eight.time,
  };
}

async function theirs(
  llama: LlamaModel,
  ids: readonly number[],
  context: number,
  flashAttention: boolean,
): Promise<Costs> {
  const opened = await llama.createContext({
    contextSize: context + 2 * decodedTokens,
    batchSize: 512,
    threads: 1,
    flashAttention,
  });
  const sequence = opened.getSequence();
  const { time: reading } = await timed(() =>
    sequence.evaluateWithoutGeneratingNewTokens(ids.slice(0, context - 1)),
  );
  let count = 0;
  const { time: decoding } = await timed(async () => {
    for await (const _ of sequence.evaluate([ids[context - 1]!], { temperature: 0 }))
      if (++count === decodedTokens) break;
  });
  await opened.dispose();
  if (count < decodedTokens) throw new Error(`llama.cpp ended after ${count} tokens.`);
  return { reading: reading / (context - 1), decoding: decoding / decodedTokens };
}

async function timed<Result>(run: () => Promise<Result>): Promise<{ result: Result; time: number }> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return { result, time: (user + system) / 1000 };
}

function print(cells: readonly (string | number)[]): void {
  console.log(cells.map(cell => String(cell).padStart(10)).join(''));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
