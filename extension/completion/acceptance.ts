/** Distinguishes accepted text from typed text. */

/**
 * Whether inserted text is an accepted part of a suggestion, such as a word or a line: the editor reports only
 * suggestions accepted whole.
 * @param suggestion shown where the text was inserted
 */
export function isAcceptedPart(suggestion: string, inserted: string): boolean {
  // A key inserts one character, or two for an auto-closed pair, whose second half is not in the suggestion.
  return inserted.length > 1 && inserted.length < suggestion.length && suggestion.startsWith(inserted);
}
