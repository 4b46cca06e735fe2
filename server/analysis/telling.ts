/** Decides whether a sentence tells a reader more than the name of its subject does. */

/** Words that fit any subject. */
const generic = new Set(
  `a about abstract all an and app application are as at base basic be by can case cases class classes code common component config
  configuration contains core custom data default define defined defines definition demo describes description document documentation entry
  enum enumeration example examples file files for from function functions general handles has have helper helpers helps holds implementation
  implements in info information interface internal into is it its library main method methods model models module my object of on or our
  package page program project property provides public record reference related representation represents representing sample script section
  simple small some struct structure suite that the their these this to trait type types unit use used uses using util utilities utility
  utils various with your test tests testing tester integration`.split(/\s+/),
);

/** New words that a sentence needs besides the name. */
const fewestNew = 2;
/** Words with this many first letters in common count as forms of one word: `renders`, `renderer`. */
const stemLength = 5;
/** Share of words among the pieces between spaces; lists of packages and numbers have fewer. */
const wordShare = 0.5;

const fewestWords = 3;

const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]{4,}/u;
/** Openings that refer to a sentence before. */
const dependent =
  /^(?:they|it(?!['’]?s? (?:is )?(?:recommended|possible|common|important|best|often|a good)\b)|its|these|those|also|but|and|so|then|however|otherwise|both|such|therefore|instead|replace|this (?:allows|means|lets|makes|ensures|way|helps))\b|^to [^,]*$/i;

/** Openings of the second half of a sentence. */
const fragment = /^(?:described|which|that|as|of|with|because|than|and|or|for|from|in|by|see)\b/;

/** Whether a sentence has too few words beyond the names and generic ones. */
export function restates(sentence: string, names: readonly string[]): boolean {
  if (wide.test(sentence)) return false;
  const known = names.flatMap(wordsOf);
  const isKnown = (word: string): boolean =>
    generic.has(word) ||
    generic.has(singular(word)) ||
    known.some(one => isSame(one, word) || isSame(singular(one), singular(word)));
  const added = new Set(wordsOf(sentence).filter(word => !isKnown(word)));
  return added.size < fewestNew;
}

/** A sentence without punctuation and without the words of the names, to find sentences made from one template. */
export function formOf(sentence: string, names: readonly string[]): string {
  const known = names.flatMap(wordsOf).filter(word => !generic.has(word));
  return sentence
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word.length > 2 && !known.some(one => isSame(singular(one), singular(word))))
    .join(' ');
}

/** Whether a string is a complete sentence: not a directive, list of packages, question or half a sentence. */
export function standsAlone(text: string): boolean {
  if (
    !/^[\p{L}\p{N}"'`([«“‘<~]/u.test(text) ||
    /[:：?？]$/.test(text) ||
    dependent.test(text) ||
    fragment.test(text)
  )
    return false;
  if (/ [|=!] |=>/.test(text) || count(text, ')') > count(text, '(')) return false;
  if (/<https?:|<\S+@\S+>|\]\(http|^waiting\b/i.test(text)) return false;
  if (wide.test(text)) return true;
  const pieces = text.split(/\s+/);
  if (pieces.length < fewestWords) return false;
  const words = pieces.filter(piece =>
    /^["'`([«“‘*_]*\p{L}[\p{L}\p{N}'’/-]*[.,;:)!?\]"'`”»’*_]*$/u.test(piece),
  );
  return words.length >= wordShare * pieces.length;
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

/** Words of prose and parts of identifiers, in lower case. */
export function wordsOf(text: string): string[] {
  const words = text.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{Lo}+/gu) ?? [];
  return words.filter(word => word.length > 1).map(word => word.toLowerCase());
}

function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  return (
    one.length >= stemLength &&
    other.length >= stemLength &&
    one.slice(0, stemLength) === other.slice(0, stemLength)
  );
}

function singular(word: string): string {
  return word.length > 3 ? word.replace(/s$/, '') : word;
}
