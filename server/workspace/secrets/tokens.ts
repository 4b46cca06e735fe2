/** Matches token formats in a span of text without white space. */
import { isEncodedKey } from './keys.ts';
import { isMadeUp, isStandIn, looksRandom } from './placeholder.ts';
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

export function findToken(text: string, start: number, end: number): Find | undefined {
  for (let at = start; at + 8 < end; at++) {
    if (!isBoundary(text, start, at)) continue;
    const key = startKey(text, at);
    if (encoded.has(key) && end - at > 60 && isEncodedKey(text.slice(at, at + 400)))
      return { what: 'a private key', start: at, end };
    const shapes = byStart.get(key);
    if (shapes === undefined) continue;
    for (const shape of shapes) {
      const found = matchShape(text, at, shape);
      if (found !== undefined) return found;
    }
  }
  return end - start < shortestLoose ? undefined : findLoose(text, start, end);
}

/** Patterns after a prefix, by the prefix's first two characters. */
export type Starts = ReadonlyMap<number, readonly RegExp[]>;

/** @param patterns of whole tokens, each with its prefix */
export function startsOf(patterns: readonly (readonly [prefix: string, pattern: string])[]): Starts {
  const starts = new Map<number, RegExp[]>();
  for (const [prefix, pattern] of patterns) {
    const key = startKey(prefix, 0);
    starts.set(key, [...(starts.get(key) ?? []), new RegExp(pattern, 'y')]);
  }
  return starts;
}

/** Whether a pattern matches anywhere in the span. */
export function hasStart(text: string, start: number, end: number, starts: Starts): boolean {
  for (let at = start; at + 8 < end; at++) {
    for (const pattern of starts.get(startKey(text, at)) ?? []) {
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
  return undefined;
}

function matchShape(text: string, at: number, { what, prefix, body, isWeak }: Shape): Find | undefined {
  if (!text.startsWith(prefix, at)) return undefined;
  body.lastIndex = at + prefix.length;
  const match = body.exec(text);
  if (match === null) return undefined;
  // Limits the match: later characters add cost, not certainty.
  const found = match[0].slice(0, 400);
  if (prefix === 'eyJ' ? isHarmlessWebToken(prefix + found) : isMadeUp(found)) return undefined;
  if (isWeak && !looksRandom(found, 14)) return undefined;
  return { what, start: at, end: body.lastIndex };
}

/** A web token from documentation, or an expired one: harmless. */
function isHarmlessWebToken(token: string): boolean {
  const [, payload = '', signature = ''] = token.split('.');
  if (isMadeUp(signature)) return true;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    const told = JSON.stringify(claims);
    if (/John Doe|1234567890|"(?:foo|bar)"/.test(told) || isStandIn(told)) return true;
    return typeof claims['exp'] === 'number' && claims['exp'] * 1000 < Date.now();
  } catch {
    return false;
  }
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
