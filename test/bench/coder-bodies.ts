/**
 * Bodies of functions, removed and written again from comment and signature: `npm run bench -- coder-bodies <bodies a repository> <seed> <folder>…`, with `CODER_GGUF`
 * and `CODER` as for `coder-observe`; beside llama.cpp with the same model and 2,000 tokens of BM25 chunks where `NODE_LLAMA_CPP` names node-llama-cpp. First line
 * right, edit similarity, share that parses. Ours is told what related files declare, as in an editor. Prints a row after each body.
 */

import { partOf } from '../../server/coder/ending.ts';
import { CodeWriter } from '../../server/coder/writer.ts';
import { convertDecoder } from '../../server/decoder/convert.ts';
import { chooseLowering } from '../../server/decoder/exactness.ts';
import { DecoderModel } from '../../server/decoder/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { ChunkIndex } from '../../server/evaluation/bm25.ts';
import { similarity } from '../../server/evaluation/metrics.ts';
import { randomFrom, shuffled } from '../../server/evaluation/random.ts';
import { openCoder } from '../../server/models/coder.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { type Body, bodiesOf, Checker } from './coder/bodies.ts';
import { type LlamaSequence, openLlama } from './coder/llama.ts';
import { type RelatedTo, relatedIn } from './coder/related.ts';
import { readRepository } from './completion-repository.ts';

const [count = '10', seed = '1', ...folders] = process.argv.slice(2);
const maxLines = 14;
const mostTokens = 160;
const contextTokens = 2000;
const linesBefore = 60;
const linesAfter = 20;

const gguf = process.env['CODER_GGUF'] ?? '';
const folder = process.env['CODER'] ?? '';
const llamaFolder = process.env['NODE_LLAMA_CPP'] ?? '';
// llama.cpp's threads do not keep the process alive: without a timer it ends while one of its promises is awaited.
const alive = setInterval(() => {}, 60_000);
const runtime = await loadRuntime();
const coder = await openCoder(gguf);
const lowering = await chooseLowering(runtime, 'cpu');
await convertDecoder(folder, coder.config, coder.weights, { lowering });
const model = await DecoderModel.open(runtime, folder, coder.config, { lowering, device: 'cpu', threads: 1 });
const writer = new CodeWriter(coder, model);
const context =
  llamaFolder === ''
    ? undefined
    : await (await openLlama(llamaFolder, gguf)).createContext({
        contextSize: 4096,
        batchSize: 512,
        threads: 1,
        flashAttention: true,
      });
const theirs = context?.getSequence();
const checker = await Checker.open();
const tokenizer = loadTokenizer();

interface Score {
  bodies: number;
  firstLine: number;
  similarity: number;
  parses: number;
  seconds: number;
}
const scores = new Map<string, Score>();

for (const repository of folders) {
  const { name, files } = await readRepository(repository, tokenizer);
  const index = new ChunkIndex(files);
  const relatedTo = await relatedIn({ name, files });
  const all = shuffled(files.flatMap(bodiesOf), randomFrom(Number(seed)));
  const bodies: Body[] = [];
  for (const body of all) {
    if (bodies.length >= Number(count)) break;
    if (await checker.parses(body.file.path, body.file.text)) bodies.push(body);
  }
  for (const body of bodies) {
    await note('longsight', name, body, () => ours(body, name, relatedTo));
    if (theirs !== undefined) await note('llama.cpp', name, body, () => other(theirs, body, index));
  }
}
for (const [who, { bodies, ...sums }] of scores)
  console.log(
    `${who}: ${bodies} bodies; first line right ${percent(sums.firstLine / bodies)}, edit similarity ${percent(sums.similarity / bodies)}, parses ${percent(sums.parses / bodies)}, ${(sums.seconds / bodies).toFixed(1)} s each`,
  );
await model.release();
await context?.dispose();
clearInterval(alive);

async function note(who: string, name: string, body: Body, write: () => Promise<string>): Promise<void> {
  const started = performance.now();
  const written = await write();
  const score = scores.get(who) ?? { bodies: 0, firstLine: 0, similarity: 0, parses: 0, seconds: 0 };
  scores.set(who, score);
  const { file, before, expected, after } = body;
  const isRight = firstLine(written) === firstLine(expected);
  const parses = await checker.parses(file.path, before + written + after);
  const alike = similarity(written.trim(), expected.trim());
  score.bodies++;
  score.firstLine += Number(isRight);
  score.similarity += alike;
  score.parses += Number(parses);
  score.seconds += (performance.now() - started) / 1000;
  console.log(
    `${who.padEnd(10)} ${name.padEnd(8)} ${file.path}: first line ${isRight ? 'right' : 'wrong'}, similarity ${percent(alike)}, ${parses ? 'parses' : 'does not parse'}`,
  );
}

async function ours({ file, before, after }: Body, name: string, relatedTo: RelatedTo): Promise<string> {
  const related = relatedTo(file.path, before + after);
  const { text } = await writer.write(
    { coder: { file: '', folder }, document: `${name}/${file.path}`, related, before, after, maxLines },
    async () => {},
  );
  return text;
}

/** Greedy, with the usual prompt: chunks of other files, the text before, the text after. */
async function other(
  sequence: LlamaSequence,
  { file, before, after }: Body,
  index: ChunkIndex,
): Promise<string> {
  const middle = coder.tokenizer.fillInMiddle;
  if (middle === undefined) throw new Error('The model has no fill-in-the-middle.');
  const encode = (text: string): number[] => Array.from(coder.tokenizer.encode(text));
  const near = before.split('\n').slice(-linesBefore).join('\n');
  const own = [
    middle.prefix,
    ...encode(near),
    middle.suffix,
    ...encode(after.split('\n').slice(0, linesAfter).join('\n')),
    middle.middle,
  ];
  let chunks: number[] = [];
  // Best last: the best ones are kept.
  for (const chunk of index.best(near.split('\n').slice(-10).join('\n'), file.path, 32).reverse()) {
    const ids = [
      ...(middle.file === undefined ? [] : [middle.file]),
      ...encode(`${chunk.path}\n${chunk.text}\n`),
    ];
    if (chunks.length + ids.length > contextTokens) break;
    chunks = [...ids, ...chunks];
  }
  await sequence.clearHistory();
  const linePrefix = before.slice(before.lastIndexOf('\n') + 1);
  const stream = coder.tokenizer.decodeStream();
  let [text, tokens] = ['', 0];
  for await (const token of sequence.evaluate([...chunks, ...own], { temperature: 0 })) {
    if (coder.tokenizer.isSpecial(token)) break;
    text += stream.push(token);
    if (++tokens >= mostTokens || !partOf(text, { linePrefix, maxLines }).isOpen) break;
  }
  return partOf(`${text}\n`, { linePrefix, maxLines }).text.trimEnd();
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!.trim();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
