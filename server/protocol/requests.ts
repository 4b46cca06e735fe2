/** The answers to requests beyond LSP 3.18, and the notifications. All lines and columns in them count from 1. */

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

/** How far the model's own reading is, where it reads. */
export interface NeuralStatus {
  readonly state: 'ready' | 'reading' | 'paused' | 'failed';
  /** Files and tokens read, and waiting besides. */
  readonly files: number;
  readonly waiting: number;
  readonly tokens: number;
  readonly waitingTokens: number;
  /** Since the start; 0 where nothing had to be read. */
  readonly tokensPerSecond: number;
  readonly problem?: string;
}

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
  /** Absent where the model does not read. */
  readonly neural?: NeuralStatus;
  readonly engine: 'stopped' | 'starting' | 'running' | 'restarting' | 'failed';
  /** A sentence for the user when `state` or `engine` is `failed`. */
  readonly problem?: string;
}

/** One statement about the repository, taken from it: where it stands is where it comes from. */
export interface Statement extends Place {
  readonly text: string;
  /** The last line it comes from, where that is another one than `line`. */
  readonly endLine?: number;
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

/** What git tells of the last year; nothing of who did what. */
export interface Activity {
  readonly commitsLastYear: number;
  /** git was not asked to the end of the year, for want of time: there are at least so many. */
  readonly partial?: boolean;
  /** Seconds since 1970 of the latest commit. */
  readonly lastCommit: number;
}

export interface Summary {
  readonly name: string;
  /** Only where git knows the folder. */
  readonly activity?: Activity;
  /** True for what an earlier session found: a reading is under way, and asking again after it gives what holds now. */
  readonly earlier?: boolean;
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

export interface DescribeParameters {
  /** A folder or file, relative as in `Place`; the whole repository without it. */
  readonly path?: string;
  /** Only these lines of a file, both included. */
  readonly lines?: { readonly first: number; readonly last: number };
}

/** What a repository, a folder, a file or a selection is, for a reader. */
export interface Description {
  readonly kind: 'repository' | 'folder' | 'file' | 'selection';
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly statements: readonly Statement[] }[];
  /** The same as Markdown. Its links are `path#L12`, with `path` as in `Place` and percent-encoded. */
  readonly markdown: string;
}

export interface MapParameters {
  /** A folder, relative as in `Place`; everything without it. */
  readonly path?: string;
  /** Whether to measure surprise where that is not known yet. That may take seconds; without it the answer is quick. Cancellable. */
  readonly measure?: boolean;
}

/** The files of a repository as parallel arrays, small enough to send for 50,000 of them. */
export interface RepositoryMap {
  readonly name: string;
  /** Parents come before their children. Folder 0 is the root (or the folder asked for), with its whole path as name and −1 as parent. */
  readonly folders: { readonly names: readonly string[]; readonly parents: readonly number[] };
  readonly languages: readonly { readonly id: string; readonly name: string }[];
  /** All arrays have one entry a file, in the order of the sequence. */
  readonly files: {
    readonly names: readonly string[];
    /** Index into `folders`. */
    readonly folders: readonly number[];
    readonly tokens: readonly number[];
    /** Index into `languages`. */
    readonly languages: readonly number[];
    /** Seconds since 1970 of the last change: by git where it knows the file, else by the disk; null where neither does. */
    readonly changed: readonly (number | null)[];
    /** Bits per byte of the file given the rest of the repository; null where not measured. */
    readonly surprise: readonly (number | null)[];
    /** What the file is, in a line taken from it, and the line on which that stands; null where it says nothing. */
    readonly texts: readonly (string | null)[];
    readonly lines: readonly (number | null)[];
  };
  /** How surprise was measured, in a sentence for the legend: by what, and on how much of the files. */
  readonly surpriseMethod: string;
}

/** A place where the repository does what stands at the cursor. */
export interface ConnectedPlace extends Place {
  readonly endLine: number;
  /** The text of `line`, without its indentation. */
  readonly text: string;
  /** From 0 to 1, the strongest connection first. */
  readonly score: number;
}

export interface Places {
  readonly places: readonly ConnectedPlace[];
}

/** Tokens of a digest, unless asked for another number. */
export const digestBudget = 20_000;

export interface DigestParameters {
  /** A folder or file, relative as in `Place`; the whole repository without it. */
  readonly path?: string;
  /** The most tokens of the whole digest; 20,000 when left out. */
  readonly budget?: number;
  readonly format: 'markdown' | 'json';
}

/** The repository for another tool. What holds secrets was never read, so it is not in it. */
export interface Digest {
  /** Markdown, or JSON as text. */
  readonly text: string;
  readonly tokens: number;
  /** Files whose whole text, or whose outline, is in the digest, and those that are only named or counted. */
  readonly whole: number;
  readonly outlined: number;
  readonly named: number;
  /** The biggest files of all that was read, biggest first. */
  readonly biggest: readonly { readonly path: string; readonly tokens: number }[];
  readonly skipped: readonly SkippedFile[];
}

/** What the symbol or the import at a place is, in one line taken from where it is defined. */
export interface LineSummary extends Statement {
  /** As written at the place asked about. */
  readonly name: string;
  /** function, class, file … */
  readonly kind: string;
  /** Files that use it. */
  readonly usedBy: number;
}

/** The lines of one document that are worth a summary: what it defines, with how it is used. */
export interface LineSummaries {
  readonly lines: readonly { readonly at: number; readonly summary: LineSummary }[];
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
  /** Copied from other files, or from the file that is edited; put together from several places; written by a model. */
  readonly origin: 'repository' | 'file' | 'pieces' | 'model';
  /** Where in `text` the cursor belongs once it is accepted, in UTF-16 units; at its end where this is left out. */
  readonly caret?: number;
  /** The lines that all of a long suggestion was copied from, word for word. */
  readonly verbatim?: Place & { readonly endLine: number };
}

/** What became of a question that an editor asked while somebody typed. */
export interface Answered {
  readonly uri: string;
  readonly outcome:
    | 'suggested'
    /** Nothing like it was found. */
    | 'nothing'
    /** Something was found, but it is not sure enough to be shown. */
    | 'unsure'
    /** There is something, but the entry selected in the editor's own list stands before it. */
    | 'behind the list'
    /** In this file nothing is suggested: it may hold secrets, or is excluded. */
    | 'excluded';
  /** How sure what is not shown is, from 0 to 1. */
  readonly confidence?: number;
}

/** How an editor indents a document: what the document itself does not say. */
export interface DocumentIndentation {
  readonly uri: string;
  readonly insertSpaces: boolean;
  readonly tabSize: number;
}

/** Sent at most a few times a second while something changes. */
export const statusNotification: NotificationOf<Status> = { method: 'longsight/statusChanged' };

/** Where in a document a change is due that was made in others of its lines; all from 1, `end` behind the last character. */
export interface NextEdit {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly oldText: string;
  readonly newText: string;
}

/** Sent after every question that was not superseded. */
export const answeredNotification: NotificationOf<Answered> = { method: 'longsight/answered' };
/** From the client, whenever it changes; a client that does not send it has its languages' customs. */
export const indentationNotification: NotificationOf<DocumentIndentation> = {
  method: 'longsight/indentation',
};

export interface CodeModels {
  readonly local: readonly { readonly name: string; readonly bytes: number; readonly path: string }[];
  /** Those of the catalogue that are not on this machine. */
  readonly available: readonly {
    readonly name: string;
    readonly title: string;
    readonly licence: string;
    /** Of the download, and of memory in use. */
    readonly bytes: number;
    readonly memory: number;
  }[];
  readonly inUse?: string | undefined;
}

/** Sent while a code model is downloaded. */
export const downloadNotification: NotificationOf<{
  readonly name: string;
  readonly done: number;
  readonly total: number;
}> = { method: 'longsight/download' };

/** What became of suggestions since the server started. Kept in memory, reported only on request. */
export interface Acceptance {
  readonly offered: number;
  readonly accepted: number;
}

/**
 * The command on every suggestion, with a `Why` as its argument: run by the editor when the suggestion is accepted. The
 * server offers it as `workspace/executeCommand`, unless the client has it itself and says so: `experimental: {commands: ['longsight.accepted']}`.
 */
export const acceptedCommand = 'longsight.accepted';
