/** Distinguishes random values from placeholders. */
import { isPublishedSample } from './samples.ts';

/** Half of the letter pairs in English and most identifiers are among these; a quarter in random letters. */
const commonPairs: ReadonlySet<string> = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ' +
    'ch ll be ma si om ur ca el ta la ns ge ec il pe ol no na us di wh tr em ac et ad ss id ke ey pa ap pi po ut un lo mo ab am ag ai ' +
    'au av ay ck ct da do dr ds du ee ef eg ei ep ev ew ex fa fe fi fo fr fu gh gi gr ho if ig im ir ki ks ld lu ly mb mi mp my nc nk ' +
    'ni nf nn nu ny ob oc od og ok oo op os ow pl pr pt pu qu ry rs rt ru rv sa sc sh sk sl so sp su sw sy ts tt tu tw ty ub uc ud ue ' +
    'ui ul um up vi wa we wi wo ye yp ys'
  ).split(' '),
);

/** Words used as placeholders. */
const standIn =
  /example|sample|dummy|fake|placeholder|change[-_ ]?me|replace|redacted|filtered|hidden|your[-_ ]?|my[-_]?(?:secret|token|key|pass)|not[-_ ]?(?:a[-_ ]?)?(?:real|secret)|insert|todo|removed|masked|invalid|foo[-_]?bar|hunter2|correct[-_ ]?horse|lorem|secret[-_]?key[-_]?here|x{5}|\*{3}|\.{3}|…|_here\b|super[-_ ]?secret|password|passwd/i;

/** Signs of a value filled in later by a template, and of a password's hash. */
const filledIn =
  /\$\{|\{\{|\}\}|<%|%>|<[a-z][^>]*>|#\{|\{[A-Za-z_][\w.]*\}|@[A-Z_]+@|^\$(?:\d\w?|apr1|argon2\w{1,2}|s[ch]a?\w{1,10}|pbkdf2[\w-]{0,10})\$/;

/** What a shell or a formatter fills in. A random password may contain such marks by chance. */
const marks = /\$\([^)]*\)?|^\$[A-Za-z_]\w*|\$[A-Z][A-Z_]{3,}\b|\$[a-z_]{4,}\b|%\([^)]*\)?[sd]?|%[sd]|^\$/;
/** Where there is one, the letters of a time's format are marks too. */
const everyMark = new RegExp(`${marks.source}|%[-#]?[A-Za-z]`, 'g');

/** Least characters beside the marks that make a value random. */
const leastBeside = 8;

/** Declares itself a placeholder. */
export function isStandIn(value: string): boolean {
  if (standIn.test(value) || filledIn.test(value) || isPublishedSample(value)) return true;
  return marks.test(value) && !looksRandom(value.replace(everyMark, ''), leastBeside);
}

/**
 * Whether the body of a token (after its prefix) was made up by a person: `xxxx…`, `1234567890…`, `abcdef…`, words. One
 * random part makes it real.
 */
export function isMadeUp(body: string): boolean {
  if (isStandIn(body)) return true;
  const parts = body.split(/[-_.:/+=~]+/).filter(part => part.length >= 6);
  if (parts.length === 0) return entropyOf(body) < 2.5;
  return parts.every(isTrivial);
}

/** Mostly counting up or down, few distinct characters, or words. */
function isTrivial(part: string): boolean {
  if (entropyOf(part) < Math.min(2.9, 0.72 * Math.log2(part.length))) return true;
  const low = part.toLowerCase();
  let steps = 0;
  let repeated = 1;
  for (let at = 1; at < low.length; at++) {
    const step = low.charCodeAt(at) - low.charCodeAt(at - 1);
    if (step === 1 || step === -1 || (low[at] === '0' && low[at - 1] === '9')) steps++;
    repeated = step === 0 ? repeated + 1 : 1;
    if (repeated >= 7) return true;
  }
  if (steps >= 6 && steps >= 0.4 * (low.length - 1)) return true;
  return !/\d/.test(part) && !isHexadecimal(part) && wordShare(part) > 0.75 && low.length >= 8;
}

function isHexadecimal(text: string): boolean {
  return /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text);
}

/** In bits per character, from its own frequencies. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Share of common letter pairs; camel case humps separate pairs. */
function wordShare(text: string): number {
  let pairs = 0;
  let common = 0;
  for (let at = 1; at < text.length; at++) {
    const pair = text.slice(at - 1, at + 1);
    if (!/^(?:[a-z]{2}|[A-Z]{2}|[A-Z][a-z])$/.test(pair)) continue;
    pairs++;
    if (commonPairs.has(pair.toLowerCase())) common++;
  }
  return pairs < 4 ? 0 : common / pairs;
}

/**
 * Whether a value without a prefix looks random: long enough, with many distinct characters, and digits and letters
 * mixed as in no word or name.
 * @param shortest minimum number of characters
 */
export function looksRandom(value: string, shortest = 16): boolean {
  const bare = value.replace(/^0x|=+$/g, '');
  if (bare.length < shortest || !/^[\x21-\x7e]+$/.test(bare) || isStandIn(bare)) return false;
  if (isUuid(bare)) return !isMadeUp(bare.replaceAll('-', ''));
  if (isHexadecimal(bare)) return bare.length >= 20 && isRandomHexadecimal(bare);
  const distinct = new Set(bare).size;
  if (distinct < Math.min(10, 0.45 * bare.length) || isMadeUp(bare)) return false;
  const letters = bare.match(/[A-Za-z]/g)?.length ?? 0;
  const digits = bare.match(/\d/g)?.length ?? 0;
  if (letters < 4) return false;
  const switches = switchesOf(bare) / (bare.length - 1);
  if (digits === 0)
    return bare.length >= 12 && switches >= (bare.length < 16 ? 0.5 : 0.35) && wordShare(bare) < 0.5;
  // Kinds of characters change far more often than in words, whatever pairs of letters chance made common.
  if (switches >= 0.5 && bare.length >= 12) return true;
  // Trailing numbers, versions, dates, sizes: one block of digits among words.
  if ((bare.match(/\d+/g) ?? []).length < 2 && switches < 0.3) return false;
  return wordShare(bare) < 0.6 && switches >= 0.22;
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

function isRandomHexadecimal(text: string): boolean {
  const digits = text.match(/\d/g)?.length ?? 0;
  const share = digits / text.length;
  return share > 0.3 && share < 0.9 && new Set(text.toLowerCase()).size >= 9 && !isMadeUp(text);
}

/** How often adjacent characters differ in kind: lower case, upper case, digit, other. */
function switchesOf(text: string): number {
  let switches = 0;
  for (let at = 1; at < text.length; at++) if (kindOf(text, at) !== kindOf(text, at - 1)) switches++;
  return switches;
}

function kindOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x61 && code <= 0x7a) return 0;
  if (code >= 0x41 && code <= 0x5a) return 1;
  return code >= 0x30 && code <= 0x39 ? 2 : 3;
}
