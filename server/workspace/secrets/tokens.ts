/** Matches token formats in a span of text without white space. */
import { isReservedHost } from './addresses.ts';
import { isEncodedKey } from './keys.ts';
import { isMadeUp, isStandIn, isUuid, looksRandom } from './placeholder.ts';
import { looseShapes, type Shape, tokenShapes } from './shapes.ts';
import type { Find } from './verdict.ts';

/** Formats by their first two characters. */
const byStart = new Map<number, Shape[]>();
for (const shape of tokenShapes) {
  const key = startKey(shape.prefix, 0);
  byStart.set(key, [...(byStart.get(key) ?? []), shape]);
}

/** Starts of base64 that may encode a key. */
const encoded: ReadonlySet<number> = new Set(
  ['LS', 'ey', 'ew', 'UH', 'QU', 'Iy'].map(start => startKey(start, 0)),
);

/** Shortest token without a prefix. */
const shortestLoose = 34;

function startKey(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) | text.charCodeAt(at + 1);
}

/** @param isAside in a test or a document, where a web token may be a sample */
export function findToken(text: string, start: number, end: number, isAside = false): Find | undefined {
  for (let at = start; at + 8 < end; at++) {
    if (!isBoundary(text, start, at)) continue;
    const key = startKey(text, at);
    if (encoded.has(key) && end - at > 60 && isEncodedKey(text.slice(at, at + 400)))
      return { what: 'a private key', start: at, end };
    const shapes = byStart.get(key);
    if (shapes === undefined) continue;
    for (const shape of shapes) {
      const found = matchShape(text, at, shape, isAside);
      if (found !== undefined) return found;
    }
  }
  return end - start < shortestLoose ? undefined : findLoose(text, start, end);
}

/** Characters that do not show and may be within a copied token. */
const unseen = '\u00ad\u200b\u200c\u200d\u2060\ufeff';

/** Characters before a span within which the token's other piece must end, and its most characters. */
const joint = 40;
const longestPiece = 60;

/**
 * A token in two pieces, of which the span is the second: `'ghp_abc' + 'def'`, two strings in a row, a line that goes on,
 * a character that does not show.
 */
export function findJoined(text: string, start: number, end: number): Find | undefined {
  const pieceEnd = endOfPiece(text, start);
  if (pieceEnd === undefined) return undefined;
  let at = pieceEnd;
  while (pieceEnd - at < longestPiece && at > 0 && isTokenCharacter(text.charCodeAt(at - 1))) at--;
  const shapes = byStart.get(startKey(text, at));
  if (shapes === undefined || pieceEnd - at < 3) return undefined;
  const whole = text.slice(at, pieceEnd) + text.slice(start, Math.min(end, start + 400));
  for (const shape of shapes) {
    const found = shape.isWeak ? undefined : matchShape(whole, 0, shape, false);
    if (found !== undefined) return { what: found.what, start: at, end };
  }
  return undefined;
}

/** Where the piece before a span ends, if something joins the two. */
function endOfPiece(text: string, start: number): number | undefined {
  if (start === 0) return undefined;
  const code = text.charCodeAt(start - 1);
  if (code === 0x0a) return text[start - 2] === '\\' ? start - 2 : undefined;
  if (!isQuote(code)) return code >= 0xad && unseen.includes(text[start - 1]!) ? start - 1 : undefined;
  let at = start - 1;
  const least = Math.max(0, start - joint);
  let signs = 0;
  while (at > least) {
    const character = text.charCodeAt(at - 1);
    if (isQuote(character)) return at < start - 1 ? at - 1 : undefined;
    const isSign = character === 0x2b || character === 0x2e;
    if (character > 0x20 && character !== 0x5c && !(isSign && signs++ === 0)) return undefined;
    at--;
  }
  return undefined;
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x60;
}

function isTokenCharacter(code: number): boolean {
  return isAlphanumeric(code) || code === 0x5f || code === 0x2d;
}

/** Patterns by the first two characters of their prefix, and which characters are first: most are not, and need no look-up. */
export interface Starts {
  readonly first: Uint8Array;
  readonly patterns: ReadonlyMap<number, readonly RegExp[]>;
}

/** @param patterns of whole tokens, each with its prefix */
export function startsOf(patterns: readonly (readonly [prefix: string, pattern: string])[]): Starts {
  const first = new Uint8Array(128);
  const starts = new Map<number, RegExp[]>();
  for (const [prefix, pattern] of patterns) {
    const key = startKey(prefix, 0);
    first[prefix.charCodeAt(0)] = 1;
    starts.set(key, [...(starts.get(key) ?? []), new RegExp(pattern, 'y')]);
  }
  return { first, patterns: starts };
}

/** Whether a pattern matches anywhere in the span. */
export function hasStart(text: string, start: number, end: number, starts: Starts): boolean {
  const { first, patterns } = starts;
  for (let at = start; at + 8 < end; at++) {
    if (first[text.charCodeAt(at)] !== 1) continue;
    for (const pattern of patterns.get(startKey(text, at)) ?? []) {
      pattern.lastIndex = at;
      if (pattern.test(text)) return true;
    }
  }
  return false;
}

function findLoose(text: string, start: number, end: number): Find | undefined {
  const stretch = text.slice(start, end);
  for (const { what, sign, pattern } of looseShapes) {
    if (!stretch.includes(sign)) continue;
    const match = pattern.exec(stretch);
    if (match === null || isMadeUp(match[1]!)) continue;
    return { what, start: start + match.index, end: start + match.index + match[0].length };
  }
  return stretch.includes('_') || stretch.includes('-') ? findPrefixed(stretch, start) : undefined;
}

/** A short lower-case prefix and a long body: how services that no list knows write their tokens. */
const prefixed =
  /(?:^|[=:/,])([a-z][a-z0-9]{0,11}(?:[_-][a-z0-9]{1,10}){0,2})[_-]([A-Za-z0-9]{32,90})(?![\w+/-])/;

/** Keys of these prefixes are published in web pages; a hash names its algorithm. */
const published = /^(?:pk|phc|pub|public|site|client|anon|(?:sha|md|blake|crc|xxh)\w*)(?:[_-]|$)/;

function findPrefixed(stretch: string, start: number): Find | undefined {
  const match = prefixed.exec(stretch);
  if (match === null) return undefined;
  const [whole, prefix, body] = match as unknown as [string, string, string];
  if (published.test(prefix) || !/[a-z]/.test(body) || !/[A-Z]/.test(body)) return undefined;
  // Digits spread over it, as chance puts them.
  if ((body.match(/\d+/g) ?? []).length < 3 || !looksRandom(body, 32)) return undefined;
  return { what: 'an access token', start: start + match.index, end: start + match.index + whole.length };
}

function matchShape(
  text: string,
  at: number,
  { what, prefix, body, isWeak }: Shape,
  isAside: boolean,
): Find | undefined {
  if (!text.startsWith(prefix, at)) return undefined;
  body.lastIndex = at + prefix.length;
  const match = body.exec(text);
  if (match === null) return undefined;
  // Limits the match: later characters add cost, not certainty.
  const found = match[0].slice(0, 400);
  // Go marks the keys of its tests so that no scanner takes them for real ones.
  if (prefix.startsWith('M') && text.slice(Math.max(0, at - 40), at).includes('TESTING KEY'))
    return undefined;
  if (prefix === 'eyJ' ? isHarmlessWebToken(prefix + found, isAside) : isMadeUp(found)) return undefined;
  // `live_` in `pk_live_` is part of another prefix.
  if (isWeak && (/[_-]/.test(text[at - 1] ?? ' ') || !looksRandom(found, 14))) return undefined;
  return { what, start: at, end: body.lastIndex };
}

/** A web token from documentation, or an expired one: harmless. In a test, so is one whose claims identify no one. */
function isHarmlessWebToken(token: string, isAside: boolean): boolean {
  const [, payload = '', signature = ''] = token.split('.');
  if (isMadeUp(signature)) return true;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    const told = JSON.stringify(claims);
    if (/John Doe|1234567890|"(?:foo|bar)"|hello,? world/i.test(told) || isStandIn(told)) return true;
    // It says when it was issued, but nothing about whom for.
    if (Object.keys(claims).every(name => name === 'iat' || name === 'nbf' || name === 'jti')) return true;
    if (isAside && valuesIn(claims).every(isOrdinaryClaim)) return true;
    return typeof claims['exp'] === 'number' && claims['exp'] * 1000 < Date.now();
  } catch {
    return false;
  }
}

function valuesIn(claim: unknown): unknown[] {
  return typeof claim === 'object' && claim !== null ? Object.values(claim).flatMap(valuesIn) : [claim];
}

/** A number or a word, as authors of tests write them: not a random id, and not a person's address. */
function isOrdinaryClaim(claim: unknown): boolean {
  if (typeof claim !== 'string') return true;
  if (isUuid(claim) || looksRandom(claim, 8)) return false;
  const host = /(?:@|:\/\/)([\w.-]+)/.exec(claim)?.[1];
  return host === undefined || isReservedHost(host);
}

function isBoundary(text: string, start: number, at: number): boolean {
  return at === start || !isAlphanumeric(text.charCodeAt(at - 1)) || isPercentEscape(text, at);
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** `%3D` and the like stand for one non-word character. */
function isPercentEscape(text: string, at: number): boolean {
  return text.charCodeAt(at - 3) === 0x25 && /^[0-9A-Fa-f]{2}$/.test(text.slice(at - 2, at));
}
