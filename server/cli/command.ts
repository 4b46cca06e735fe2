import type { CommandLine } from './arguments.ts';

/** A command: prints its result and returns when done. Throws `UsageError` for input that cannot be worked with. */
export type Command = (line: CommandLine, signal: AbortSignal) => Promise<void>;
