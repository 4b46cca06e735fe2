/**
 * `npm start`: the main features from a terminal. Reads a folder, shows its summary, then completes at places that the
 * user enters.
 */
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { libraryIn } from '../models/in-use.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import { summarize } from '../summary/summarize.ts';
import { parsePosition, UsageError } from './arguments.ts';
import type { OpenCoder } from './coder.ts';
import type { Command } from './command.ts';
import { coderOrNote, type Suggestion, suggestAt, suggestionText } from './complete.ts';
import { note, print, printJson, terminalColumns } from './output.ts';
import { findPlace, type PlaceInText } from './place.ts';
import { openSession } from './session.ts';
import { factsOfSession } from './summarize.ts';
import { summaryText } from './summary-text.ts';

export const start: Command = async (line, signal) => {
  const folder = path.resolve(line.operands[0]!);
  // Report an invalid place before reading a large repository.
  const place = line.at && findPlace(folder, line.at);
  const session = await openSession(line, signal);
  // A model takes seconds to open, so wait until there is something to complete.
  let opening: Promise<OpenCoder | undefined> | undefined;
  const suggestHere = async (at: PlaceInText): Promise<Suggestion> => {
    opening ??= coderOrNote(line);
    return suggestAt(session, at, { ...line, coder: (await opening)?.client }, signal);
  };
  try {
    await showAndAsk();
  } finally {
    await (await opening)?.close();
  }

  async function showAndAsk(): Promise<void> {
    const { source, facts } = await factsOfSession(session, signal);
    const summary = summarize(source, facts);
    if (place !== undefined) {
      const suggestion = await suggestHere(place);
      if (line.json) {
        printJson({ summary, suggestion });
        return;
      }
      print(`${summaryText(summary, terminalColumns())}\n\n${suggestionText(place, suggestion)}`);
      return;
    }
    if (line.json) {
      printJson({ summary });
      return;
    }
    print(`${summaryText(summary, terminalColumns())}\n`);
    await converse();
    await offerModel();
  }

  /** One line, if no code model is selected. */
  async function offerModel(): Promise<void> {
    const inUse = await libraryIn(cacheFolder(line.cache?.folder ?? '')).current();
    if (inUse === undefined)
      note(
        `No code model is in use. One also writes code that the repository does not contain: "${programName()} model list".`,
      );
  }

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
      print(suggestionText(here, await suggestHere(here)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      note(error.message);
    }
  }
};

/** How this program was started: `npm start` leaves no `longsight` on the path. */
function programName(): string {
  const program = process.argv[1] ?? '';
  return path.basename(program) === 'longsight'
    ? 'longsight'
    : `node ${path.relative(process.cwd(), program)}`;
}
