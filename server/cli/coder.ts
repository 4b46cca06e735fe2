/** The selected code model, for commands that suggest. */
import { existsSync } from 'node:fs';
import { engineEntry } from '../engine/entry.ts';
import type { CoderReference } from '../engine/messages.ts';
import { createEngine } from '../engine/process.ts';
import { GgufError } from '../gguf/error.ts';
import { coderInUse, libraryIn } from '../models/in-use.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import { CoderClient, type CoderOptions } from '../suggestions/coder-client.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { probesOf } from './cache.ts';
import { note } from './output.ts';

export interface OpenCoder {
  readonly client: CoderClient;
  close(): Promise<void>;
}

/** The selected model; undefined if none is. @throws UsageError when it cannot be used */
export async function referenceInUse(line: CommandLine): Promise<CoderReference | undefined> {
  return coderInUse(libraryIn(cacheFolder(line.cache?.folder ?? ''))).catch((error: unknown) => {
    if (error instanceof GgufError) throw new UsageError(error.message);
    throw error;
  });
}

/**
 * Opens the selected model and waits until it is ready.
 * @returns undefined if none is selected
 * @throws UsageError when it cannot be used
 */
export async function openCoderInUse(
  line: CommandLine,
  options: Pick<CoderOptions, 'writesAll'> = {},
): Promise<OpenCoder | undefined> {
  const coder = await referenceInUse(line);
  if (coder === undefined) return undefined;
  if (!existsSync(coder.folder)) note('Preparing the code model for this machine; this happens once.');
  const engine = createEngine({
    entry: engineEntry(),
    device: line.device,
    log: () => {},
    ...probesOf(line),
  });
  let problem: string | undefined;
  const client = new CoderClient(engine, coder, {
    ...options,
    patience: Number.POSITIVE_INFINITY,
    onProblem: sentence => {
      problem = sentence;
    },
  });
  await client.ready;
  if (problem === undefined) return { client, close: () => engine.stop() };
  await engine.stop();
  throw new UsageError(problem);
}
