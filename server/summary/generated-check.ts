/** Checks a generated sentence against the statements it was made from. */
import type { Statement } from '../protocol/requests.ts';

const shortest = 20;
const longest = 220;
/** Share of a sentence's other words that must be in the statements, so that it is about the same things. */
const leastCovered = 0.6;

const numberWords =
  /^(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|dozens?|several|many|most|all|every|only|never|always|none|no|not)$/;

/** Which name is of which kind is what a small model confuses when it joins statements. */
const kindWords =
  /\b(?:functions?|class(?:es)?|methods?|interfaces?|modules?|structs?|enums?|constants?|variables?)\b/i;
const begunList = /:|\bthe following\b/i;

/** Words that say nothing about what is in a folder. */
const common = new Set(
  (
    'a an and are as at be by can contains consists containing defines does each files file folder for from handles has have help helps in include includes ' +
    'including into is it its manages of on or other others part parts project provide provides related such supports that the their them these this to use ' +
    'used uses using various well which while with within your'
  ).split(' '),
);

/**
 * Why a sentence must not be shown: a clause, or undefined if nothing is wrong. Every identifier, name and number must
 * be in the statements or the folder's path, and so must most of the other words, in any inflection.
 */
export function doubtIn(sentence: string, path: string, evidence: readonly Statement[]): string | undefined {
  if (sentence.length < shortest || sentence.length > longest) return 'its length';
  if (!sentence.endsWith('.')) return 'it is no whole sentence';
  if (begunList.test(sentence.replace(/\w:\w/g, ''))) return 'it is a list';
  const kind = kindWords.exec(sentence);
  if (kind !== null) return `"${kind[0]}" says of what kind a name is`;
  const given = [path, ...evidence.flatMap(one => [one.path, one.text])];
  if (evidence.some(({ text }) => wordsOf(text).join() === wordsOf(sentence).join()))
    return 'it only repeats';
  const exact = new Set(given.flatMap(tokensOf));
  const stems = new Set(given.flatMap(wordsOf).map(stemOf));
  for (const [index, token] of tokensOf(sentence).entries()) {
    if (exact.has(token)) continue;
    const word = token.toLowerCase();
    // A capital at the start of a sentence says nothing: the word may be a name or none.
    const isUsual = index === 0 && !isName(token.slice(1)) && (common.has(word) || stems.has(stemOf(word)));
    if (!isUsual && (isName(token) || numberWords.test(word))) return `"${token}" is in no statement`;
  }
  const others = wordsOf(sentence).filter(word => !common.has(word));
  const covered = others.filter(word => stems.has(stemOf(word))).length;
  return covered < leastCovered * others.length ? 'it says other things' : undefined;
}

/** Words, identifiers, paths and numbers as they are written. */
function tokensOf(text: string): string[] {
  const tokens = text.match(/[\p{L}\p{N}_$@#][\p{L}\p{N}_$@#+./:-]*/gu) ?? [];
  // A path is itself, and its parts.
  return tokens.flatMap(token => {
    const whole = token.replace(/[.:/-]+$/, '');
    const parts = whole.split(/[./:-]/).filter(part => part !== '');
    return parts.length > 1 ? [whole, ...parts] : [whole];
  });
}

/** An identifier, a proper name or a number. */
function isName(token: string): boolean {
  return /[\p{Lu}\p{N}_$@#/:+]|\w\.\w/u.test(token);
}

function wordsOf(text: string): string[] {
  return (text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').match(/\p{L}{2,}/gu) ?? []).map(word =>
    word.toLowerCase(),
  );
}

/** Without the usual English inflections. */
function stemOf(word: string): string {
  const stem = word.replace(/(?:ations?|ments?|ings?|ions?|ers?|ors?|ed|es|s|e)$/, '');
  return stem.length >= 3 ? stem : word;
}
