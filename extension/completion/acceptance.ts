/** Telling what is accepted from what is typed. */

/**
 * Whether text that came into a document is a part of a suggestion that was taken over at once, a word or a line: the editor tells of nothing
 * but suggestions that are accepted whole.
 * @param suggestion what was shown at the place where the text came in
 */
export function isAcceptedPart(suggestion: string, inserted: string): boolean {
  // A key gives a character; two may be a pair that the editor closes, whose second half is not in the suggestion's place.
  return inserted.length > 1 && inserted.length < suggestion.length && suggestion.startsWith(inserted);
}
