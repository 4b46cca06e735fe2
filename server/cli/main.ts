/** The program `longsight`: parses a command line, runs the command, turns errors into sentences and exit codes. */
import { messageOf } from '../protocol/message-of.ts';
import { parseCommandLine, UsageError } from './arguments.ts';
import { bench } from './bench.ts';
import { cache } from './cache.ts';
import type { Command } from './command.ts';
import { type CommandName, usage } from './commands.ts';
import { completeAt } from './complete.ts';
import { diagnostics } from './diagnostics.ts';
import { digest } from './digest.ts';
import { withShortArguments } from './echo.ts';
import { evaluate } from './evaluate.ts';
import { exportModel } from './export.ts';
import { map } from './map.ts';
import { model } from './model.ts';
import { note, print, printJson } from './output.ts';
import { read } from './read.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { summarizeFolder } from './summarize.ts';
import { unusual } from './unusual.ts';
import { version } from './version.ts';
import { where } from './where.ts';

const commands: Readonly<Record<CommandName, Command>> = {
  start,
  read,
  complete: completeAt,
  summarize: summarizeFolder,
  map,
  digest,
  where,
  unusual,
  eval: evaluate,
  bench,
  export: exportModel,
  cache,
  model,
  status,
  diagnostics,
};

const exitBroken = 1;
const exitBadInput = 2;
/** The shell convention: 128 plus SIGINT's number. */
const exitInterrupted = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  // A closed pipe (`longsight … | head`) ends the program quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // For example a full disk: partial output must not pass for a whole result.
    note(`longsight: the output could not be written (${error.message}).`);
    process.exit(exitBroken);
  });
  process.stderr.on('error', () => {});
  try {
    const line = parseCommandLine(words);
    if (line === 'help') print(usage(words));
    else if (line === 'version') print(version());
    else await commands[line.command](line, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) {
      note('Interrupted. The cache keeps what was read.');
      return exitInterrupted;
    }
    const bad = error instanceof UsageError;
    const message = withShortArguments(messageOf(error), words);
    if (words.includes('--json')) printJson({ error: message });
    else note(bad ? `longsight: ${message}` : `longsight: internal error: ${message}`);
    if (!bad && error instanceof Error && process.env['LONGSIGHT_DEBUG']) note(error.stack ?? '');
    return bad ? exitBadInput : exitBroken;
  }
}
