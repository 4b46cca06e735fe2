/** `longsight summarize`: the summary of a folder, or of a part of it. */

import path from 'node:path';
import { FactBook } from '../analysis/fact-book.ts';
import { sourceOf } from '../analysis/source.ts';
import type { Part } from '../protocol/requests.ts';
import { relatedDeclarations } from '../relations/related-declarations.ts';
import { readChanges } from '../summary/changes.ts';
import { describe } from '../summary/describe.ts';
import { sentencesAbout } from '../summary/generated.ts';
import { summarize } from '../summary/summarize.ts';
import { Grammars } from '../syntax/grammars.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { openCoderInUse } from './coder.ts';
import type { Command } from './command.ts';
import { note, print, printJson, terminalColumns } from './output.ts';
import { findPart } from './place.ts';
import { openSession, type Session } from './session.ts';
import { summaryText } from './summary-text.ts';

/** Milliseconds for git history. */
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
    const generated = line.generated ? await sentencesOf(summary.parts, line, signal) : undefined;
    const whole = { ...summary, ...(activity && { activity }), ...(generated && { generated }) };
    if (line.json) printJson(whole);
    else print(summaryText(whole, terminalColumns()));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};

async function sentencesOf(parts: readonly Part[], line: CommandLine, signal: AbortSignal) {
  const coder = await openCoderInUse(line);
  try {
    return await sentencesAbout(parts, async (question, folder) => {
      note(`Describing ${folder}.`);
      const answer = await coder?.client.say(question, signal);
      if (answer !== undefined) return answer;
      throw new UsageError('--generated requires an instruction model in use: see "longsight model list".');
    });
  } finally {
    await coder?.close();
  }
}

const collected = new WeakMap<Session, ReturnType<typeof collect>>();

/** Facts about all indexed files, and their sources; collected once. */
export function factsOfSession(session: Session, signal: AbortSignal) {
  const known = collected.get(session) ?? collect(session, signal);
  collected.set(session, known);
  return known;
}

async function collect({ name, repository }: Session, signal: AbortSignal) {
  const source = sourceOf(name, repository);
  const book = new FactBook(await Grammars.open());
  return { source, book, facts: await book.collect(source, { signal }) };
}

/** What the files related to a document declare, by its path and text. */
export async function declarationsFor(session: Session, signal: AbortSignal) {
  const { source, book, facts } = await factsOfSession(session, signal);
  const textOf = (path: string): string | undefined => source.textOf(path);
  return (path: string, text: string) => relatedDeclarations(facts, book.graphFile(path, text), text, textOf);
}
