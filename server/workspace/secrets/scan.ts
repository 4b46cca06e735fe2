/**
 * One pass over a text for tokens, and for values that are given to names of secrets. Both are long stretches without white space,
 * quotes or brackets, and hold digits or capitals among small letters: by far most of a text is passed over by looking at one
 * character in twelve.
 */
import { findAssigned, findNamed } from './assignments.ts';
import { presetStarts } from './preset-needs.ts';
import { findToken, hasStart } from './tokens.ts';
import type { Find } from './verdict.ts';

/** The shortest value of a name, and of what a token leaves unbroken. */
const shortest = 12;

/** Longer ones are data; a token is looked for at their beginning only. */
const longest = 2000;

/** Ends a stretch: white space, quotes, brackets. */
export const ends = new Uint8Array(128);
ends.fill(1, 0, 33);
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
  /** There is what one of Secretlint's rules may report. */
  readonly hinted: boolean;
}

/** How values under names of secrets are looked for. */
export interface ScanOptions {
  /** Values may stand without quotes (a file of settings). */
  readonly plain: boolean;
  /** Only tokens count (tests, documents). */
  readonly tokensOnly: boolean;
}

export function scan(text: string, options: ScanOptions): Scanned {
  let hinted = false;
  const length = text.length;
  let start = 0;
  while (start + shortest <= length) {
    // From the far end: what breaks the stretch there spares looking at all before it.
    let at = start + shortest - 1;
    while (at >= start && !isEnd(text.charCodeAt(at))) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + shortest;
    while (end < length && !isEnd(text.charCodeAt(end))) end++;
    const seen = kindsIn(text, start, Math.min(end, start + longest));
    // Tokens hold digits, or at least letters of both kinds.
    if ((seen & digit) !== 0 || (seen & (small | capital)) === (small | capital)) {
      const find = look(text, start, Math.min(end, start + longest), seen, options);
      if (find !== undefined) return { find, hinted };
      hinted ||= hasStart(text, start, end, presetStarts);
    }
    start = end + 1;
  }
  return { hinted };
}

function look(
  text: string,
  start: number,
  end: number,
  seen: number,
  { plain, tokensOnly }: ScanOptions,
): Find | undefined {
  // Of an escaped line end in a string, the letter is no part of what follows.
  const from = text[start - 1] === '\\' && 'nrt'.includes(text[start]!) ? start + 1 : start;
  const token = findToken(text, from, end);
  if (token !== undefined || tokensOnly) return token;
  if ((seen & separator) !== 0) {
    const assigned = findAssigned(text, from, end, plain);
    if (assigned !== undefined) return assigned;
  }
  return findNamed(text, from, end, plain);
}

function kindsIn(text: string, start: number, end: number): number {
  let seen = 0;
  for (let at = start; at < end; at++) seen |= kinds[text.charCodeAt(at)]!;
  return seen;
}

function isEnd(code: number): boolean {
  return code >= 128 || ends[code] === 1;
}
