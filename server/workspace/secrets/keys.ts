/** Private keys, in any quoting. */
import { entropyOf, looksRandom } from './placeholder.ts';
import type { Find } from './verdict.ts';

/** Characters after a marker within which its key must start. */
const reach = 4000;

/** Minimum base64 characters, more than a document's excerpt has. */
const minKey = 60;

const markers =
  /(?:BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-\d|minisign encrypted secret key|OpenVPN Static key V\d)/g;

/** Cheap prefilter: every marker contains one of these. */
const signs: readonly string[] = [
  'PRIVATE KEY',
  'PuTTY-User-Key',
  'minisign encrypted',
  'OpenVPN Static key',
];

/** Characters between the lines of a key: quotes, escapes, comment and continuation marks. */
const dressing = /\\[nrt]|\\u000[ad]|%0[ad]|&#1[03];|<br ?\/?>|[\s"'`#/*|>,;:\\()[\]-]/gi;

/** Between the quotes of two lines: a call or an assignment for each. */
const calls = /["'`]\s{0,8}\)?[;.+,]?\s{0,40}[\w.]{1,60} ?(?:\(|\+?=)\s{0,8}["'`]/g;

/** Headers of encrypted keys and of PuTTY's files, which precede the key. */
const headers =
  /\b(?:Proc-Type|DEK-Info|Comment|Version|Encryption|Public-Lines|Key-Derivation|Argon2-\w+|Hash|Charset)\s*:[^\n\\]{0,120}/gi;

export function findKey(text: string): Find | undefined {
  if (!signs.some(sign => text.includes(sign))) return undefined;
  for (const match of text.matchAll(markers)) {
    const start = match.index;
    // OpenVPN's keys are hexadecimal.
    const least = match[0].startsWith('OpenVPN') ? 3.5 : 4.2;
    if (hasKey(keyAfter(text, start + match[0].length), least))
      return { what: 'a private key', start, end: start + match[0].length };
  }
  return undefined;
}

/**
 * The first characters, in base64, of a private key without a marker: a sequence (RFC 5958, 8017 and 5915) of a version
 * and what the version is of. Public keys and certificates start with another sequence.
 */
const derHeads =
  /(?<![A-Za-z0-9+/=])M(?:II[A-Za-z0-9+/]{2}[AQgw]IBA[AD]|I[GH][A-Za-z0-9+/]AgE[AB]|[A-H][A-Za-z0-9+/]CAQ(?:Aw|EE))[A-Za-z0-9+/]{24}/g;

/** Cheap prefilter of these. */
const derSigns: readonly string[] = ['IBAD', 'IBAA', 'AgEA', 'AgEB', 'CAQAw', 'CAQEE'];

/** A private key without a marker, in one string or a line to a string. */
export function findBareKey(text: string): Find | undefined {
  if (!derSigns.some(sign => text.includes(sign))) return undefined;
  for (const { index, 0: head } of text.matchAll(derHeads)) {
    const size = sizeOfDer(Buffer.from(head, 'base64'));
    if (size === undefined) continue;
    // An excerpt is shorter than the key says that it is. Slashes go with the dressing.
    const body = bodyOf(text.slice(index, index + reach));
    if (body.length >= Math.min(size * 1.2, reach / 4) && entropyOf(body.slice(0, 400)) > 4.2)
      return { what: 'a private key', start: index, end: index + head.length };
  }
  return undefined;
}

/** Bytes of the whole, as its first ones say; undefined if these start no private key. */
function sizeOfDer(bytes: Buffer): number | undefined {
  const more = bytes[1]! < 0x80 ? 0 : bytes[1]! - 0x80;
  const size = more === 0 ? bytes[1]! : bytes.readUIntBE(2, Math.min(more, 2));
  const inside = bytes.subarray(2 + more);
  const [kind, length, version, next] = inside;
  if (kind !== 0x02 || length !== 1 || version === undefined || version > 1) return undefined;
  const isKey = next === 0x30 || (next === 0x02 && version === 0) || (next === 0x04 && version === 1);
  return isKey && size >= 32 ? size : undefined;
}

/** Base64 at the start, without what stands between its lines. */
function bodyOf(text: string): string {
  const bare = text.replace(calls, ' ').replace(/["'`]\s*[+.]/g, ' ');
  return /^[A-Za-z0-9+/]*/.exec(bare.replace(dressing, ''))![0];
}

/** Up to the next marker, so that many cost no more than one. */
function keyAfter(text: string, start: number): string {
  const after = text.slice(start, start + reach);
  const next = after.indexOf('PRIVATE KEY');
  const end = after.indexOf('END');
  return next >= 0 && (end < 0 || next < end) ? after.slice(0, next) : after;
}

function hasKey(after: string, leastEntropy: number): boolean {
  const end = after.search(/-{2,5} ?END/);
  // Also removes the `+` that joins lines of a quoted key; base64 has few of them.
  const bare = (end < 0 ? after : after.slice(0, end))
    .replace(headers, ' ')
    .replace(calls, ' ')
    .replace(/["'`]\s*\+/g, ' ');
  const body = /[A-Za-z0-9+/=]*/.exec(bare.replace(dressing, '').replace(/^(?:BLOCK)?/, ''))![0];
  return body.length >= minKey && entropyOf(body.slice(0, 400)) > leastEntropy;
}

const heads: readonly string[] = [
  'UHVUVFktVXNlci1LZXkt',
  'QUdFLVNFQ1JFVC1LRVkt',
  'IyBjcmVhdGVk',
  'LS0tLS1CRUdJTi',
  'eyJ0eXBlIjoi',
  'eyAidHlwZSI6',
  'ewogICJ0eXBl',
  'ewogICAgInR5',
  'ewoJInR5cGUi',
  'ewogInR5cGUi',
];

/** A key, or a Google service account, base64-encoded as a whole. */
export function isEncodedKey(span: string): boolean {
  for (const head of heads) {
    const at = span.indexOf(head);
    if (at < 0) continue;
    const decoded = Buffer.from(span.slice(at, at + 400), 'base64').toString('latin1');
    if (
      /PRIVATE KEY|PuTTY-User-Key|AGE-SECRET-KEY/.test(decoded) ||
      /"type"\s*:\s*"service_account"/.test(decoded)
    )
      return true;
  }
  return false;
}

const jwkSign = /kty["']?\s{0,8}:\s{0,8}["'](?:RSA|EC|OKP|oct)["']/;
const jwkSecret = /(?:(?<![\w.$-])|"|')(?:d|k)["']?\s{0,8}:\s{0,8}["']([A-Za-z0-9_-]{32,2000})["']/g;

/** A private key as JSON (RFC 7517), or as an object of JavaScript: `d` of a pair, `k` of a shared secret. */
export function findWebKey(text: string): Find | undefined {
  if (!text.includes('kty') || !jwkSign.test(text)) return undefined;
  for (const match of text.matchAll(jwkSecret))
    if (looksRandom(match[1]!, 32))
      return { what: 'a private key', start: match.index, end: match.index + match[0].length };
  return undefined;
}
