/** Realistic and hostile buffers, and what a suggestion in them must never be. */
import type { CompletionItem } from '../../../server/fitting/request.ts';
import { canScan, Scanner } from '../../../server/source-text/scanner.ts';
import { type Language, languageOf } from '../../../server/workspace/language.ts';

/**
 * What real files may contain: broken pairs, bidirectional marks, joiners, all line endings, names of special tokens.
 */
const oddities = [
  '😀',
  '🧑‍🚀',
  '\u{1F1E9}\u{1F1EA}',
  '\uD83D',
  '\uDE00',
  'שלום',
  'مرحبا',
  '\u202Etxt\u202C',
  '\u200F',
  'e\u0301',
  '\uFEFF',
  '\uFFFD',
  '\u0000',
  '\u001B[31m',
  '\t',
  '\r',
  '\r\n',
  '\n',
  '\u2028',
  '<|end|>',
  '<|file|>',
  '<|endoftext|>',
  '<file>',
  '<text>',
  '<suffix>',
  '<end>',
  '「中文」',
];

/** What editors insert after the cursor by themselves. */
const closed = [')', ']', '}', '"', "')", '")', '})', '`)'];

export interface Case {
  readonly text: string;
  readonly offset: number;
}

/** Characters kept on either side of the cursor: the rest changes little and costs time. */
const reach = 900;
const mostCut = 60;

/** A place in a text, with some of the following text removed and odd characters inserted. */
export function hostileCase(source: string, random: () => number): Case {
  const pick = (count: number): number => Math.floor(random() * count);
  const at = pick(source.length + 1);
  let before = source.slice(Math.max(0, at - reach), at);
  let after = source.slice(at + (random() < 0.5 ? pick(mostCut) : 0), at + reach);
  if (random() < 0.3) after = closed[pick(closed.length)]! + after.slice(Math.max(0, after.search(/\r?\n/)));
  const style = random();
  if (style < 0.25) [before, after] = [before, after].map(crlf) as [string, string];
  else if (style < 0.4) [before, after] = [before, after].map(tabs) as [string, string];
  if (random() < 0.5) {
    for (let count = pick(4); count >= 0; count--) {
      const odd = oddities[pick(oddities.length)]!;
      if (random() < 0.5) before = strewn(before, odd, before.length - pick(Math.min(80, before.length + 1)));
      else after = strewn(after, odd, pick(Math.min(80, after.length + 1)));
    }
  }
  return { text: before + after, offset: before.length };
}

/** The rules that a suggestion breaks, in words; `isForeign` tells whether no copyable text contains a spelling. */
export function broken(
  { text, offset }: Case,
  item: CompletionItem,
  spellings: readonly string[],
  isForeign: (spelling: string) => boolean,
  language?: Language,
): string[] {
  const rules: [boolean, string][] = [
    [item.text.trim() === '', 'is blank'],
    [item.range.start !== offset || !mayReplace(text, item), 'replaces what was not to be replaced'],
    [/\p{Cs}/u.test(item.text), 'holds half a surrogate pair'],
    [/[\uFFFD]/.test(item.text), 'holds a replacement character'],
    [/(?![\t\n\r])\p{Cc}/u.test(item.text), 'holds a control character'],
    [splitsPair(text, offset), 'splits a surrogate pair or a line ending'],
    [spellings.some(one => item.text.includes(one) && isForeign(one)), 'holds a special token'],
    [repeatsSuffix(text, item.range.end, item.text), 'repeats what is right of the cursor'],
    [repeatsNextLine(text, item.range.end, item.text), 'ends with the line below'],
    [repeatsNeighbour(text, item), 'is the line right above or below'],
    [repeatsImport(text, item), 'imports what the file imports'],
    [holdsLineBelow(text, item), 'holds the line below'],
    [/^(?:<{7}|>{7}|\|{7})(?:\s|$)/m.test(wholeLines(text, item)), 'holds a conflict marker'],
    [indentsOtherwise(text, item), 'indents as the file does not'],
    [language !== undefined && leavesString(text, item, language), 'begins a string that it does not end'],
    [language !== undefined && endsInMark(text, item, language), 'ends within a mark of several quotes'],
    [language !== undefined && closesNothing(text, item, language), 'closes a bracket that is not open'],
    [/(?<!\r)\n/.test(item.text) && isCrlf(text), 'breaks lines as the file does not'],
    [item.text.includes('\r') && !isCrlf(text), 'breaks lines as the file does not'],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, rule]) => rule);
}

/** Only brackets and quotes, all of them up to the end of the line, and only those the suggestion contains. */
function mayReplace(text: string, { range, text: inserted }: CompletionItem): boolean {
  const replaced = text.slice(range.start, range.end);
  let at = 0;
  for (const char of replaced) at = inserted.indexOf(char, at) + 1 || Number.POSITIVE_INFINITY;
  const isWhole = /^[^\S\r\n]*(?:\r|\n|$)/.test(text.slice(range.end));
  return replaced === '' || (/^[)\]}"'`]+$/.test(replaced) && at <= inserted.length && isWhole);
}

function repeatsSuffix(text: string, offset: number, inserted: string): boolean {
  const rest = text
    .slice(offset)
    .split(/\r\n?|\n/, 1)[0]!
    .trim();
  if (rest === '') return false;
  // A single bracket may close another one than that after the cursor.
  if (rest.length < 2 || !inserted.includes(rest)) return false;
  // Balanced text leaves them to whatever they close.
  return !(/^[)\]}]+[;,]?$/.test(rest) && isWhole(inserted));
}

function repeatsNextLine(text: string, offset: number, inserted: string): boolean {
  const lines = text.slice(offset).split(/\r\n?|\n/);
  const next = lines.slice(1).find(line => line.trim() !== '');
  const last = inserted.split(/\r?\n/).slice(1).at(-1);
  return lines[0]!.trim() === '' && last !== undefined && last === next;
}

function splitsPair(text: string, offset: number): boolean {
  return /^(?:\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/.test(text.slice(Math.max(0, offset - 1), offset + 1));
}

function isCrlf(text: string): boolean {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r';
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function tabs(text: string): string {
  return text.replace(/^(?: {2})+/gm, spaces => '\t'.repeat(spaces.length / 2));
}

function strewn(text: string, odd: string, at: number): string {
  return text.slice(0, at) + odd + text.slice(at);
}

const lineBreak = /\r\n?|\n/;

/** The suggestion's lines with the text before and after it. */
function wholeLines(text: string, { range, text: inserted }: CompletionItem): string {
  return (
    text.slice(0, range.start).split(lineBreak).at(-1)! +
    inserted +
    text.slice(range.end).split(lineBreak, 1)[0]!
  );
}

function nearest(lines: readonly string[]): string {
  return lines.find(line => line.trim() !== '')?.trim() ?? '';
}

function neighbours(text: string, { range }: CompletionItem): { above: string; below: string } {
  return {
    above: nearest(text.slice(0, range.start).split(lineBreak).slice(0, -1).reverse()),
    below: nearest(text.slice(range.end).split(lineBreak).slice(1, 20)),
  };
}

function isWordy(line: string): boolean {
  return /\p{L}/u.test(line) && !/^(?:end\b|fi$|done$|esac$|<\/|[\])}])/.test(line);
}

/** A prefix that ends after the first or second of three closing quotes. */
function endsInMark(text: string, item: CompletionItem, language: Language): boolean {
  if (item.isStart !== true || !canScan(language)) return false;
  const closer = new Scanner(language).feed(text.slice(0, item.range.start) + item.text).stringCloser;
  if (closer.length < 2 || !item.text.endsWith(closer[0]!)) return false;
  // Within such a string, quotes come in pairs on a line.
  const line = text.slice(0, item.range.start).split(lineBreak).at(-1)! + item.text;
  const quotes = line.replaceAll(closer, '').split(closer[0]!).length - 1;
  return item.text.endsWith(closer.slice(1)) || quotes % 2 === 1;
}

function repeatsNeighbour(text: string, item: CompletionItem): boolean {
  const first = wholeLines(text, item).split(lineBreak, 1)[0]!.trim();
  const { above, below } = neighbours(text, item);
  return isWordy(first) && (first === above || first === below);
}

function repeatsImport(text: string, item: CompletionItem): boolean {
  const first = wholeLines(text, item).split(lineBreak, 1)[0]!.trimEnd();
  if (!/^(?:import|from|use|using|#include)\b/.test(first)) return false;
  const others = [
    ...text.slice(0, item.range.start).split(lineBreak).slice(0, -1),
    ...text.slice(item.range.end).split(lineBreak).slice(1),
  ];
  return others.some(line => line.trimEnd() === first);
}

function holdsLineBelow(text: string, item: CompletionItem): boolean {
  const { below } = neighbours(text, item);
  const lines = item.text.split(lineBreak).slice(1);
  return lines.some(line => isWordy(line.trim()) && line.trim() === below);
}

/** Tabs in a file of spaces, or the reverse. */
function indentsOtherwise(text: string, item: CompletionItem): boolean {
  const own = (text.slice(0, item.range.start) + text.slice(item.range.end)).split(lineBreak);
  const hasTabs = own.some(line => line.startsWith('\t'));
  const hasSpaces = own.some(line => /^ {2}/.test(line));
  if (hasTabs === hasSpaces) return false;
  const added = item.text.split(lineBreak).slice(1);
  return added.some(line => (hasTabs ? /^\t* {2}/ : /^ *\t/).test(line));
}

/** In code, a one-line string that the suggestion starts and its line does not end. */
function leavesString(text: string, item: CompletionItem, language: Language): boolean {
  if (!canScan(language)) return false;
  const here = new Scanner(language).feed(text.slice(0, item.range.start).replaceAll('\r', '')).fork();
  if (here.kind !== 'code') return false;
  const suffix = text.slice(item.range.end).split(lineBreak, 1)[0]!;
  const without = here.fork().feed(`${suffix}\n`).broken;
  return here.feed(`${item.text.replaceAll('\r', '')}${suffix}\n`).broken > without;
}

/** A closing bracket in the middle of a line that closes nothing open in the whole file. */
function closesNothing(text: string, item: CompletionItem, language: Language): boolean {
  if (!canScan(language)) return false;
  const before = new Scanner(language).feed(text.slice(0, item.range.start).replaceAll('\r', ''));
  if (before.kind !== 'code' || before.mismatches > 0 || before.open.length > 0) return false;
  const line = text.slice(0, item.range.start).split(lineBreak).at(-1)!;
  return line.trim() !== '' && before.fork().feed(item.text).mismatches > 0;
}

function isWhole(inserted: string): boolean {
  const scanned = new Scanner(languageOf('a.ts')).feed(inserted);
  return scanned.mismatches === 0 && scanned.open.length === 0;
}
