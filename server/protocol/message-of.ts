/** The text of anything thrown, for a sentence, a log or a response. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
