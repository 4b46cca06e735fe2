import type { PredictionScope, TokenPlace } from '../copy-memory/predictor.ts';
import type { Indentation } from './indent.ts';

/** A question: what comes at a place in a text. */
export interface CompletionRequest {
  /** Path of the file as the memory knows it; also of a file that is not in memory. */
  readonly path: string;
  /** The whole buffer, line endings as they are. */
  readonly text: string;
  /** The cursor, in UTF-16 units from the start of `text`. */
  readonly offset: number;
  /** The editor's language identifier, where it knows better than the path. */
  readonly languageId?: string | undefined;
  /** What may be drawn on; the whole repository by default. */
  readonly scope?: PredictionScope | undefined;
  /** From 0 (only near-certain suggestions are shown) to 1; 0.5 by default. */
  readonly eagerness?: number | undefined;
  /** The longest suggestion in lines; 12 by default. */
  readonly maxLines?: number | undefined;
  /** Time after which what has been found is answered, in milliseconds; 2000 by default. */
  readonly budget?: number | undefined;
  /** Milliseconds to wait for more typing before anything is looked for that is not known yet. */
  readonly wait?: number | undefined;
  /** Somebody asked for it: the best is shown, however unsure. */
  readonly isInvoked?: boolean | undefined;
  /** Whether a suggestion may replace brackets and quotes right of the cursor that it closes itself; without it, it is only inserted. */
  readonly replacesClosers?: boolean | undefined;
  /** How the editor indents this document; where the document itself does not say, that holds. */
  readonly indentation?: Indentation | undefined;
  /** The entry that is selected in the editor's own list, and would replace the text from `start` to the cursor. */
  readonly selected?: { readonly start: number; readonly text: string } | undefined;
}

/** What would be inserted. */
export interface CompletionItem {
  readonly text: string;
  /** What it replaces: UTF-16 offsets into the request's text. The same twice where it is only inserted. */
  readonly range: { readonly start: number; readonly end: number };
  /** Probability that what comes next is exactly the first line of it, up to the end of a word. */
  readonly confidence: number;
  /** Where it was copied from, strongest first. */
  readonly provenance: readonly TokenPlace[];
  /** The lines of one place that all of it is a copy of, word for word, where it is long enough to matter whose words they are. */
  readonly verbatim?: TokenPlace & { readonly endLine: number };
  readonly kind: 'rest of line' | 'line' | 'block';
  readonly origin: Origin;
  /** What the model that wrote it is called. */
  readonly model?: string;
  /** The line goes on after it, and how is in doubt. */
  readonly isStart?: true;
  /** Where the cursor goes when it is accepted, in UTF-16 units from the start of `text`; at its end where this is left out. */
  readonly caret?: number;
}

/** Copied from other files of the repository, or from the file that is edited; put together from several places; written by a model. */
export type Origin = 'repository' | 'file' | 'pieces' | 'model';

export type NothingReason =
  | 'excluded'
  | 'no match in the repository'
  | 'not confident enough'
  | 'nothing to add'
  | 'too little to show'
  | 'cancelled';

export interface Completion {
  /** Absent where nothing is to be shown. */
  readonly item?: CompletionItem;
  /** Other ways to go on, surest first. */
  readonly alternatives?: readonly CompletionItem[];
  /** Why nothing is shown. */
  readonly reason?: NothingReason;
  /** The surest whole line that was found where nothing is shown, for tools that look closer. */
  readonly withheld?: CompletionItem;
  /** The surest whole line, whether it is shown, a start of it is, or something else: for those who measure. */
  readonly line?: CompletionItem;
  readonly milliseconds: number;
}
