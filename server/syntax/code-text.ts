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

/** The last answer: several readers ask for the same file in turn. */
let last = { text: '', id: '', code: '' };

/** @returns the text with comments and string contents replaced by spaces; lines and columns are unchanged */
export function codeText(text: string, language: Language): string {
  if (last.text !== text || last.id !== language.id)
    last = { text, id: language.id, code: blanked(text, language) };
  return last.code;
}

/** One pass with constant work per character. */
function blanked(text: string, language: Language): string {
  const { id, lineComments, blockComments } = language;
  const longs = longQuotes[id] ?? [];
  const marks = lineComments.map(mark => mark.trimEnd());
  const first = [...marks, ...blockComments.map(([open]) => open), ...longs, '"', "'"].map(mark => mark[0]!);
  const opener = new RegExp(
    `[${[...new Set(first)].map(sign => `\\u{${sign.codePointAt(0)!.toString(16)}}`).join('')}]`,
    'gu',
  );
  const kept: string[] = [];
  let from = 0;
  const blank = (start: number, end: number): void => {
    const inside = text.slice(start, end);
    kept.push(
      text.slice(from, start),
      inside.includes('\n') ? inside.replace(/[^\n]/g, ' ') : ' '.repeat(inside.length),
    );
    from = end;
  };
  for (;;) {
    const match = opener.exec(text);
    if (match === null) break;
    const at = match.index;
    const character = match[0];
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
      opener.lastIndex = Math.max(end, at + 1);
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
    opener.lastIndex = Math.max(end, at + 1);
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
