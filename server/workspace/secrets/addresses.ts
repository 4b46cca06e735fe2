/** Passwords in URLs and in database connection strings. */
import { isStandIn, isUuid, looksRandom } from './placeholder.ts';
import type { Find } from './verdict.ts';

/** Characters after `://` within which a password must end. */
const reach = 400;

/** Ends a URL: white space, quotes, brackets. */
const ends = /[\s"'`<>\\^|]|\)[\s;,]|\](?!:)/;

const wordsForPassword =
  /^(?:my|your|the|some|db|user|admin|root|test)?[-_.]?(?:pass(?:word|wd|phrase)?|pwd|pw|passwd|secret|hidden|redacted|token|credentials?|changeme|foo|bar|baz|qux|admin|root|user(?:name)?|guest|test(?:ing)?|demo|default|example|local|dev|postgres|mysql|mongo|redis|rabbitmq|hunter2|hello|x+|\*+|\.+|\d{1,8}|abc(?:123)?|qwerty|letmein|[a-z])[-_.!@#$]?\d{0,6}[!@#$%*.]?$/i;

/** A password that everybody uses where none is needed. */
export function isOrdinaryPassword(password: string): boolean {
  return wordsForPassword.test(password);
}

/** Hosts reserved for examples and tests (RFC 2606, RFC 6761, RFC 5737), or this machine. */
const reserved =
  /^(?:(?:.*\.)?(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost)|127\.[\d.]+|0\.0\.0\.0|\[?::1\]?|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|host|hostname|server|your[-_.\w]*|my[-_]?host|(?:.*\.)?(?:domain|site|host|yourdomain|mydomain)(?:\.(?:com|tld|net|org))?)$/i;

export function isReservedHost(host: string): boolean {
  return reserved.test(host);
}

/**
 * `scheme://user:password@host`, where neither password nor host is a placeholder.
 * @param isAside in a test or a document, where a password must look random
 */
export function findAddress(text: string, isAside = false): Find | undefined {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    // Up to the next URL, so that many cost no more than one.
    const next = text.indexOf('://', at + 3);
    const rest = text.slice(at + 3, Math.min(next < 0 ? text.length : next, at + 3 + reach));
    if (!rest.includes('@')) continue;
    const user = loneToken(text, at, rest);
    if (user !== undefined) return { what: 'a token in an address', start: at, end: at + 3 + user.length };
    if (!rest.includes(':')) continue;
    const end = rest.search(ends);
    const address = end < 0 ? rest : rest.slice(0, end);
    const parsed = loginIn(address);
    if (parsed !== undefined && isLogin(parsed) && !(isAside && !looksRandom(parsed.password, 8)))
      return { what: 'a password in an address', start: at, end: at + 3 + address.length };
  }
  return undefined;
}

const lonelyUser = /^([\w-]{24,255})@([\w.-]+\.[a-z]{2,24})(?=[/:?\s"'`]|$)/i;

/** @returns a token that is the only login, `https://token@host`. Sentry's, of 32 hexadecimal digits, is public. */
function loneToken(text: string, at: number, rest: string): string | undefined {
  const [, user, host] = lonelyUser.exec(rest) ?? [];
  if (user === undefined || host === undefined || !/https?$/i.test(text.slice(at - 5, at))) return undefined;
  if (/^[0-9a-f]{32}$/i.test(user) || isUuid(user) || isReservedHost(host)) return undefined;
  return looksRandom(user, 24) ? user : undefined;
}

interface Login {
  readonly user: string;
  readonly password: string;
  readonly hosts: readonly string[];
}

function loginIn(address: string): Login | undefined {
  const colon = address.indexOf(':');
  if (colon < 0) return undefined;
  const user = address.slice(0, colon);
  if (/[/?#[\]]/.test(user) || user.length > 128) return undefined;
  // A password may contain a URL's delimiters unescaped: the host starts after the last `@` before what can only be
  // path or query.
  const query = address.search(/[?#]\w+=/);
  const authority = query < 0 ? address : address.slice(0, query);
  const firstSlash = authority.indexOf('/', colon);
  let mark = authority.lastIndexOf('@', firstSlash < 0 ? authority.length : firstSlash);
  if (mark < colon) mark = authority.lastIndexOf('@');
  if (mark <= colon) return undefined;
  const password = authority.slice(colon + 1, mark);
  // `host:8080/path@version`: a host and a port, not user and password.
  if (/^\d{1,5}(?:\/|$)/.test(password) && /\//.test(password)) return undefined;
  const hosts = authority
    .slice(mark + 1)
    .split('/', 1)[0]!
    .split(',')
    .map(host => host.replace(/:\d*$/, ''))
    .filter(host => host !== '');
  return { user, password, hosts };
}

function isLogin({ user, password, hosts }: Login): boolean {
  if (password.length < 4 || password.length > 256 || hosts.length === 0) return false;
  if (new Set(password).size < 4) return false;
  if (password === user || wordsForPassword.test(password) || isFilledIn(password) || isFilledIn(user))
    return false;
  // One real host is enough.
  const real = hosts.filter(host => !reserved.test(host) && !isFilledIn(host));
  // A service of the same network, as Compose names it: `postgres:5432` with a password that only its sample needs.
  if (real.every(host => /^[\w-]+$/.test(host)) && !looksRandom(password, 10)) return false;
  return real.length > 0 && real.every(host => /^[\w.-]+$|^\[[\da-f:]+\]$/i.test(host));
}

function isFilledIn(part: string): boolean {
  let plain = part;
  try {
    plain = decodeURIComponent(part);
  } catch {
    // Contains a literal percent sign.
  }
  return isStandIn(plain) || /[{}<>]|^\$|^:|^\*+$/.test(plain);
}

const connectionSign = /(?:password|pwd)\s?=/i;
const oracleSign = 'jdbc:oracle:';
const connection =
  /(?:password|pwd)\s?=\s?("[^"\n]{1,128}"|'[^'\n]{1,128}'|\{[^}\n]{1,128}\}|[^;&"'\s,)]{4,128})/gi;
/** A connection string also names its server, database or user. */
const company =
  /(?:^|[;?&"'\s])(?:server|data source|host|hostname|address|addr|network address|initial catalog|database|user id|uid|user|username|driver|endpoint)\s?=\s?([^;&"'\s,)]+)/gi;

/** More than any hand-written file has. */
const maxConnections = 1000;

/** ADO.NET, ODBC, JDBC, libpq: `Server=…;User Id=…;Password=…`. */
export function findConnection(text: string): Find | undefined {
  if (text.includes(oracleSign)) {
    const oracle = /jdbc:oracle:\w+:([\w$#]+)\/([^@/\s"']{4,64})@/.exec(text);
    if (
      oracle !== null &&
      oracle[1] !== oracle[2] &&
      !wordsForPassword.test(oracle[2]!) &&
      !isFilledIn(oracle[2]!)
    )
      return {
        what: 'the password of a database',
        start: oracle.index,
        end: oracle.index + oracle[0].length,
      };
  }
  if (!connectionSign.test(text)) return undefined;
  let looked = 0;
  for (const match of text.matchAll(connection)) {
    if (++looked > maxConnections) break;
    const value = match[1]!.replace(/^["'{]|["'}]$/g, '');
    if (value.length < 6 || wordsForPassword.test(value) || isFilledIn(value)) continue;
    const lineStart = Math.max(text.lastIndexOf('\n', match.index) + 1, match.index - 400);
    const nextLine = text.indexOf('\n', match.index);
    const lineEnd = Math.min(nextLine < 0 ? text.length : nextLine, match.index + 400);
    const line = text.slice(lineStart, lineEnd);
    const beside = [...line.matchAll(company)].map(found => found[1]!);
    if (beside.length === 0 || !/[;&?]|\bhost=\S+ |\buser=\S+ /i.test(line)) continue;
    if (beside.some(name => reserved.test(name.replace(/[,:]\d+$/, '')))) continue;
    return { what: 'the password of a database', start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}
