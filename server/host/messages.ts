/** Messages between the server's thread and the worker thread. */
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Answer, AnsweredBy, CheckedParameters } from '../protocol/methods.ts';
import type { BackgroundReading, NeuralStatus } from '../protocol/progress.ts';
import type { NotificationOf, RequestOf } from '../protocol/requests.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';

export interface OpenParameters {
  readonly folders: readonly WorkspaceFolder[];
  readonly exclude: readonly string[];
  readonly maxFileSize: number;
  readonly maxTokens: number;
  /** The selected code model. */
  readonly coder?: CoderReference;
  /** Files that blocked the worker thread before; they are skipped. */
  readonly blocking?: readonly string[];
  /** A model folder; the shipped one if empty. */
  readonly modelFolder: string;
  /** Cache folder; the user's default if empty. */
  readonly cacheFolder: string;
  /** In megabytes. */
  readonly cacheSize: number;
  /** Whether the model prefills the repository. */
  readonly neural: boolean;
  /** Minutes that the model may read in the background; 0 if it does not. */
  readonly backgroundMinutes: number;
}

export interface Opened {
  readonly modelId: string;
  readonly problems: readonly string[];
}

/** Size of the index. */
export interface IndexStats {
  readonly files: number;
  /** Indexed files, and those still to be indexed. */
  readonly filesTotal: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  readonly stale: number;
  readonly memoryBytes: number;
  readonly neural?: NeuralStatus;
  readonly background?: BackgroundReading;
}

export const nothingRead: IndexStats = {
  files: 0,
  filesTotal: 0,
  tokens: 0,
  bytes: 0,
  skipped: 0,
  stale: 0,
  memoryBytes: 0,
};

export interface Read {
  /** False if cancelled. */
  readonly complete: boolean;
  readonly seconds: number;
  /** Files taken from the cache. */
  readonly cached: number;
  /** By stage. */
  readonly milliseconds: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly stats: IndexStats;
}

/** A request about a document; the worker maps it to a path. */
export interface DocumentRequest extends Omit<CompletionRequest, 'path'> {
  /** Absolute path, or the name of a document that is not on disk. */
  readonly file: string;
}

/** A place in a document on disk. */
export interface FilePosition {
  /** Absolute path, or a path of the sequence. */
  readonly file: string;
  /** The editor's text; defaults to the indexed text. */
  readonly text?: string;
  readonly line: number;
  readonly column: number;
}

/** A request's parameters as sent to the worker: documents by file, with the editor's text. */
export type Located<Parameters> = Parameters extends { readonly uri: string }
  ? Omit<Parameters, 'uri'> & { readonly file: string; readonly text?: string }
  : Parameters;

/** Requests that only the server sends; `protocol/methods.ts` has those it forwards for clients. */
const table = {
  /** Replaces what was open; without a folder, completions use the document alone. Fails if no folder can be opened. */
  open: internal<OpenParameters, Opened>(),
  /** Updates the index. Cancellable. */
  read: internal<null, Read>(),
  /** Updates files and folders, by absolute path. */
  update: internal<{ readonly paths: readonly string[] }, Read>(),
  /** Sets a document's unsaved text, by absolute path; without text, reverts to the file on disk. */
  edit: internal<{ readonly file: string; readonly text?: string }, null>(),
  /** Pauses or resumes prefill and reading in the background. */
  pause: internal<{ readonly paused: boolean }, null>(),
  clear: internal<null, null>(),
  complete: internal<DocumentRequest, Completion>(),
  /** Absolute paths of the folders that contain indexed files. */
  folders: internal<null, string[]>(),
};

type Table = typeof table;

export const workerRequests = Object.fromEntries(
  Object.keys(table).map(name => [name, { method: `internal/${name}` }]),
) as unknown as { readonly [Name in keyof Table]: Table[Name] };

/** One handler per request that the worker answers. */
export type WorkerHandlers = {
  readonly [Name in AnsweredBy<'worker'>]: Handler<Located<CheckedParameters<Name>>, Answer<Name>>;
} & {
  readonly [Name in keyof Table as `internal/${Name}`]: Handler<
    NonNullable<Table[Name]['types']>['parameters'],
    NonNullable<Table[Name]['types']>['result']
  >;
};

type Handler<Parameters, Result> = (parameters: Parameters, signal: AbortSignal) => Result | Promise<Result>;

function internal<Parameters, Result>(): RequestOf<Parameters, Result> {
  return { method: '' };
}

/** Sent a few times a second during changes, and after each. */
export const statsChanged: NotificationOf<IndexStats> = { method: 'statsChanged' };
/** An optional feature cannot be used: a sentence for the log. */
export const problemFound: NotificationOf<string> = { method: 'problem' };
