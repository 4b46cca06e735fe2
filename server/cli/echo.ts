/** What a message repeats of the command line. */

/** Characters of an argument that a message repeats. */
const longest = 120;

/** A message in which every argument, and every part of a list or value after `=`, has at most `longest` characters and an ellipsis. */
export function withShortArguments(message: string, words: readonly string[]): string {
  const long = words
    .flatMap(word => [word, word.slice(word.indexOf('=') + 1), ...word.split(',')])
    .filter(part => part.length > longest)
    .sort((one, other) => other.length - one.length);
  return long.reduce((text, part) => text.replaceAll(part, () => `${firstOf(part)}…`), message);
}

/** Without half a character at the end. */
function firstOf(text: string): string {
  return text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
}
