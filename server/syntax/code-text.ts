/** Blanks out comments and strings, whose names are not uses; expressions inside strings are kept. */
import type { Language } from '../workspace/language.ts';
import { holeOpener, interpolated } from './interpolation.ts';

/** Languages in which `'` starts only a character or a lifetime. */
const characterQuotes = new Set(
  'c cpp cuda-cpp objective-c csharp java kotlin scala rust go swift zig haskell ocaml fsharp'.split(' '),
);
/** Strings that may span lines. */
const longQuotes: Readonly<Record<string, readonly string[]>> = {
  python: ['"""', "'''"],
  kotlin: ['"""'],
  scala: ['"""'],
  swift: ['"""'],
  java: ['"""'],
  csharp: ['"""'],
  elixir: ['"""'],
  julia: ['"""'],
};
/** Longest character literal. */
const longestCharacter = 12;

interface Code {
  readonly text: string;
  readonly id: string;
  readonly code: string;
  lines?: readonly string[];
}

/** The last answer: several readers ask for the same file in turn. */
let last: Code = { text: '', id: '', code: '' };

/** @returns the text with comments and string contents replaced by spaces; lines and columns are unchanged */
export function codeText(text: string, language: Language): string {
  return codeOf(text, language).code;
}

/** The lines of `codeText`. */
export function codeLines(text: string, language: Language): readonly string[] {
  const code = codeOf(text, language);
  code.lines ??= code.code.split('\n');
  return code.lines;
}

function codeOf(text: string, language: Language): Code {
  if (last.text !== text || last.id !== language.id)
    last = { text, id: language.id, code: blanked(text, language) };
  return last;
}

interface Marks {
  readonly longs: readonly string[];
  readonly comments: readonly string[];
  /** Finds the first character of any mark. */
  readonly opener: RegExp;
}

const marksOfLanguages = new Map<string, Marks>();

function marksOf({ id, lineComments, blockComments }: Language): Marks {
  const known = marksOfLanguages.get(id);
  if (known !== undefined) return known;
  const longs = longQuotes[id] ?? [];
  const comments = lineComments.map(mark => mark.trimEnd());
  const first = [...comments, ...blockComments.map(([open]) => open), ...longs, '"', "'"].map(
    mark => mark[0]!,
  );
  const signs = [...new Set(first)].map(sign => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
  const marks = { longs, comments, opener: new RegExp(`[${signs.join('')}]`, 'gu') };
  marksOfLanguages.set(id, marks);
  return marks;
}

/** One pass with constant work per character. */
function blanked(text: string, language: Language): string {
  const { id, blockComments } = language;
  const { longs, comments: marks, opener } = marksOf(language);
  const kept: string[] = [];
  let from = 0;
  let next = 0;
  const blank = (start: number, end: number): void => {
    kept.push(text.slice(from, start));
    from = start;
    for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', from)) {
      kept.push(' '.repeat(at - from), '\n');
      from = at + 1;
    }
    kept.push(' '.repeat(end - from));
    from = end;
  };
  for (;;) {
    opener.lastIndex = next;
    if (!opener.test(text)) break;
    const at = opener.lastIndex - 1;
    const character = text[at]!;
    const block = blockComments.find(([open]) => text.startsWith(open, at));
    const long = longs.find(quote => text.startsWith(quote, at));
    const inString =
      block === undefined && (long !== undefined || character === '"' || character === "'")
        ? holeOpener(id, text, at)
        : undefined;
    if (inString !== undefined) {
      const { end, holes } = interpolated(text, at, long ?? character, inString);
      let start = at;
      for (const hole of holes) {
        blank(start, hole.from);
        kept.push(blanked(text.slice(hole.from, hole.to), language));
        from = hole.to;
        start = hole.to;
      }
      blank(start, end);
      next = Math.max(end, at + 1);
      continue;
    }
    const end =
      block !== undefined
        ? after(text, block[1], at + block[0].length)
        : long !== undefined
          ? after(text, long, at + long.length)
          : isLineComment(text, at, marks, id)
            ? endOfLine(text, at)
            : character === '"' || character === "'"
              ? endOfString(text, at, characterQuotes.has(id))
              : at;
    if (end > at) blank(at, end);
    next = Math.max(end, at + 1);
  }
  kept.push(text.slice(from));
  return kept.join('');
}

function isLineComment(text: string, at: number, marks: readonly string[], id: string): boolean {
  const mark = marks.find(one => text.startsWith(one, at));
  if (mark === undefined) return false;
  // `$#`, `${#a}` and `a#b` are not comments in a shell, nor is `#[attribute]` in PHP; keyword comments count only at
  // the start of a line.
  const before = at === 0 ? '\n' : text[at - 1]!;
  if (mark === '#' && id === 'php' && text[at + 1] === '[') return false;
  if (mark === '#' && id === 'shellscript') return /\s/.test(before);
  return /^\w/.test(mark) || id === 'fortran' || id === 'vb' ? /\s/.test(before) : true;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found;
}

/**
 * The offset after a string's closing quote; `at` itself if no string starts there. An unclosed string ends with its
 * line.
 */
function endOfString(text: string, at: number, isCharacter: boolean): number {
  const quote = text[at]!;
  const single = quote === "'" && isCharacter;
  const limit = single ? at + longestCharacter : text.length;
  for (let end = at + 1; end < limit; end++) {
    const character = text[end];
    if (character === '\\') end++;
    else if (character === quote) return end + 1;
    else if (character === '\n' || character === undefined) return single ? at : end;
  }
  return single ? at : text.length;
}
