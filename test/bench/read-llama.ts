/**
 * Reading and decoding beside llama.cpp: `npm run bench -- read-llama`, with `NODE_LLAMA_CPP` naming the folder of the npm package node-llama-cpp. Without it
 * that is said, and nothing is compared.
 *
 * Its model is a random llama of as many parameters as ours has, in q8_0. Both run on one thread, by turns, in this process, and what
 * counts is processor time: several threads of llama.cpp wait for each other by spinning, which on a busy machine says nothing. Ours reads
 * a context as the product reads a repository (self-decoder and writers), and decodes a token with the memory of it after a
 * prompt of at most 1,024 tokens; that memory has one size, whatever is in it. What 65,536 tokens cost llama.cpp is not measured but follows from a line
 * through the others.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Model } from '../../server/engine/worker/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { loadWeights } from '../../server/engine/worker/weights.ts';
import { loadTokenizer, shippedModelFolder } from '../../server/tokens/load.ts';
import { type LlamaShape, llamaParameters, randomLlama } from './read-llama-gguf.ts';

/** The used part of node-llama-cpp's interface. */
interface LlamaCpp {
  readonly getLlama: (options: { gpu: false; build: 'never'; logLevel: 'error' }) => Promise<{
    loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  }>;
}
interface LlamaModel {
  createContext(options: {
    contextSize: number;
    batchSize: number;
    threads: number;
    flashAttention: boolean;
  }): Promise<{ getSequence(): Sequence; dispose(): Promise<void> }>;
}
interface Sequence {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: { temperature: number }): AsyncIterable<number>;
}

interface Costs {
  /** Milliseconds of processor time: for the whole context, and for a token after it. */
  readonly reading: number;
  readonly decoding: number;
}

const measured = [512, 2048, 8192, 16_384];
const extrapolated = 65_536;
const decoded = 24;
const longestPrompt = 1024;

await compare();

async function compare(): Promise<void> {
  const folder = process.env['NODE_LLAMA_CPP'] ?? '';
  const entry = path.join(folder, 'dist/index.js');
  if (folder === '' || !existsSync(entry)) {
    const line = '='.repeat(80);
    console.error(
      `${line}\nNOT COMPARED WITH LLAMA.CPP: NODE_LLAMA_CPP has to name the folder of node-llama-cpp.\n${line}`,
    );
    process.exitCode = 3;
    return;
  }
  const tokenizer = loadTokenizer();
  const loaded = loadWeights({ folder: shippedModelFolder(), tokenizerHash: tokenizer.hash });
  const { vocabulary, width, heads, mlp } = loaded.config;
  const parameters = loaded.weights.parameters;
  const shape = shapeLike({ vocabulary, width, heads, mlp, context: measured.at(-1)! + 64 }, parameters);
  const temporary = mkdtempSync(path.join(tmpdir(), 'longsight-llama-'));
  try {
    const file = path.join(temporary, 'random.gguf');
    writeFileSync(file, randomLlama(shape));
    const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaCpp;
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
    const theirs = await llama.loadModel({ modelPath: file });
    const ours = new Model(await loadRuntime(), 'cpu', loaded, { exact: false, threads: 1 });
    console.log(
      `ours: ${loaded.name}, ${millions(parameters)} parameters; llama.cpp: a random llama of ${millions(llamaParameters(shape))} in q8_0 (${shape.layers} layers of ${width}); one thread each`,
    );
    await ourCosts(ours, 600); // Opens the graphs.
    const flash = await quickerWithFlash(theirs);
    console.log(`llama.cpp ${flash ? 'with' : 'without'} its flash attention, which is quicker here\n`);
    const rows: Row[] = [];
    printHeads();
    for (const tokens of measured) {
      // Long contexts average out disturbances.
      const repeats = tokens > 4096 ? 1 : 2;
      const row: Row = {
        tokens,
        ours: await best(repeats, () => ourCosts(ours, tokens)),
        theirs: await best(repeats, () => theirCosts(theirs, tokens, flash)),
      };
      print(row);
      rows.push(row);
    }
    const furthest = await ourCosts(ours, extrapolated);
    print({ tokens: extrapolated, ours: furthest, theirs: beyond(rows) }, '  llama.cpp extrapolated');
    console.log(
      '\nin processor seconds; extrapolated from a + b·n by least squares, for a token read on average and for one decoded',
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

interface Row {
  readonly tokens: number;
  readonly ours: Costs;
  readonly theirs: Costs;
}

function printHeads(): void {
  printCells([
    'context',
    'reading:',
    'ours',
    'llama.cpp',
    'ratio',
    'decoding:',
    'ours',
    'llama.cpp',
    'ratio',
  ]);
  printCells(['tokens', '', 'tokens/s', 'tokens/s', '×', '', 'ms a token', 'ms a token', '×']);
}

function print({ tokens, ours, theirs }: Row, note = ''): void {
  const speed = ({ reading }: Costs): string => ((1000 * tokens) / reading).toFixed(0);
  const reading = (theirs.reading / ours.reading).toFixed(1);
  const decoding = (theirs.decoding / ours.decoding).toFixed(1);
  const decodingTimes = [ours.decoding.toFixed(2), theirs.decoding.toFixed(2), decoding];
  printCells([tokens, '', speed(ours), speed(theirs), reading, '', ...decodingTimes], note);
}

function printCells(cells: readonly (string | number)[], note = ''): void {
  console.log(cells.map(cell => String(cell).padStart(13)).join('') + note);
}

/** llama.cpp's cost at the context that was not run: a + b·n by least squares, per prefilled and per decoded token. */
function beyond(rows: readonly Row[]): Costs {
  const mean = (of: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const x = mean(row => row.tokens);
  const line = (cost: (row: Row) => number): number => {
    const covariance = mean(row => (row.tokens - x) * cost(row));
    const variance = mean(row => (row.tokens - x) ** 2);
    return mean(cost) + (covariance / variance) * (extrapolated - x);
  };
  return {
    reading: extrapolated * line(row => row.theirs.reading / row.tokens),
    decoding: line(row => row.theirs.decoding),
  };
}

/** The number of layers that comes nearest to the parameter count. */
function shapeLike(shape: Omit<LlamaShape, 'layers'>, parameters: number): LlamaShape {
  const none = llamaParameters({ ...shape, layers: 0 });
  const each = llamaParameters({ ...shape, layers: 1 }) - none;
  return { ...shape, layers: Math.max(1, Math.round((parameters - none) / each)) };
}

async function ourCosts(model: Model, tokens: number): Promise<Costs> {
  const between = async (): Promise<void> => {};
  const ids = idsOf(tokens);
  const reading = await processorTime(() => model.prefillFile(ids, model.config.dilated_span, between));
  const prompt = [...idsOf(Math.min(tokens, longestPrompt))];
  await model.decode(Int32Array.from(prompt), undefined, 1, between);
  const decoding = await processorTime(async () => {
    for (let i = 0; i < decoded; i++) {
      prompt.push(300 + i);
      await model.decode(Int32Array.from(prompt), undefined, 1, between);
    }
  });
  return { reading, decoding: decoding / decoded };
}

async function theirCosts(model: LlamaModel, tokens: number, flashAttention: boolean): Promise<Costs> {
  const context = await model.createContext({
    contextSize: tokens + 2 * decoded,
    batchSize: 512,
    threads: 1,
    flashAttention,
  });
  const sequence = context.getSequence();
  const reading = await processorTime(() => sequence.evaluateWithoutGeneratingNewTokens([...idsOf(tokens)]));
  let count = 0;
  const decoding = await processorTime(async () => {
    for await (const _ of sequence.evaluate([300], { temperature: 0 })) if (++count === decoded) break;
  });
  await context.dispose();
  if (count < decoded) throw new Error(`llama.cpp ended after ${count} tokens.`);
  return { reading, decoding: decoding / decoded };
}

async function quickerWithFlash(model: LlamaModel): Promise<boolean> {
  const without = await theirCosts(model, 2048, false);
  return (await theirCosts(model, 2048, true)).reading < without.reading;
}

/** The better of several runs for each part: disturbances only add. */
async function best(repeats: number, run: () => Promise<Costs>): Promise<Costs> {
  let costs = await run();
  for (let i = 1; i < repeats; i++) {
    const { reading, decoding } = await run();
    costs = { reading: Math.min(costs.reading, reading), decoding: Math.min(costs.decoding, decoding) };
  }
  return costs;
}

async function processorTime(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Ids that are special in neither vocabulary. */
function idsOf(count: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, i) => 300 + ((i * 7919) % 7000));
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(2)}M`;
}
