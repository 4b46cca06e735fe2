/** Decides whether a sentence tells a reader more than the name of its subject does. */

/** Words that fit any subject. */
const generic = new Set(
  `a about abstract addition additional advanced all also an and any app application are as at base basic be both built by can case cases class
  classes code common component config configuration contain contains core cover covers custom data default define defined defines definition
  demo describe describes description different discusses document documentation each easy entry enum enumeration every example examples
  explains feature features file files for from full function functionality functions general given gives handle handles has have helper
  helpers helps hold holds how if implementation implements in includes info information interface internal into is it its library list lists
  main make makes many method methods model models module more most my needed object of offers on one or other our package page part parts
  phase possible program project property provide provides public purpose record reference related represent representation represented
  representing represents sample script section several show shows simple small some special specific struct structure stuff suite support
  supports that the their these this those to trait type types unit use used useful uses using util utilities utility utils various very way
  ways when which will with you your test tests testing tester integration`.split(/\s+/),
);

/** New words that a sentence needs besides the name, and from how many letters on a word counts as two. */
const [fewestNew, longWord] = [2, 12];
/** Words with this many first letters in common count as forms of one word: `renders`, `renderer`. */
const stemLength = 5;
/** Share of words among the pieces between spaces; lists of packages and numbers have fewer. */
const wordShare = 0.5;

const fewestWords = 3;

const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]{4,}/u;
/** Openings that refer to a sentence before. */
const dependent =
  /^(?:usage(?=:)|or(?=,)|they|it(?!['’]?s? (?:is )?(?:recommended|possible|common|important|best|often|a good)\b)|its|these|those|also|but|and|so|then|however|otherwise|both|such|therefore|instead|replace|this (?:allows|means|lets|makes|ensures|way|helps|will|question|can|should|would|may|might|saves?)|the (?:examples?|above|previous|former|latter)(?= (?:use|show|are|is|assume|above)))\b|^to [^,]*$|\.{3}$/i;

/** Openings of the second half of a sentence. */
const fragment = /^(?:described|which|that|as|of|with|because|than|and|or|for|from|in|by|see)\b/;

/**
 * Whether a sentence has too few words beyond the names and generic ones.
 * @param isCommon words that alone say nothing in this repository
 */
export function restates(
  sentence: string,
  names: readonly string[],
  isCommon: (word: string) => boolean = () => false,
): boolean {
  if (wide.test(sentence)) return false;
  const added = [...new Set(wordsOf(sentence).filter(isNewTo(names)))];
  const weight = added.reduce((sum, word) => sum + (word.length >= longWord ? 2 : 1), 0);
  return weight < fewestNew || added.every(isCommon);
}

/** Whether all words of one name are in another or generic. */
export function isWithin(name: string, other: string): boolean {
  return !wordsOf(name).some(isNewTo([other]));
}

function isNewTo(names: readonly string[]): (word: string) => boolean {
  const known = names.flatMap(wordsOf);
  return word =>
    !generic.has(word) &&
    !generic.has(singular(word)) &&
    !known.some(one => isSame(singular(one), singular(word)) || isPart(word, one));
}

/** Whether a sentence contains a word of a name, other than generic ones. */
export function sharesWord(sentence: string, name: string): boolean {
  const words = wordsOf(sentence).map(singular);
  return wordsOf(name).some(
    one =>
      !generic.has(one) && words.some(word => isSame(word, singular(one)) || isPart(singular(one), word)),
  );
}

/** How many words of a name, other than generic ones, a sentence contains. */
export function sharedWords(sentence: string, name: string): number {
  return wordsOf(name).filter(word => sharesWord(sentence, word)).length;
}

/** A sentence without punctuation and without the words of the names, to find sentences made from one template. */
export function formOf(sentence: string, names: readonly string[]): string {
  const known = names.flatMap(wordsOf).flatMap(word => (generic.has(word) ? [] : singular(word)));
  return sentence
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word.length > 2 && !isAmong(known, singular(word)))
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
  if (/<https?:|<\S+@\S+>|\]\(http|^waiting\b|\bhere\W*$|^for .*\bsee\b/i.test(text)) return false;
  // Shouted, or a page's title.
  if (!/\p{Ll}/u.test(text) || / :: /.test(text)) return false;
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

function isAmong(words: readonly string[], word: string): boolean {
  return words.some(one => isSame(one, word));
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
  if (word.length <= 3 || !word.endsWith('s')) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

/** "Pet Clinic" says what `petclinic` does. */
function isPart(word: string, name: string): boolean {
  return word.length > 2 && name.length > word.length && (name.startsWith(word) || name.endsWith(word));
}

/** Share of the sentences of a repository from which on a word of theirs tells them apart no more, and their least number. */
const [commonShare, fewestSentences] = [0.2, 15];

/** Words that so many of a repository's sentences contain that they say nothing there: its name, its subject. */
export function commonWords(sentences: Iterable<string>): (word: string) => boolean {
  const counts = new Map<string, number>();
  let all = 0;
  for (const sentence of sentences) {
    all++;
    for (const word of new Set(wordsOf(sentence).map(singular)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return word => all >= fewestSentences && (counts.get(singular(word)) ?? 0) >= commonShare * all;
}
