/**
 * Passwords of a settings file that are too short to stand out among other words: only their name gives them away. And
 * the keys that Django writes into a new project, with signs that break them into short spans.
 */
import { isOrdinaryPassword } from './addresses.ts';
import { isMadeUp, isStandIn, looksRandom } from './placeholder.ts';
import type { Find } from './verdict.ts';

const named =
  /(?:passw(?:or)?d|passphrase|passwd|pwd|[_.-]pass)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?([^\s"'`<>(){}[\],;\\|#]{8,11})(?=["'\s,;}]|$)/gi;

/** A line of a name and a value with a blank between, as in a `.properties` file. */
const line =
  /^[ \t]{0,20}[\w.-]{0,60}(?:passw(?:or)?d|passphrase|passwd|pwd)[ \t]{1,8}([^\s"'`<>(){}[\],;\\|#]{12,64})[ \t]{0,8}\r?$/gim;

const sign = /pass|pwd/i;

/** @param text of a settings file; passwords of twelve characters and more behind a sign are found elsewhere */
export function findShortPassword(text: string): Find | undefined {
  if (!sign.test(text)) return undefined;
  for (const match of text.matchAll(named)) {
    const value = match[1]!;
    if (isStandIn(value) || isOrdinaryPassword(value) || !/\d/.test(value) || !looksRandom(value, 8))
      continue;
    // A path, a host, a version: words joined by punctuation.
    if (/^[\w-]+(?:[./:][\w-]+)+$/.test(value)) continue;
    return { what: 'a password', start: match.index, end: match.index + match[0].length };
  }
  for (const match of text.matchAll(line)) {
    const value = match[1]!;
    if (!/\d/.test(value) || !looksRandom(value, 12) || /^[\w-]+(?:[./:][\w-]+)+$/.test(value)) continue;
    return { what: 'a password', start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}

const djangoSign = 'django-insecure-';
const djangoKey = /django-insecure-([^\s"']{40,60})/;

/** The key that Django's `startproject` writes into `settings.py`. */
export function findDjangoKey(text: string): Find | undefined {
  if (!text.includes(djangoSign)) return undefined;
  const match = djangoKey.exec(text);
  if (match === null || isMadeUp(match[1]!)) return undefined;
  return { what: 'a password, key or token', start: match.index, end: match.index + match[0].length };
}
