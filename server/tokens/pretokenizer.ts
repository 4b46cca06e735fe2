/**
 * Pre-tokenization: cuts text into pieces that merges never cross. Equals an isolating Split: every match is a piece,
 * and so is the text between matches. Returns the end of the piece that starts at `start` (< text length), in UTF-16
 * units; `codes` holds the text's units.
 */
export type PreTokenizer = (text: string, codes: Uint16Array, start: number) => number;

/**
 * The shipped tokenizer's split pattern: a line break with the indentation after it; white space up to the last blank
 * before a word; words; one to three digits; punctuation; other white space.
 */
export const codePattern = String.raw`\n[\t ]*|[\t ]+(?=[\t ]\S)| ?(?:[A-Za-z_]|[^\x00-\x7F])+|[0-9]{1,3}| ?(?:[\x21-\x2F\x3A-\x40\x5B-\x5E\x60\x7B-\x7E])+|\s+`;

/** A hand-written scanner for `codePattern`, or the regular expression for any other pattern. */
export function preTokenizerOf(pattern: string): PreTokenizer {
  return pattern === codePattern ? scanCode : scanByPattern(pattern);
}

/** Scans by regular expression: slower, and the reference for testing `scanCode`. */
export function scanByPattern(pattern: string): PreTokenizer {
  const expression = expressionOf(pattern);
  return (text, _codes, start) => {
    expression.lastIndex = start;
    const match = expression.exec(text);
    if (match === null) return text.length;
    return match.index > start ? match.index : start + match[0].length;
  };
}

/**
 * Applies several isolating splits, each to the pieces of the one before (and not beyond them). A string is split whole
 * on its first query.
 */
export function scanBySplits(patterns: readonly string[]): PreTokenizer {
  const expressions = patterns.map(expressionOf);
  let cut = '';
  /** End of the piece that starts at each unit. */
  let ends = new Uint32Array(0);
  return (text, _codes, start) => {
    if (text !== cut) {
      if (ends.length < text.length) ends = new Uint32Array(text.length);
      cut = text;
      split(text, 0, expressions, ends);
    }
    const end = ends[start]!;
    if (end === text.length) cut = '';
    return end;
  };
}

function split(text: string, offset: number, expressions: readonly RegExp[], ends: Uint32Array): void {
  const [expression, ...rest] = expressions;
  if (expression === undefined) {
    ends[offset] = offset + text.length;
    return;
  }
  let at = 0;
  for (const match of text.matchAll(expression)) {
    if (match.index > at) split(text.slice(at, match.index), offset + at, rest, ends);
    split(match[0], offset + match.index, rest, ends);
    at = match.index + match[0].length;
  }
  if (at < text.length) split(text.slice(at), offset + at, rest, ends);
}

function expressionOf(pattern: string): RegExp {
  const expression = new RegExp(unicodeEscapes(pattern), 'gu');
  if (expression.test('')) throw new Error('Tokenizer definition: the split pattern matches the empty text');
  return expression;
}

/** Oniguruma's `\s` and `\d` follow Unicode; JavaScript's do not (`\s` has U+FEFF and lacks U+0085, `\d` is ASCII). */
function unicodeEscapes(pattern: string): string {
  const replacements: Record<string, string> = {
    '\\s': '\\p{White_Space}',
    '\\S': '\\P{White_Space}',
    '\\d': '\\p{Nd}',
    '\\D': '\\P{Nd}',
  };
  return pattern.replace(/\\[\s\S]/g, sequence => replacements[sequence] ?? sequence);
}

const control = 0;
const blank = 1;
const lineFeed = 2;
const otherSpace = 3;
const word = 4;
const digit = 5;
const punctuation = 6;

/** Class of each ASCII unit; anything above starts a `word`. */
const classOf = Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  if (text === '\n') return lineFeed;
  if (/[\t ]/.test(text)) return blank;
  if (/[\v\f\r]/.test(text)) return otherSpace;
  if (/[A-Za-z_]/.test(text)) return word;
  if (/[0-9]/.test(text)) return digit;
  return unit > 0x20 && unit < 0x7f ? punctuation : control;
});

const space = 0x20;

const scanCode: PreTokenizer = (text, codes, start) => {
  const end = text.length;
  const first = codes[start]!;
  const kind = first < 128 ? classOf[first]! : word;
  if (kind === blank) {
    const stop = runOf(codes, start + 1, end, blank);
    const next = stop < end ? codes[stop]! : -1;
    if (stop - start > 1) {
      if (next !== -1 && !isWhiteSpace(next)) return stop - 1;
    } else if (first === space && next !== -1) {
      const nextKind = next < 128 ? classOf[next]! : word;
      if (nextKind === word || nextKind === punctuation) return runOf(codes, stop + 1, end, nextKind);
    }
    return whiteSpaceRun(codes, stop, end);
  }
  if (kind === lineFeed) return runOf(codes, start + 1, end, blank);
  if (kind === digit) return runOf(codes, start + 1, Math.min(end, start + 3), digit);
  if (kind === otherSpace) return whiteSpaceRun(codes, start + 1, end);
  return runOf(codes, start + 1, end, kind);
};

/** The end of a run of one class; units above ASCII are `word`. */
function runOf(codes: Uint16Array, from: number, end: number, kind: number): number {
  let i = from;
  while (i < end) {
    const unit = codes[i]!;
    if ((unit < 128 ? classOf[unit]! : word) !== kind) break;
    i++;
  }
  return i;
}

function whiteSpaceRun(codes: Uint16Array, from: number, end: number): number {
  let i = from;
  while (i < end && isWhiteSpace(codes[i]!)) i++;
  return i;
}

/** Unicode's `White_Space`, all in the basic plane. */
function isWhiteSpace(unit: number): boolean {
  if (unit < 128) return unit === space || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}
