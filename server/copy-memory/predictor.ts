/**
 * The interface of predictors: the copy memory, the model, and their mixture. A predictor is queried token by token
 * along one hypothesis.
 */

/** The file and line in the repository that a predicted token was copied from. */
export interface TokenPlace {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

export interface Prediction {
  readonly token: number;
  /** In (0, 1]; a distribution sums to at most 1, the rest is unknown. */
  readonly probability: number;
}

export interface Distribution {
  /** Most probable first. May be empty. */
  readonly predictions: readonly Prediction[];
  /** Tokens in the longest supporting context; 0 for a model. */
  readonly matched: number;
  /** Occurrences that agree on the first prediction; 0 for a model. */
  readonly support: number;
}

/** Sources to predict from. */
export type PredictionScope = 'repository' | 'file';

/** A run of tokens that followed a similar context: kept whole, so that a line is used entirely or not at all. */
export interface Draft {
  /** The tokens that followed: as many as requested, fewer at the end of the file. Never special tokens. */
  readonly tokens: Uint16Array;
  /** The tokens before them, nearest last: as many as requested, fewer at the start of the file. */
  readonly before: Uint16Array;
  /** Tokens before it that equal the end of the context. */
  readonly matched: number;
  /** Place of its first token in the repository; absent if copied from the prompt. */
  readonly place?: TokenPlace;
  /** Index in `context` of its first token, if copied from the prompt. */
  readonly prompt?: number;
}

export interface DraftRequest {
  /** As in `Hypothesis.next`: only runs that start with these bytes. */
  readonly typed?: Uint8Array;
  /** Maximum number of drafts from the repository, and again from the prompt; longest match first. */
  readonly count: number;
  readonly tokens: number;
  readonly before: number;
}

/** The files to copy from. */
export interface StoredFiles {
  /** Names of the open folders, which paths begin with if there are several. */
  readonly folders?: readonly string[];
  has(path: string): boolean;
  /** The tokens of a rendered file; undefined if it is not stored. */
  tokensOf(path: string): Uint16Array | undefined;
  /** A number that changes with the file; undefined if it is not stored. */
  stampOf(path: string): number | undefined;
}

export interface Predictor {
  /** Absent if it copies from no whole files. */
  readonly files?: StoredFiles;
  /**
   * Starts a hypothesis at the end of `context` (token ids of the whole prompt).
   * @param exclude path of the edited file, whose stored version must not be copied; its current text is in `context`
   * @param scope `file` uses only `context`; the whole repository by default
   */
  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): Hypothesis;
}

export interface Hypothesis {
  /**
   * The distribution of the next token.
   * @param typed bytes already typed of a partial token: only tokens that start with them, or that they start with, are
   * possible. If the longest context has no such token, shorter ones are tried.
   */
  next(typed?: Uint8Array): Distribution;
  /** Appends a token, predicted or typed. */
  push(token: number): void;
  /** A copy that can be extended separately. */
  fork(): Hypothesis;
  /** Continuations seen elsewhere, longest match first, nearest first among equals; none from a model alone. */
  drafts(request: DraftRequest): Draft[];
  /** Sources of the tokens pushed so far, strongest first; at most `count`. */
  provenance(count: number): TokenPlace[];
}

/** An asynchronous predictor; callers that await its answers accept any predictor. */
export interface AsyncPredictor {
  /** Absent if it copies from no whole files. */
  readonly files?: StoredFiles;
  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): AsyncHypothesis;
}

export interface AsyncHypothesis extends Omit<Hypothesis, 'next' | 'fork'> {
  next(typed?: Uint8Array): Distribution | Promise<Distribution>;
  fork(): AsyncHypothesis;
}
