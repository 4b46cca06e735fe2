/** Words of program text: identifiers, and everything between them. */

const word = /[\p{L}\p{N}_$]+/gu;
const lexeme = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|[ \t]+|[^\s\p{L}\p{N}_$]/gu;

export function wordsOf(text: string): string[] {
  return text.match(word) ?? [];
}

/** A line cut into identifiers, numbers, white space and single marks. */
export function lexemesOf(line: string): string[] {
  return line.match(lexeme) ?? [];
}

export function isIdentifier(lexeme: string): boolean {
  return /^[\p{L}_$]/u.test(lexeme);
}

/** The parts of an identifier: `parseHttpURL_v2` is `parse`, `Http`, `URL`, `_`, `v2`. */
export function partsOf(identifier: string): string[] {
  return identifier.match(/\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[\p{Ll}\p{N}]+|[^\p{Lu}\p{Ll}\p{N}]+|./gu) ?? [];
}
