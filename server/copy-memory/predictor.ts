/**
 * What completes: the copy memory now, the model and their mixture through the same interface.
 * A predictor is asked token by token along one hypothesis.
 */

/** A place in the repository's sequence: the file and line that a predicted token was copied from. */
export interface TokenPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

export interface Prediction {
  readonly token: number;
  /** In (0, 1]; the sum over a distribution is at most 1, the rest is what the predictor does not know. */
  readonly probability: number;
}

export interface Distribution {
  /** Most probable first. Empty where the predictor knows nothing. */
  readonly predictions: readonly Prediction[];
  /** Length in tokens of the longest context that supports it; 0 for a model. */
  readonly matched: number;
  /** How many places agree on the first prediction; 0 for a model. */
  readonly support: number;
}

/** What may be drawn on. */
export type PredictionScope = 'repository' | 'file';

/** A run of tokens that followed a context like this one somewhere: whole, so that a line is taken or left as one. */
export interface Draft {
  /** What followed there: as many tokens as were asked for, fewer at the end of the file. Never special tokens. */
  readonly tokens: Uint16Array;
  /** What stood before it there, nearest last: as many tokens as were asked for, fewer at the start of the file. */
  readonly before: Uint16Array;
  /** How many tokens before it equal the context's last ones. */
  readonly matched: number;
  /** Where its first token stands in the repository; absent where it was copied from the prompt itself. */
  readonly place?: TokenPlace;
  /** Where its first token stands in the prompt: an index into `context`. */
  readonly prompt?: number;
}

export interface DraftRequest {
  /** As in `Hypothesis.next`: only runs that start with these bytes. */
  readonly typed?: Uint8Array;
  /** The most drafts wanted from the repository, and again from the prompt; longest match first. */
  readonly count: number;
  readonly tokens: number;
  readonly before: number;
}

/** The files that are copied from. */
export interface StoredFiles {
  has(path: string): boolean;
  /** The tokens of a file, as rendered; undefined for a file that is not held. */
  tokensOf(path: string): Uint16Array | undefined;
  /** A number that changes when the file does; undefined for a file that is not held. */
  stampOf(path: string): number | undefined;
}

export interface Predictor {
  /** Absent where it copies from nothing that is a whole file. */
  readonly files?: StoredFiles;
  /**
   * Starts a hypothesis at the end of `context` (token ids of the whole prompt).
   * @param exclude path of the file being edited, whose stored version must not be copied from; its current text is in `context`.
   * @param scope `file` leaves the repository out: only `context` is drawn on. The whole repository by default.
   */
  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): Hypothesis;
}

export interface Hypothesis {
  /**
   * The distribution of the next token.
   * @param typed bytes that are already written at the cursor in the middle of a token: only tokens that start with them, or that they
   * start with, are possible. Where the longest context has no such token, shorter ones are asked.
   */
  next(typed?: Uint8Array): Distribution;
  /** Extends the hypothesis by a token, whether predicted or typed. */
  push(token: number): void;
  /** A copy that can be extended separately. */
  fork(): Hypothesis;
  /** Continuations seen elsewhere, longest match first, nearest first among equals; none from a model alone. */
  drafts(request: DraftRequest): Draft[];
  /** Where the tokens pushed so far came from, strongest first; at most `count`. */
  provenance(count: number): TokenPlace[];
}

/** The same where predicting takes a while: what awaits its answers can use every predictor. */
export interface AsyncPredictor {
  /** Absent where it copies from nothing that is a whole file. */
  readonly files?: StoredFiles;
  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): AsyncHypothesis;
}

export interface AsyncHypothesis extends Omit<Hypothesis, 'next' | 'fork'> {
  next(typed?: Uint8Array): Distribution | Promise<Distribution>;
  fork(): AsyncHypothesis;
}
