/** Observations of one hidden line. */
export interface CoderObservation {
  readonly repository: string;
  readonly path: string;
  /** The cursor, in the text. */
  readonly offset: number;
  readonly class: string;
  /** The line up to the cursor, and what was there after it. */
  readonly before: string;
  readonly expected: string;
  /** The suggestion without a code model, if any, and its confidence. */
  readonly shown: { readonly text: string; readonly confidence: number } | null;
  /** Whole lines of the copy memory, most confident first. */
  readonly copies: readonly { readonly text: string; readonly confidence: number }[];
  /** The model's own output. */
  readonly written: string;
  readonly score: number;
  /** The length of its first line in UTF-16 units after each token, and the log-probability up to there. */
  readonly steps: readonly { readonly length: number; readonly logProbability: number }[];
  readonly prompt: number;
  readonly milliseconds: number;
}
