/**
 * Scans text once for tokens and for values assigned to secret-like names. Both are long spans without white space,
 * quotes or brackets, with digits or capitals among small letters, so most text is skipped by looking at one character
 * in twelve.
 */
import { findAssigned, findNamed } from './assignments.ts';
import { findBeside } from './nearest-word.ts';
import { presetStarts } from './preset-needs.ts';
import { findJoined, findToken, hasStart } from './tokens.ts';
import type { Find } from './verdict.ts';

/** Minimum length of a named value, and of the unbroken part of a token. */
const shortest = 12;

/** Longer spans are data; only their start is searched for a token. */
const longest = 2000;

/** By UTF-16 unit, 1 where a span ends: white space, quotes, brackets, and all beyond ASCII. */
const ends = new Uint8Array(0x10000);
ends.fill(1, 0, 33);
ends.fill(1, 128);
for (const character of '"\'`<>(){}[],;\\|\x7f') ends[character.charCodeAt(0)] = 1;

const digit = 1;
const small = 2;
const capital = 4;
const separator = 8;
const kinds = new Uint8Array(128);
kinds.fill(digit, 0x30, 0x3a);
kinds.fill(capital, 0x41, 0x5b);
kinds.fill(small, 0x61, 0x7b);
kinds[0x3d] = kinds[0x3a] = separator;

export interface Scanned {
  readonly find?: Find;
  /** One of Secretlint's rules may match. */
  readonly hinted: boolean;
}

/** How to search for values of secret-like names. */
export interface ScanOptions {
  /** Values may be unquoted (a settings file). */
  readonly plain: boolean;
  /** In a test or a document: only tokens count, unless it is a settings file. */
  readonly isAside: boolean;
}

export function scan(text: string, options: ScanOptions): Scanned {
  let hinted = false;
  const length = text.length;
  let start = 0;
  while (start + shortest <= length) {
    // Backwards: a character that breaks the span makes everything before it irrelevant.
    let at = start + shortest - 1;
    while (at >= start && ends[text.charCodeAt(at)] !== 1) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + shortest;
    while (end < length && ends[text.charCodeAt(end)] !== 1) end++;
    const seen = kindsIn(text, start, Math.min(end, start + longest));
    // Tokens contain digits, or letters of both cases.
    if ((seen & digit) !== 0 || (seen & (small | capital)) === (small | capital)) {
      const find = look(text, start, Math.min(end, start + longest), seen, options);
      if (find !== undefined) return { find, hinted };
      hinted ||= hasStart(text, start, end, presetStarts);
    }
    start = end + 1;
  }
  // No literal here: compiled while it loops, the function would be thrown out of its machine code at every return.
  return hinted ? onlyHinted : nothing;
}

const onlyHinted: Scanned = { hinted: true };
const nothing: Scanned = { hinted: false };

function look(
  text: string,
  start: number,
  end: number,
  seen: number,
  { plain, isAside }: ScanOptions,
): Find | undefined {
  // After an escaped line end in a string, skip the escape's letter.
  const from = text[start - 1] === '\\' && 'nrt'.includes(text[start]!) ? start + 1 : start;
  const token = findToken(text, from, end, isAside) ?? findJoined(text, from, end);
  if (token !== undefined || (isAside && !plain)) return token;
  if ((seen & separator) !== 0) {
    const assigned = findAssigned(text, from, end, plain);
    if (assigned !== undefined) return assigned;
  }
  return findNamed(text, from, end, plain) ?? findBeside(text, from, end);
}

function kindsIn(text: string, start: number, end: number): number {
  let seen = 0;
  for (let at = start; at < end; at++) seen |= kinds[text.charCodeAt(at)]!;
  return seen;
}
