/**
 * `longsight bench`: measures reading, suggesting, editing and reopening on the user's repository, each relative to
 * something known.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { complete } from '../completion/complete.ts';
import { warmUp } from '../completion/warm-up.ts';
import { CopyMemory } from '../copy-memory/copy-memory.ts';
import { plotSvg } from '../evaluation/bench-plot.ts';
import type { Benchmark, Ratio } from '../evaluation/benchmark.ts';
import { filesOf, runEvaluation } from '../evaluation/evaluate.ts';
import { chooseLines, cursorIn, type HiddenLine } from '../evaluation/lines.ts';
import { randomFrom } from '../evaluation/random.ts';
import { evaluationText } from '../evaluation/report.ts';
import { counted } from '../protocol/counted.ts';
import type { Repository } from '../repository/repository.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { CountLine, note, print, printJson } from './output.ts';
import { openRepository, tokenizerOf } from './session.ts';

/** Tokens that fit any completion model's prompt. */
const smallTokens = 8192;
const timesSmall = 8;
const decodedLines = 40;
const editedLines = 500;

export const bench: Command = async (line, signal) => {
  const root = path.resolve(line.operands[0] ?? '.');
  const tokenizer = tokenizerOf(line);
  // A separate cache, so that results do not depend on earlier sessions.
  const cache = await mkdtemp(path.join(tmpdir(), 'longsight-bench-'));
  try {
    const benchmark = await measure(root, tokenizer, { ...line, cache: { folder: cache } }, signal);
    if (line.plot !== undefined) await writeFile(line.plot, `${plotSvg(benchmark)}\n`);
    if (line.json) printJson(benchmark);
    else if (line.svg) print(plotSvg(benchmark));
    else print(benchmarkText(benchmark));
  } finally {
    await rm(cache, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

async function measure(
  root: string,
  tokenizer: Tokenizer,
  line: CommandLine,
  signal: AbortSignal,
): Promise<Benchmark> {
  note('Reading the repository twice: from its files, then from the cache…');
  const first = await readOnce(root, tokenizer, line, signal);
  const again = await readOnce(root, tokenizer, line, signal);
  const { repository } = again;
  const { memory } = repository;
  const files = filesOf(memory, tokenizer);
  const lines = chooseLines(files, decodedLines, randomFrom(line.seed));
  if (lines.length === 0) throw new UsageError(`No source files found in ${root}.`);
  note('Timing …');
  const read = readRatio(memory, tokenizer);
  const decode = await decodeRatio(memory, tokenizer, lines, signal);
  const edit = await editRatio(repository, first.seconds);
  const progress = new CountLine('lines');
  const completion = await runEvaluation({
    memory,
    tokenizer,
    lines: line.lines,
    seed: line.seed,
    settings: ['file', 'bm25', 'repo'],
    openOther: () => Promise.reject(new Error('No other repository to compare with.')),
    signal,
    onProgress: (done, total) => progress.show(done, total),
  });
  progress.end();
  const { ledger } = repository;
  return {
    name: path.basename(root),
    files: ledger.files,
    tokens: ledger.tokens,
    read,
    decode,
    edit,
    reopen: ratio(
      again.seconds,
      first.seconds,
      's',
      'reading from the cache, relative to reading from the files',
    ),
    completion,
  };
}

async function readOnce(root: string, tokenizer: Tokenizer, line: CommandLine, signal: AbortSignal) {
  const repository = await openRepository(root, tokenizer, line);
  const started = performance.now();
  await repository.read(undefined, signal);
  signal.throwIfAborted();
  return { repository, seconds: (performance.now() - started) / 1000 };
}

/** Cost of adding a token to a large memory, relative to a small one. */
function readRatio(memory: CopyMemory, tokenizer: Tokenizer): Ratio {
  const all = [...memory.paths()].map(path => [path, memory.tokensOf(path)!] as const);
  const few = firstFiles(all);
  timeToSet(few, tokenizer);
  const small = Array.from({ length: timesSmall }, () => timeToSet(few, tokenizer)).sort((a, b) => a - b);
  return ratio(
    timeToSet(all, tokenizer),
    small[timesSmall >> 1]!,
    'µs a token',
    'indexing a token with the whole repository indexed, relative to eight thousand tokens',
  );
}

type StoredFile = readonly [path: string, tokens: Uint16Array];

function firstFiles(all: readonly StoredFile[]): StoredFile[] {
  let tokens = 0;
  return all.filter(([, own]) => {
    const isWanted = tokens < smallTokens;
    tokens += own.length;
    return isWanted;
  });
}

/** Microseconds per token. */
function timeToSet(files: readonly StoredFile[], tokenizer: Tokenizer): number {
  const started = performance.now();
  const memory = new CopyMemory(tokenizer);
  for (const [path, tokens] of files) memory.set(path, tokens);
  memory.settle();
  return (1000 * (performance.now() - started)) / Math.max(1, memory.tokens);
}

/** A suggestion from the whole repository, relative to one from eight thousand tokens of it. */
async function decodeRatio(
  memory: CopyMemory,
  tokenizer: Tokenizer,
  lines: readonly HiddenLine[],
  signal: AbortSignal,
): Promise<Ratio> {
  const small = new CopyMemory(tokenizer);
  for (const [path, tokens] of firstFiles([...memory.paths()].map(path => [path, memory.tokensOf(path)!])))
    small.set(path, tokens);
  const texts = new Map(lines.map(({ file }) => [file.path, file.text]));
  await warmUp([...texts.keys()], path => texts.get(path), memory, tokenizer, signal);
  const [large, few]: [number[], number[]] = [[], []];
  for (const one of lines) {
    const { text, offset } = cursorIn(one, 0.4);
    const request = { path: one.file.path, text, offset, budget: Number.POSITIVE_INFINITY };
    few.push((await complete(request, small, tokenizer, signal)).milliseconds);
    large.push((await complete(request, memory, tokenizer, signal)).milliseconds);
    signal.throwIfAborted();
  }
  const middle = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1]!;
  return ratio(
    middle(large),
    middle(few),
    'ms',
    'a suggestion (p50) from the whole repository, relative to eight thousand tokens of it',
  );
}

/** A change in the file whose length is nearest 500 lines. */
async function editRatio(repository: Repository<CopyMemory>, readSeconds: number): Promise<Ratio> {
  let best: { path: string; text: string; lines: number } | undefined;
  for (const path of repository.paths) {
    const text = repository.textOf(path);
    if (text === undefined) continue;
    const lines = text.split('\n').length;
    if (best === undefined || Math.abs(lines - editedLines) < Math.abs(best.lines - editedLines))
      best = { path, text, lines };
  }
  if (best === undefined) throw new RangeError('No file to edit.');
  const started = performance.now();
  await repository.edit(best.path, `${best.text}\n// changed\n`);
  repository.memory.settle();
  const milliseconds = performance.now() - started;
  await repository.edit(best.path, undefined);
  return ratio(
    milliseconds,
    1000 * readSeconds,
    'ms',
    `updating the index after an edit in a file of ${best.lines} lines, relative to reading everything`,
  );
}

function ratio(value: number, beside: number, unit: string, what: string): Ratio {
  return { ratio: value / beside, value, beside, unit, what };
}

function benchmarkText({ name, files, tokens, completion, ...ratios }: Benchmark): string {
  const { read, decode, edit, reopen } = ratios;
  const rows = Object.entries({ read, decode, edit, reopen }).map(
    ([what, one]) =>
      `${what.padEnd(8)}${one.ratio.toFixed(3).padStart(8)}   ${one.value.toFixed(2)} / ${one.beside.toFixed(2)} ${one.unit}: ${one.what}`,
  );
  return [
    `${name}: ${counted(files, 'file')}, ${tokens} tokens`,
    '',
    ...rows,
    '',
    evaluationText(completion),
  ].join('\n');
}
