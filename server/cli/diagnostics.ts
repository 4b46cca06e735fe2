/** `longsight diagnostics`: figures for a problem report, about this machine and optionally a folder. */
import {
  engineFigures,
  modelFigures,
  processFigures,
  skippedFigures,
  stageFigures,
} from '../diagnostics/figures.ts';
import { machineFigures, megabytes, versionFigures } from '../diagnostics/machine.ts';
import { libraryIn } from '../models/in-use.ts';
import { type Diagnostics, diagnosticsText, type Figure } from '../protocol/diagnostics.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import type { CommandLine } from './arguments.ts';
import { openStore, probesOf } from './cache.ts';
import type { Command } from './command.ts';
import { print, printJson } from './output.ts';
import { openSession } from './session.ts';
import { triedEngine } from './status.ts';
import { version } from './version.ts';

export const diagnostics: Command = async (line, signal) => {
  const engine = await triedEngine(line, signal);
  const reading = line.operands[0] === undefined ? {} : await readingFigures(line, signal);
  const found: Diagnostics = {
    versions: await versionFigures(version()),
    machine: machineFigures(),
    options: {
      device: line.device,
      'own model folder': line.model !== undefined,
      'own cache folder': line.cache?.folder !== undefined,
      cache: line.cache !== undefined,
    },
    reading,
    device: {
      ...engineFigures(engine, probesOf(line).probes),
      ...(await modelFigures(libraryIn(cacheFolder(line.cache?.folder ?? '')))),
    },
    cache: await cacheFigures(line),
    memory: processFigures(),
  };
  if (line.json) printJson(found);
  else print(diagnosticsText(found).trimEnd());
};

async function readingFigures(line: CommandLine, signal: AbortSignal): Promise<Record<string, Figure>> {
  const { repository, reading } = await openSession(line, signal, { quiet: true });
  const { ledger, memory } = repository;
  return {
    files: ledger.files,
    tokens: ledger.tokens,
    'source (MB)': megabytes(ledger.bytes),
    ...skippedFigures(ledger.skipped()),
    'time (s)': reading.seconds,
    'from the cache': reading.cached,
    ...stageFigures(reading.milliseconds),
    'copy memory (MB)': megabytes(memory.bytes),
    problems: reading.problems.length,
  };
}

async function cacheFigures(line: CommandLine): Promise<Record<string, Figure>> {
  const store = await openStore(line);
  if (store === undefined) return { usable: false };
  const { bytes, entries, repositories } = await store.size();
  return { usable: true, 'size (MB)': megabytes(bytes), entries, repositories };
}
