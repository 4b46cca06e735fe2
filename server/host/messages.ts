/** What the server's thread and the memory's thread say to each other. */
import type { Completion, CompletionRequest } from '../completion/complete.ts';
import type {
  Coverage,
  DescribeParameters,
  Description,
  Digest,
  DigestParameters,
  LineSummaries,
  LineSummary,
  MapParameters,
  NeuralStatus,
  NotificationOf,
  Places,
  RepositoryMap,
  RequestOf,
  Summary,
  SummaryParameters,
} from '../protocol/requests.ts';
import type { WorkspaceFolder } from '../workspace/source.ts';

export interface OpenParameters {
  readonly folders: readonly WorkspaceFolder[];
  readonly exclude: readonly string[];
  readonly maxFileSize: number;
  readonly maxTokens: number;
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
  readonly problems: readonly string[];
  readonly figures: IndexStats;
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

/** Replaces what was open before; with no folder, only documents themselves are drawn on. Fails with a sentence when no folder can be opened. */
export const openMemory: RequestOf<OpenParameters, Opened> = { method: 'open' };
/** Brings everything up to date. Cancellable. */
export const readMemory: RequestOf<null, Read> = { method: 'read' };
/** Brings files and folders up to date, by absolute paths. */
export const updateMemory: RequestOf<{ readonly paths: readonly string[] }, Read> = { method: 'update' };
/** The unsaved text of a document, by absolute path; without a text, what is on disk holds again. */
export const editMemory: RequestOf<{ readonly file: string; readonly text?: string }, null> = {
  method: 'edit',
};
/** Has the model read, or stop reading for now. */
export const pauseMemory: RequestOf<{ readonly paused: boolean }, null> = { method: 'pause' };
export const clearMemory: RequestOf<null, null> = { method: 'clear' };
export const completeFromMemory: RequestOf<DocumentQuestion, Completion> = { method: 'complete' };
export const summarizeMemory: RequestOf<SummaryParameters, Summary> = { method: 'summary' };
export const mapOfMemory: RequestOf<MapParameters, RepositoryMap> = { method: 'map' };
export const digestOfMemory: RequestOf<DigestParameters, Digest> = { method: 'digest' };
export const describeFromMemory: RequestOf<DescribeParameters, Description> = { method: 'describe' };
export const lineSummaryFromMemory: RequestOf<FilePosition, LineSummary | null> = { method: 'lineSummary' };
export const lineSummariesFromMemory: RequestOf<{ readonly file: string }, LineSummaries> = {
  method: 'lineSummaries',
};
export const whereInMemory: RequestOf<FilePosition, Places> = { method: 'where' };
/** Absolute paths of the folders that hold files in memory. */
export const foldersInMemory: RequestOf<null, string[]> = { method: 'folders' };
export const coverageOfMemory: RequestOf<null, Coverage> = { method: 'coverage' };

/** Sent a few times a second while something changes, and at the end of every change. */
export const statsChanged: NotificationOf<IndexStats> = { method: 'figures' };
