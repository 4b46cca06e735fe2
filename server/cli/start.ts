/**
 * `npm start`: the main features from a terminal. Reads a folder, shows its summary, then completes at places that the
 * user enters.
 */
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { summarize } from '../summary/summarize.ts';
import { parsePosition, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { suggest, suggestionText } from './complete.ts';
import { note, print, printJson } from './output.ts';
import { findPlace } from './place.ts';
import { openSession } from './session.ts';
import { factsOfSession } from './summarize.ts';
import { summaryText } from './summary-text.ts';

export const start: Command = async (line, signal) => {
  const folder = path.resolve(line.operands[0]!);
  // Report an invalid place before reading a large repository.
  const place = line.at && findPlace(folder, line.at);
  const session = await openSession(line, signal);
  const { source, facts } = await factsOfSession(session, signal);
  const summary = summarize(source, facts);
  if (place !== undefined) {
    const suggestion = await suggest(session, place, line, signal);
    if (line.json) {
      printJson({ summary, suggestion });
      return;
    }
    print(`${summaryText(summary, process.stdout.columns ?? 160)}\n\n${suggestionText(place, suggestion)}`);
    return;
  }
  if (line.json) {
    printJson({ summary });
    return;
  }
  print(`${summaryText(summary, process.stdout.columns ?? 160)}\n`);
  await converse();

  async function converse(): Promise<void> {
    const terminal = process.stdin.isTTY === true;
    const input = createInterface({ input: process.stdin, output: process.stderr, terminal });
    signal.addEventListener('abort', () => input.close(), { once: true });
    if (terminal) note('Enter path:line:column to complete there, or an empty line to quit.');
    if (terminal) input.setPrompt('> ');
    let open = true;
    input.once('close', () => {
      open = false;
    });
    input.prompt();
    for await (const answer of input) {
      const words = answer.trim();
      if (words === '' && terminal) break;
      if (words !== '') await completeHere(words);
      // Lines that came before the input ended are answered after it.
      if (open) input.prompt();
    }
    input.close();
  }

  /** Reports a mistake in a line and continues with the next. */
  async function completeHere(words: string): Promise<void> {
    try {
      const here = findPlace(folder, parsePosition(words));
      print(suggestionText(here, await suggest(session, here, line, signal)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      note(error.message);
    }
  }
};
