/** `longsight summarize`: the summary of a folder that was just read, or of a part of it. */

import path from 'node:path';
import { FactBook } from '../analysis/fact-book.ts';
import { Grammars } from '../analysis/grammars.ts';
import { sourceOf } from '../analysis/source.ts';
import { readChanges } from '../summary/changes.ts';
import { describe } from '../summary/describe.ts';
import { summarize } from '../summary/summarize.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { print, printJson } from './output.ts';
import { findPart } from './place.ts';
import { openSession, type Session } from './session.ts';
import { summaryText } from './summary-text.ts';

/** Milliseconds to look back in git's history for. */
const historyBudget = 3000;

export const summarizeFolder: Command = async (line, signal) => {
  const part = findPart(path.resolve(line.operands[0]!), line.path);
  const session = await openSession(line, signal);
  const options = {
    ...(part !== undefined && { path: part }),
    ...(line.budget !== undefined && { budget: line.budget }),
    countTokens: (text: string) => session.tokenizer.encode(text).length,
  };
  try {
    const { source, facts } = await factsOfSession(session, signal);
    if (line.markdown && !line.json) {
      print(describe(source, facts, part === undefined ? {} : { path: part }).markdown.trimEnd());
      return;
    }
    const summary = summarize(source, facts, options);
    const { activity } = await readChanges(session.repository, historyBudget, signal);
    const whole = { ...summary, ...(activity && { activity }) };
    if (line.json) printJson(whole);
    else print(summaryText(whole, process.stdout.columns ?? 160));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};

/** The facts about all that was read, and what they were taken from. */
export async function factsOfSession({ name, repository }: Session, signal: AbortSignal) {
  const source = sourceOf(name, repository);
  const book = new FactBook(await Grammars.open());
  return { source, facts: await book.collect(source, { signal }) };
}
