import type { CommandLine } from './arguments.ts';

/** A command: prints its result and returns when done. Throws `UsageError` for invalid input. */
export type Command = (line: CommandLine, signal: AbortSignal) => Promise<void>;
