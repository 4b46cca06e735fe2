/** `longsight summarize`: the summary of a folder that was just read, or of a part of it. */
import type { SummarySource } from '../summary/facts.ts';
import { summarize } from '../summary/summarize.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './main.ts';
import { print, printJson } from './output.ts';
import { openSession, type Session } from './session.ts';
import { summaryText } from './summary-text.ts';

export const summarizeFolder: Command = async (line, signal) => {
  const session = await openSession(line, signal);
  const options = {
    ...(line.path !== undefined && { path: line.path }),
    ...(line.budget !== undefined && { budget: line.budget }),
    countTokens: (text: string) => session.tokenizer.encode(text).length,
  };
  try {
    const summary = await summarize(summarySource(session), options, signal);
    if (line.json) printJson(summary);
    else print(summaryText(summary, process.stdout.columns ?? 160));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};

/** The repository as it was read: its texts come from memory, not from the disk. */
export function summarySource({ name, repository }: Session): SummarySource {
  return {
    name,
    files: () =>
      repository.paths.map(path => ({ path, tokens: repository.ledger.entryOf(path)?.tokens ?? 0 })),
    textOf: path => repository.textOf(path),
  };
}
