/** Describes a match. The secret itself is never shown. */

/** Why a file is left out. */
export interface SecretVerdict {
  readonly reason: 'secret';
  /** A plain sentence for the user, without the secret. */
  readonly detail: string;
}

export interface Find {
  /** What it looks like, for the user. */
  readonly what: string;
  /** Its offset in the text. */
  readonly start: number;
  readonly end: number;
}

export function verdictOn(what: string, line: number): SecretVerdict {
  return { reason: 'secret', detail: `Line ${line} holds what looks like ${what}.` };
}
