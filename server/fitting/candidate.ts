/** A way to go on, before it is fitted to its place. */
import type { TokenPlace } from '../copy-memory/predictor.ts';

/** One place that a candidate was copied from. */
export interface Source {
  readonly place: TokenPlace;
  /** Copied from the file being edited. */
  readonly isLocal: boolean;
  /** Tokens before the cursor that are the same there. */
  readonly matched: number;
  /** The text before the cursor there: a few lines, the last up to the cursor. */
  readonly before: string;
  /** The next two lines there, with our names. */
  readonly below: readonly string[];
  /** All lines that follow there, as far as they were asked for, with our names. The last may be cut. */
  readonly block: () => readonly string[];
  /** Whether names were put in place of theirs. */
  readonly isRenamed: boolean;
  /** Whether the line above is another there, and only what stands above that is the same. */
  readonly isSkipping: boolean;
}

/** A way the cursor's line may end, and where it is seen. */
export interface Candidate {
  /** What follows the cursor on its line. */
  readonly rest: string;
  readonly sources: readonly Source[];
  /** The predictor's probability for it, token by token; 0 where it is not among the most probable. */
  readonly decoded: number;
  /** Where it was put together from, when it stands nowhere as a whole. */
  readonly places: readonly TokenPlace[];
}
