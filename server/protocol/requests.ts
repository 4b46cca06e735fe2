/** Results of requests beyond LSP 3.18, and notifications. All lines and columns are 1-based. */

import type { BackgroundReading, NeuralStatus } from './progress.ts';

/** A request: its method, and types for its parameters and result. */
export interface RequestOf<Parameters, Result> {
  readonly method: string;
  readonly types?: { parameters: Parameters; result: Result };
}

export interface NotificationOf<Parameters> {
  readonly method: string;
  readonly types?: { parameters: Parameters };
}

/**
 * A place in a file of the repository. `path` is relative to its workspace folder, with `/`; in a multi-root workspace
 * it starts with the folder's name.
 */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** A source file that is not indexed, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
  readonly detail?: string;
}

export type ReadingState = 'idle' | 'reading' | 'ready' | 'paused' | 'failed';

/** State of the index. */
export interface Status {
  readonly state: ReadingState;
  readonly files: number;
  readonly filesTotal: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly skipped: number;
  /** Files changed on disk or in the editor that are not indexed yet. */
  readonly stale: number;
  readonly seconds: number;
  readonly device: string;
  /** Why this device was chosen, in a sentence. */
  readonly deviceReason: string;
  readonly modelId: string;
  /** RAM used by the copy memory, in bytes. */
  readonly memoryBytes: number;
  /** Absent when the model prefills nothing. */
  readonly neural?: NeuralStatus;
  /** Absent when nothing is read in the background. */
  readonly background?: BackgroundReading;
  readonly engine: 'stopped' | 'starting' | 'running' | 'restarting' | 'failed';
  /** A sentence for the user, if `state` or `engine` is `failed`. */
  readonly problem?: string;
}

/** A statement about the repository, quoted from the place it names. */
export interface Statement extends Place {
  readonly text: string;
  /** The last line it comes from, if not `line`. */
  readonly endLine?: number;
  /** True only for prose written by a model, which is marked as generated wherever it is shown. */
  readonly generated: boolean;
  /** Of a generated statement: the places it was made from, in the order of the evidence. Of one that counts: some of the places counted. */
  readonly sources?: readonly Place[];
}

/** A folder or a file in the summary tree. */
export interface Part {
  readonly path: string;
  readonly kind: 'folder' | 'file';
  readonly files: number;
  readonly tokens: number;
  /** The line in the repository that describes it, if any. */
  readonly statement?: Statement;
  readonly children: readonly Part[];
}

export interface KeyFile extends Place {
  readonly score: number;
  /** Why it is a key file: "entry point in package.json", "used by 14 files". */
  readonly why: string;
}

export interface KeySymbol extends Place {
  readonly name: string;
  readonly kind: string;
  /** Files that use it. */
  readonly usedBy: number;
}

/** What a command is for. */
export type CommandUse = 'install' | 'build' | 'run' | 'test' | 'one test' | 'lint' | 'other';

export interface RunCommand extends Place {
  /** The command line to type. */
  readonly name: string;
  /** What it runs, if the repository says so; may be empty. */
  readonly command: string;
  readonly use: CommandUse;
}

/** A part of the repository that another one uses, or is used by. */
export interface PartLink {
  readonly part: string;
  /** References from files of one part to the other; 0 if only a project file declares the link. */
  readonly references: number;
  /** One of them. */
  readonly at: Place;
}

/** A part of the repository and its relations. All parts together cover all code. */
export interface PartRelations {
  readonly path: string;
  readonly kind: 'folder' | 'file';
  /** Only the files directly in it: its folders are parts of their own. */
  readonly loose: boolean;
  readonly files: number;
  readonly tokens: number;
  readonly statement?: Statement;
  /** Strongest first. */
  readonly uses: readonly PartLink[];
  readonly usedBy: readonly PartLink[];
  /** Where its tests are, and how many files test it. */
  readonly tests?: PartLink;
  /** Project files of other parts that name it. */
  readonly wiredBy: readonly Place[];
}

/** An entry point, and its calls. */
export interface Run extends Place {
  readonly title: string;
  /** Each at the line of the call. */
  readonly calls: readonly Statement[];
}

/** Last year's git history, without authors. */
export interface Activity {
  readonly commitsLastYear: number;
  /** git was stopped before covering the whole year: the counts are lower bounds. */
  readonly partial?: boolean;
  /** Of the latest commit, in seconds since 1970. */
  readonly lastCommit: number;
}

export interface Summary {
  readonly name: string;
  readonly generated?: readonly { readonly folder: string; readonly statement: Statement }[];
  /** Only if git knows the folder. */
  readonly activity?: Activity;
  /** True for an earlier session's result: indexing is in progress; ask again when it is done. */
  readonly earlier?: boolean;
  /** True if some files were looked at only roughly so far: ask again with `complete`. */
  readonly partial?: boolean;
  readonly overview: readonly Statement[];
  readonly parts: readonly Part[];
  readonly startHere: readonly KeyFile[];
  readonly keyFiles: readonly KeyFile[];
  readonly keySymbols: readonly KeySymbol[];
  readonly commands: readonly RunCommand[];
  readonly relations: readonly PartRelations[];
  readonly runs: readonly Run[];
  /** Rules and warnings for contributors, from the documents. */
  readonly conventions: readonly Statement[];
  /** What most files do alike, counted and not quoted; each with two or three places that do so. */
  readonly usual: readonly Statement[];
  readonly statements: readonly Statement[];
}

export interface SummaryParameters {
  /** A folder or file, relative as in `Place`; defaults to the whole repository. */
  readonly path?: string;
  /** Limit on all text of the summary, in tokens. */
  readonly budget?: number;
  /** Waits until every file was looked at closely; without it, the answer comes soon. */
  readonly complete?: boolean;
}

export interface DescribeParameters {
  /** A folder or file, relative as in `Place`; defaults to the whole repository. */
  readonly path?: string;
  /** Only these lines of a file, inclusive. */
  readonly lines?: { readonly first: number; readonly last: number };
}

/** Describes a repository, folder, file or selection. */
export interface Description {
  readonly kind: 'repository' | 'folder' | 'file' | 'selection';
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly statements: readonly Statement[] }[];
  /** Same as Markdown. Its links are `path#L12`, with `path` as in `Place` and percent-encoded. */
  readonly markdown: string;
}

export interface MapParameters {
  /** A folder, relative as in `Place`; defaults to everything. */
  readonly path?: string;
  /**
   * Whether to measure surprise where it is unknown. That may take seconds; without it the answer is quick.
   * Cancellable.
   */
  readonly measure?: boolean;
}

/** The files of a repository as parallel arrays, small enough to send for 50,000 of them. */
export interface RepositoryMap {
  readonly name: string;
  /** Parents precede children. Folder 0 is the root, or the requested folder, named by its path, with −1 as parent. */
  readonly folders: { readonly names: readonly string[]; readonly parents: readonly number[] };
  readonly languages: readonly { readonly id: string; readonly name: string }[];
  /** One entry per file in each array, in sequence order. */
  readonly files: {
    readonly names: readonly string[];
    /** Index into `folders`. */
    readonly folders: readonly number[];
    readonly tokens: readonly number[];
    /** Index into `languages`. */
    readonly languages: readonly number[];
    /** Of the last change, in seconds since 1970: by git, else by the disk; null if neither knows. */
    readonly changed: readonly (number | null)[];
    /** Bits per byte of the file given the rest of the repository; null if not measured. */
    readonly surprise: readonly (number | null)[];
    /** The line at which the few lines of code begin that surprise most; null where lines were not measured. */
    readonly peaks: readonly (number | null)[];
    /** A line from the file that describes it, and its line number; null if there is none. */
    readonly texts: readonly (string | null)[];
    readonly lines: readonly (number | null)[];
  };
  /** How surprise was measured, for the legend: by what, and on what share of the files. */
  readonly surpriseMethod: string;
  /** The parts of the repository, or of the requested folder, and who uses whom. */
  readonly parts: readonly MapPart[];
}

export interface MapPart extends Pick<PartRelations, 'path' | 'kind' | 'loose' | 'uses' | 'usedBy'> {
  /** What links call it. */
  readonly key: string;
}

/** A place that does the same as the code at the cursor. */
export interface ConnectedPlace extends Place {
  readonly endLine: number;
  /** The text of `line`, without its indentation. */
  readonly text: string;
  /** The line that opens the enclosing function, method or type. */
  readonly inside?: string;
  /** From 0 to 1, strongest connection first. */
  readonly score: number;
}

export interface Places {
  readonly places: readonly ConnectedPlace[];
}

/** Default token budget of a digest. */
export const digestBudget = 20_000;

export interface DigestParameters {
  /** A folder or file, relative as in `Place`; defaults to the whole repository. */
  readonly path?: string;
  /** Limit of the whole digest in tokens; 20,000 by default. */
  readonly budget?: number;
  readonly format: 'markdown' | 'json';
}

/** The repository for another tool. Files with secrets are never indexed, so they are not in it. */
export interface Digest {
  /** Markdown, or JSON as text. */
  readonly text: string;
  readonly tokens: number;
  /** Number of files included in full, as outline, and only named or counted. */
  readonly whole: number;
  readonly outlined: number;
  readonly named: number;
  /** The biggest indexed files, biggest first. */
  readonly biggest: readonly { readonly path: string; readonly tokens: number }[];
  readonly skipped: readonly SkippedFile[];
}

/** One line about the symbol or import at a place, from its definition. */
export interface LineSummary extends Statement {
  /** As written at the requested place. */
  readonly name: string;
  /** function, class, file … */
  readonly kind: string;
  /** Files that use it. */
  readonly usedBy: number;
}

/** Lines of a document worth a summary: its definitions, and how they are used. */
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
  /** Copied from other files, or from the edited file; combined from several places; written by a model. */
  readonly origin: 'repository' | 'file' | 'pieces' | 'model';
  /** Name of the model that wrote it. */
  readonly model?: string;
  /** Cursor offset in `text` after acceptance, in UTF-16 units; defaults to its end. */
  readonly caret?: number;
  /** The lines that the whole of a long suggestion was copied from verbatim. */
  readonly verbatim?: Place & { readonly endLine: number };
}

/** Outcome of a completion request made while typing. */
export interface Answered {
  readonly uri: string;
  readonly outcome:
    | 'suggested'
    /** No match was found. */
    | 'nothing'
    /** A suggestion was found, but its confidence is too low. */
    | 'unsure'
    /** A suggestion exists, but does not extend the entry selected in the editor's list. */
    | 'behind the list'
    /** No suggestions in this file: it may hold secrets, or is excluded. */
    | 'excluded';
  /** Confidence of the withheld suggestion, from 0 to 1. */
  readonly confidence?: number;
}

/** How an editor indents a document, which the text alone may not show. */
export interface DocumentIndentation {
  readonly uri: string;
  readonly insertSpaces: boolean;
  readonly tabSize: number;
}

/** Sent at most a few times a second while the status changes. */
export const statusNotification: NotificationOf<Status> = { method: 'longsight/statusChanged' };

/** A place that needs a change already made elsewhere in the document; 1-based, `end` exclusive. */
export interface NextEdit {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly oldText: string;
  readonly newText: string;
}

/** Sent after every request that was not superseded. */
export const answeredNotification: NotificationOf<Answered> = { method: 'longsight/answered' };
/** From the client, on every change; without it, the server assumes each language's convention. */
export const indentationNotification: NotificationOf<DocumentIndentation> = {
  method: 'longsight/indentation',
};

export interface CodeModels {
  readonly local: readonly { readonly name: string; readonly bytes: number; readonly path: string }[];
  /** Models of the catalogue that are not on this machine. */
  readonly available: readonly {
    readonly name: string;
    readonly title: string;
    readonly licence: string;
    /** Size of the download, and RAM in use. */
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

/** Outcomes of suggestions since the server started. Never stored, reported only on request. */
export interface Acceptance {
  readonly offered: number;
  readonly accepted: number;
}

/**
 * The command on every suggestion, with a `Why` as its argument, which the editor runs on acceptance. The server offers
 * it as `workspace/executeCommand`, unless the client implements it and says so: `experimental: {commands:
 * ['longsight.accepted']}`.
 */
export const acceptedCommand = 'longsight.accepted';
