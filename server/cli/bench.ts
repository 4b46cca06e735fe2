/**
 * `longsight bench`: measures reading, suggesting, editing and reopening on the user's repository, each relative to
 * something known.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { plotSvg } from '../evaluation/bench-plot.ts';
import type { Benchmark } from '../evaluation/benchmark.ts';
import { filesOf, runEvaluation } from '../evaluation/evaluate.ts';
import { chooseLines } from '../evaluation/lines.ts';
import { randomFrom } from '../evaluation/random.ts';
import { decodeRatio, editRatio, ratio, readRatio } from '../evaluation/ratios.ts';
import { evaluationText } from '../evaluation/report.ts';
import { counted } from '../protocol/counted.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { CountLine, note, print, printJson } from './output.ts';
import { openRepository, tokenizerOf } from './session.ts';

const decodedLines = 40;

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
