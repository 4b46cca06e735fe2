/** The messages between the server's thread and the worker thread. */
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Answer, AnsweredBy, CheckedParameters } from '../protocol/methods.ts';
import type { NeuralStatus, NotificationOf, RequestOf } from '../protocol/requests.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';

export interface OpenParameters {
  readonly folders: readonly WorkspaceFolder[];
  readonly exclude: readonly string[];
  readonly maxFileSize: number;
  readonly maxTokens: number;
  /** The code model in use. */
  readonly coder?: CoderReference;
  /** Files that blocked the worker thread before; they are skipped. */
  readonly blocking?: readonly string[];
  /** A folder with a model; the shipped one when empty. */
  readonly modelFolder: string;
  /** Where what was read is kept; the user's cache folder when empty. */
  readonly cacheFolder: string;
  /** In megabytes. */
  readonly cacheSize: number;
  /** Whether the model reads, too. */
  readonly neural: boolean;
}

export interface Opened {
  readonly modelId: string;
  readonly problems: readonly string[];
}

/** What is in memory. */
export interface IndexStats {
  readonly files: number;
  /** Files in memory, and those of the reading under way that are not yet. */
  readonly filesTotal: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  readonly stale: number;
  readonly memoryBytes: number;
  readonly neural?: NeuralStatus;
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
  /** False when it was cancelled. */
  readonly complete: boolean;
  readonly seconds: number;
  /** Files that were taken from the cache. */
  readonly cached: number;
  /** By stage. */
  readonly milliseconds: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly stats: IndexStats;
}

/** A question about a document; the memory knows under which path it keeps it. */
export interface DocumentQuestion extends Omit<CompletionRequest, 'path'> {
  /** Absolute path, or the name of a document that is on no disk. */
  readonly file: string;
}

/** A place in a document that is on disk. */
export interface FilePosition {
  /** Absolute path, or a path of the sequence. */
  readonly file: string;
  /** The document as the editor has it; as it was read without it. */
  readonly text?: string;
  readonly line: number;
  readonly column: number;
}

/** The parameters of a request as the worker gets them: documents by file, with the text that the editor has. */
export type Located<Parameters> = Parameters extends { readonly uri: string }
  ? Omit<Parameters, 'uri'> & { readonly file: string; readonly text?: string }
  : Parameters;

/** Requests that only the server sends; those of clients that it passes on are in `protocol/methods.ts`. */
const table = {
  /** Replaces what was open before; without a folder, completions use the document alone. Fails where no folder can be opened. */
  open: internal<OpenParameters, Opened>(),
  /** Brings everything up to date. Cancellable. */
  read: internal<null, Read>(),
  /** Brings files and folders up to date, by absolute paths. */
  update: internal<{ readonly paths: readonly string[] }, Read>(),
  /** The unsaved text of a document, by absolute path; without a text, the file on disk counts again. */
  edit: internal<{ readonly file: string; readonly text?: string }, null>(),
  /** Pauses or resumes the model's reading. */
  pause: internal<{ readonly paused: boolean }, null>(),
  clear: internal<null, null>(),
  complete: internal<DocumentQuestion, Completion>(),
  /** Absolute paths of the folders that hold indexed files. */
  folders: internal<null, string[]>(),
};

type Table = typeof table;

export const workerRequests = Object.fromEntries(
  Object.keys(table).map(name => [name, { method: `internal/${name}` }]),
) as unknown as { readonly [Name in keyof Table]: Table[Name] };

/** One handler for each request that the worker answers. */
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

/** Sent a few times a second while something changes, and at the end of every change. */
export const statsChanged: NotificationOf<IndexStats> = { method: 'statsChanged' };
/** Something optional cannot be used: a sentence for the log. */
export const problemFound: NotificationOf<string> = { method: 'problem' };
