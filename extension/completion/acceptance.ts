/** Distinguishes accepted text from typed text. */

/**
 * Whether inserted text is an accepted part of a suggestion, such as a word or a line: the editor reports only
 * suggestions accepted whole.
 * @param suggestion shown where the text was inserted
 */
export function isAcceptedPart(suggestion: string, inserted: string): boolean {
  // A key inserts one character, two for a pair that the editor closes, or a line break with indentation.
  const isOfKey = inserted.length < 2 || pair.test(inserted) || inserted.trim() === '';
  return !isOfKey && inserted.length < suggestion.length && suggestion.startsWith(inserted);
}

const pair = /^(?:\(\)|\[\]|\{\}|<>|""|''|``)$/;
