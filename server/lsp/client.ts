/** The client's capabilities, from its `initialize` request. */
import type { InitializeParams } from 'vscode-languageserver/node';

export interface Client {
  readonly name: string;
  /** Empty if not stated. */
  readonly version: string;
  /** The client can notify us of changed files. */
  readonly watchesFiles: boolean;
  /** Supports patterns relative to a folder; otherwise they match the whole path. */
  readonly watchesRelative: boolean;
  readonly showsProgress: boolean;
  /** Answers `workspace/configuration`. */
  readonly answersConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly changesFolders: boolean;
  /** Item commands that the client runs itself (`experimental.commands`) instead of sending them back. */
  readonly ownCommands: readonly string[];
}

export function readClient({ capabilities, clientInfo }: InitializeParams): Client {
  const { workspace, window, experimental } = capabilities;
  return {
    name: clientInfo?.name ?? 'unknown client',
    version: clientInfo?.version ?? '',
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesRelative: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    showsProgress: window?.workDoneProgress === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    changesFolders: workspace?.workspaceFolders === true,
    ownCommands: commandsIn(experimental),
  };
}

/** `{commands: ['longsight.accepted']}`; anything else means none. */
function commandsIn(experimental: unknown): string[] {
  if (typeof experimental !== 'object' || experimental === null || !('commands' in experimental)) return [];
  const { commands } = experimental;
  return Array.isArray(commands) ? commands.filter(command => typeof command === 'string') : [];
}
