/** `longsight digest`: the repository for another tool, within a token budget. */

import path from 'node:path';
import { count, counted } from '../protocol/counted.ts';
import { digestBudget } from '../protocol/requests.ts';
import { makeDigest } from '../summary/digest.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { note, print } from './output.ts';
import { findPart } from './place.ts';
import { openSession } from './session.ts';
import { factsOfSession } from './summarize.ts';

export const digest: Command = async (line, signal) => {
  const part = findPart(path.resolve(line.operands[0]!), line.path);
  const session = await openSession(line, signal);
  const { repository, tokenizer } = session;
  const { source, facts } = await factsOfSession(session, signal);
  try {
    const { text, tokens, whole, outlined, named } = makeDigest(source, facts, {
      ...(part !== undefined && { path: part }),
      budget: line.budget ?? digestBudget,
      format: line.json ? 'json' : 'markdown',
      countTokens: words => tokenizer.encode(words).length,
      skipped: [...repository.ledger.skipped()],
    });
    print(text.trimEnd());
    note(
      `${count(tokens)} tokens: ${counted(whole, 'complete file', count(whole))}, ${count(outlined)} outlined, ${count(named)} not shown.`,
    );
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};
