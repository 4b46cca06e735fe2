/** A continuation, before it is fitted to its place. */
import type { TokenPlace } from '../copy-memory/predictor.ts';

/** A place that a candidate was copied from. */
export interface Source {
  readonly place: TokenPlace;
  /** Copied from the edited file. */
  readonly isLocal: boolean;
  /** Number of matching tokens before the cursor. */
  readonly matched: number;
  /** The text before the cursor there: a few lines, the last up to the cursor. */
  readonly before: string;
  /** The next two lines there, with our names. */
  readonly below: readonly string[];
  /** All requested lines that follow there, with our names. The last may be cut. */
  readonly block: () => readonly string[];
  /** Whether names were replaced. */
  readonly isRenamed: boolean;
  /** Whether the line above differs there and only the lines before it match. */
  readonly isSkipping: boolean;
}

/** A possible end of the cursor's line, with its sources. */
export interface Candidate {
  /** Text after the cursor on its line. */
  readonly rest: string;
  readonly sources: readonly Source[];
  /** The predictor's probability for it, token by token; 0 if it is not among the most probable. */
  readonly decoded: number;
  /** Sources of the pieces, if it occurs nowhere as a whole. */
  readonly places: readonly TokenPlace[];
}
