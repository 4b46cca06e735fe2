/** Splits program text into identifiers and everything between them. */

const word = /[\p{L}\p{N}_$]+/gu;
const lexeme = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|[^\S\r\n]+|[^\s\p{L}\p{N}_$]/gu;

export function wordsOf(text: string): string[] {
  return text.match(word) ?? [];
}

/** Splits a line into identifiers, numbers, white space and single characters. */
export function lexemesOf(line: string): string[] {
  return line.match(lexeme) ?? [];
}

/** Whether a lexeme is an identifier and not a keyword. */
export function isName(lexeme: string): boolean {
  return /^[\p{L}_$]/u.test(lexeme) && !keywords.has(lexeme);
}

/** The parts of an identifier: `parseHttpURL_v2` is `parse`, `Http`, `URL`, `_`, `v2`. */
export function partsOf(identifier: string): string[] {
  return identifier.match(/\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[\p{Ll}\p{N}]+|[^\p{Lu}\p{Ll}\p{N}]+|./gu) ?? [];
}

/** Keywords of the most common languages. */
export const keywords: ReadonlySet<string> = new Set(
  (
    'abstract and as assert async await boolean break case catch char class const continue def default del delete do ' +
    'double elif else enum except export extends extern false False final finally float fn for from func function ' +
    'global goto if impl implements import in instanceof int interface is lambda let long match mod mut namespace new ' +
    'nil None nonlocal not null number of or package pass private protected pub public raise readonly return self ' +
    'short sizeof static string struct super switch template this throw throws trait true True try type typedef ' +
    'typeof undefined union unsafe unsigned use using var virtual void volatile where while with yield'
  ).split(' '),
);
