/** What is known of one hidden line. */
export interface CoderObservation {
  readonly repository: string;
  readonly path: string;
  readonly class: string;
  /** The line up to the cursor, and what was there after it. */
  readonly before: string;
  readonly expected: string;
  /** What is shown without a code model, where something is, and its confidence. */
  readonly shown: { readonly text: string; readonly confidence: number } | null;
  /** Whole lines of the copy memory, surest first. */
  readonly copies: readonly { readonly text: string; readonly confidence: number }[];
  /** What the model writes itself. */
  readonly written: string;
  readonly score: number;
  /** The length of its first line in UTF-16 units after each token, and the logarithm of its probability up to there. */
  readonly steps: readonly { readonly length: number; readonly logProbability: number }[];
  readonly prompt: number;
  readonly milliseconds: number;
}
