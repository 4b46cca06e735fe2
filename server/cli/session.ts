/** Opens and reads a folder, with progress on standard error, as most commands do first. */

import path from 'node:path';
import { CopyMemory } from '../copy-memory/copy-memory.ts';
import { bytes, count, counted, duration } from '../protocol/counted.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { ReadReport } from '../repository/read-report.ts';
import { Repository } from '../repository/repository.ts';
import type { Follower } from '../repository/token-memory.ts';
import { loadTokenizer } from '../tokens/load.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { FolderError } from '../workspace/folders.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { openStore } from './cache.ts';
import { note, ProgressBar } from './output.ts';

export interface Session {
  readonly name: string;
  readonly repository: Repository<CopyMemory>;
  readonly tokenizer: Tokenizer;
  readonly reading: ReadReport;
}

export interface ReadOptions {
  /** Omits the size of an empty folder, for commands that report something else. */
  readonly quiet?: boolean;
}

/** Opens and reads the folder on the command line, and reports the result. */
export async function openSession(
  line: CommandLine,
  signal: AbortSignal,
  options: ReadOptions = {},
): Promise<Session> {
  const tokenizer = tokenizerOf(line);
  const root = path.resolve(line.operands[0]!);
  const repository = await openRepository(root, tokenizer, line);
  const bar = new ProgressBar();
  const reading = await repository.read(
    progress =>
      bar.show({
        filesRead: progress.done,
        filesTotal: progress.filesTotal,
        tokens: progress.tokens,
        skipped: progress.skipped,
      }),
    signal,
  );
  bar.end();
  for (const problem of reading.problems) note(problem);
  signal.throwIfAborted();
  if (!options.quiet) {
    const { ledger } = repository;
    note(
      `Read ${counted(ledger.files, 'file', count(ledger.files))}, ${count(ledger.tokens)} tokens (${bytes(ledger.bytes)}) in ${duration(reading.seconds)}` +
        `${reading.cached > 0 ? `, ${counted(reading.cached, 'file', count(reading.cached))} from the cache` : ''}; skipped ${counted(ledger.skippedFiles, 'file', count(ledger.skippedFiles))}${reasons(repository)}.`,
    );
  }
  return { name: path.basename(root), repository, tokenizer, reading };
}

export function tokenizerOf(line: CommandLine): Tokenizer {
  try {
    return loadTokenizer(line.model);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Opens a folder without reading it. @param root absolute */
export async function openRepository(
  root: string,
  tokenizer: Tokenizer,
  line: CommandLine,
  follower?: Follower,
): Promise<Repository<CopyMemory>> {
  const folders = [{ name: path.basename(root), root }];
  const store = await openStore(line);
  try {
    return await Repository.open({
      folders,
      tokenizer,
      memory: new CopyMemory(tokenizer),
      ...(store && { store }),
      ...(follower && { follower }),
    });
  } catch (error) {
    if (error instanceof FolderError) throw new UsageError(error.message);
    throw error;
  }
}

function reasons(repository: Repository<CopyMemory>): string {
  const counts = new Map<string, number>();
  for (const { reason } of repository.ledger.skipped()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return '';
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  return ` (${sorted.map(([reason, files]) => `${count(files)} ${reason}`).join(', ')})`;
}
