/** The custom requests and notifications between a client and the language server, beyond LSP 3.18. All lines and columns in them count from 1. */

/** A request: its method and, as types only, what goes in and comes out. */
export interface RequestOf<Parameters, Result> {
  readonly method: string;
  readonly types?: { parameters: Parameters; result: Result };
}

export interface NotificationOf<Parameters> {
  readonly method: string;
  readonly types?: { parameters: Parameters };
}

/** A place in a file of the repository. `path` is relative to its workspace folder, with `/`; in a workspace of several folders it starts with the folder's name. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** A source that was left out of the sequence, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
  readonly detail?: string;
}

export type ReadingState = 'idle' | 'reading' | 'ready' | 'paused' | 'failed';

/** What has been read: the coverage ledger in short. */
export interface Status {
  readonly state: ReadingState;
  readonly files: number;
  readonly filesTotal: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  /** Files changed on disk or in the editor that are not yet in memory. */
  readonly stale: number;
  readonly seconds: number;
  readonly device: string;
  /** Why this device, in a sentence. */
  readonly deviceReason: string;
  readonly modelId: string;
  /** Bytes held by the copy memory. */
  readonly memoryBytes: number;
  readonly engine: 'stopped' | 'starting' | 'running' | 'restarting' | 'failed';
  /** A sentence for the user when `state` or `engine` is `failed`. */
  readonly problem?: string;
}

/** One statement about the repository, taken from it: where it stands is where it comes from. */
export interface Statement extends Place {
  readonly text: string;
  /** True only for prose that a model wrote; such text is marked as generated wherever it is shown. */
  readonly generated: boolean;
}

/** A folder or a file in the summary tree. */
export interface Part {
  readonly path: string;
  readonly kind: 'folder' | 'file';
  readonly files: number;
  readonly tokens: number;
  /** The line that says what it is, where the repository says so. */
  readonly statement?: Statement;
  readonly children: readonly Part[];
}

export interface KeyFile extends Place {
  readonly score: number;
  /** Why it is a key file, from facts: "entry point in package.json", "used by 14 files". */
  readonly why: string;
}

export interface KeySymbol extends Place {
  readonly name: string;
  readonly kind: string;
  readonly uses: number;
}

export interface RunCommand extends Place {
  readonly name: string;
  readonly command: string;
}

export interface Summary {
  readonly name: string;
  readonly overview: readonly Statement[];
  readonly parts: readonly Part[];
  readonly startHere: readonly KeyFile[];
  readonly keyFiles: readonly KeyFile[];
  readonly keySymbols: readonly KeySymbol[];
  readonly commands: readonly RunCommand[];
  readonly statements: readonly Statement[];
}

export interface SummaryParameters {
  /** A folder or file, relative as in `Place`; the whole repository without it. */
  readonly path?: string;
  /** The most tokens that the texts of the summary may have together. */
  readonly budget?: number;
}

export interface Coverage {
  readonly files: readonly { readonly path: string; readonly tokens: number; readonly stale: boolean }[];
  readonly skipped: readonly SkippedFile[];
}

/** Why a suggestion was made; attached to an inline completion item as the argument of its command. */
export interface Why {
  readonly text: string;
  readonly confidence: number;
  readonly provenance: readonly Place[];
}

export const statusRequest: RequestOf<null, Status> = { method: 'longsight/status' };
export const summaryRequest: RequestOf<SummaryParameters, Summary> = { method: 'longsight/summary' };
export const coverageRequest: RequestOf<null, Coverage> = { method: 'longsight/coverage' };
/** Reads everything anew; answers when reading has ended. Cancellable. */
export const readRequest: RequestOf<null, Status> = { method: 'longsight/read' };
export const pauseRequest: RequestOf<{ readonly paused: boolean }, Status> = { method: 'longsight/pause' };
/** Forgets what was read, in memory and in the cache. */
export const clearRequest: RequestOf<null, Status> = { method: 'longsight/clear' };
/** Restarts the engine process. */
export const restartEngineRequest: RequestOf<null, Status> = { method: 'longsight/restartEngine' };

/** Sent at most a few times a second while something changes. */
export const statusNotification: NotificationOf<Status> = { method: 'longsight/statusChanged' };

/** What became of suggestions since the server started. Kept in memory, told to nobody but who asks. */
export interface Acceptance {
  readonly offered: number;
  readonly accepted: number;
}

export const acceptanceRequest: RequestOf<null, Acceptance> = { method: 'longsight/acceptance' };

/**
 * The command on every suggestion, with a `Why` as its argument: run by the editor when the suggestion is accepted. The
 * server offers it as `workspace/executeCommand`, unless the client has it itself and says so: `experimental: {commands: ['longsight.accepted']}`.
 */
export const acceptedCommand = 'longsight.accepted';
