/** What indexing, suggesting and editing cost with a whole repository, relative to something small or known. */
import { complete } from '../completion/complete.ts';
import { warmUp } from '../completion/warm-up.ts';
import { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { Repository } from '../repository/repository.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Ratio } from './benchmark.ts';
import { cursorIn, type HiddenLine } from './lines.ts';

/** Tokens that fit any completion model's prompt. */
const smallTokens = 8192;
const timesSmall = 8;
const editedLines = 500;

/** Cost of adding a token to a large memory, relative to a small one. */
export function readRatio(memory: CopyMemory, tokenizer: Tokenizer): Ratio {
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
export async function decodeRatio(
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
export async function editRatio(repository: Repository<CopyMemory>, readSeconds: number): Promise<Ratio> {
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

export function ratio(value: number, beside: number, unit: string, what: string): Ratio {
  return { ratio: value / beside, value, beside, unit, what };
}
