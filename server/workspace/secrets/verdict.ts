/** A find in plain words. The find itself is never shown. */
import type { Verdict } from '../names.ts';

export interface Find {
  /** What it looks like, to be named to the user. */
  readonly what: string;
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
}

export function verdictOn(what: string, line: number): Verdict {
  return { reason: 'secret', detail: `Line ${line} holds what looks like ${what}.` };
}
