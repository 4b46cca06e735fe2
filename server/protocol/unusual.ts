/** What does not look like the rest of the repository. All lines and columns count from 1. */
import type { Place } from './requests.ts';

/** Something in a line that like places have differently. */
export interface UnusualWord {
  readonly text: string;
  /** From 1. */
  readonly column: number;
  /** What stands in its place elsewhere. */
  readonly expected: string;
  /** Where it does, most like first: a few of them. */
  readonly places: readonly Place[];
  /** How many like places were found that have what is expected, and how many that have what stands here. */
  readonly count: number;
  readonly same: number;
}

/** A line that does not look like the rest of the repository. */
export interface UnusualLine extends Place {
  readonly text: string;
  /** Higher is more unusual. */
  readonly score: number;
  /** Whether it is unusual enough to be shown unasked. */
  readonly isUnusual: boolean;
  /** At least one, most unusual first. */
  readonly words: readonly UnusualWord[];
}

export interface UnusualLines {
  /** Most unusual first. */
  readonly lines: readonly UnusualLine[];
  /** Files and lines that were looked at. */
  readonly files: number;
  readonly checked: number;
}
