import type { PredictionScope, TokenPlace } from '../copy-memory/predictor.ts';
import type { Indentation } from './indent.ts';

/** A completion request: a position in a document. */
export interface CompletionRequest {
  /** Path of the file in the sequence; need not be indexed. */
  readonly path: string;
  /** The whole buffer, with its own line endings. */
  readonly text: string;
  /** The cursor, in UTF-16 units from the start of `text`. */
  readonly offset: number;
  /** The editor's language identifier, if it overrides the path's. */
  readonly languageId?: string | undefined;
  /** Sources to use; the whole repository by default. */
  readonly scope?: PredictionScope | undefined;
  /** From 0 (only near-certain suggestions are shown) to 1; 0.5 by default. */
  readonly eagerness?: number | undefined;
  /** Longest suggestion in lines; 12 by default. */
  readonly maxLines?: number | undefined;
  /** Milliseconds after which partial results are returned; 2000 by default. */
  readonly budget?: number | undefined;
  /** Milliseconds to wait for more typing before starting a search. */
  readonly wait?: number | undefined;
  /** Called before more work on the text, when the event loop may have turned. */
  readonly onTurn?: () => void;
  /** Explicitly requested: the best is shown at any confidence. */
  readonly isInvoked?: boolean | undefined;
  /**
   * Whether a suggestion may replace brackets and quotes after the cursor that it closes itself; otherwise it is only
   * inserted.
   */
  readonly replacesClosers?: boolean | undefined;
  /** What a suggestion must begin with; anything by default. */
  readonly begins?: string | undefined;
  /** Prepared for a later request: what is found is not shown yet. */
  readonly isAhead?: boolean | undefined;
  /** Whether alternatives are wanted although nothing is shown: another ranking follows. */
  readonly isRanked?: boolean | undefined;
  /** The editor's indentation of this document, used if the text does not tell. */
  readonly indentation?: Indentation | undefined;
  /** The entry selected in the editor's list, which would replace the text from `start` to the cursor. */
  readonly selected?: { readonly start: number; readonly text: string } | undefined;
}

/** A suggestion. */
export interface CompletionItem {
  readonly text: string;
  /** Range to replace: UTF-16 offsets into the request's text. Empty for a pure insertion. */
  readonly range: { readonly start: number; readonly end: number };
  /** Probability that exactly its first line comes next, up to the end of a word. */
  readonly confidence: number;
  /** Its sources, strongest first. */
  readonly provenance: readonly TokenPlace[];
  /** The lines of one place that it copies verbatim, if long enough for authorship to matter. */
  readonly verbatim?: TokenPlace & { readonly endLine: number };
  readonly kind: 'rest of line' | 'line' | 'block';
  readonly origin: Origin;
  /** Name of the model that wrote it. */
  readonly model?: string;
  /** A prefix of a line whose rest is in doubt. */
  readonly isStart?: true;
  /** Cursor offset in `text` after acceptance, in UTF-16 units; defaults to its end. */
  readonly caret?: number;
}

/**
 * Copied from other files of the repository, or from the edited file; combined from several places; written by a model.
 */
export type Origin = 'repository' | 'file' | 'pieces' | 'model';

export type NothingReason =
  | 'excluded'
  | 'no match in the repository'
  | 'not confident enough'
  | 'nothing to add'
  | 'too little to show'
  | 'cancelled';

export interface Completion {
  /** Absent if nothing is to be shown. */
  readonly item?: CompletionItem;
  /** Alternatives, most confident first. */
  readonly alternatives?: readonly CompletionItem[];
  /** Why nothing is shown. */
  readonly reason?: NothingReason;
  /** If nothing is shown, the most confident whole line, for tools. */
  readonly withheld?: CompletionItem;
  /** The most confident whole line, whatever is shown, for evaluation. */
  readonly line?: CompletionItem;
  readonly milliseconds: number;
}
