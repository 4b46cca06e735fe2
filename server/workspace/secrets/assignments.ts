/** `name = value`, where the name suggests a secret and the value looks random. */
import { isStandIn, isUuid, looksRandom } from './placeholder.ts';
import { isPublicValue } from './public-values.ts';
import type { Find } from './verdict.ts';

/** Endings of names that hold a secret. */
const secretName =
  /(?:secret|passw(?:or)?d|passphrase|passcode|passwd|pass|pwd|token|credentials?|(?:api|access|secret|private|auth|encryption|signing|signature|account|shared|master|service|storage|app|application|session|webhook|license|licence|deploy|client|consumer|hmac|jwt|aes|crypt|crypto|cookie|subscription|primary|secondary|admin|root|server|user|upload|write|bot|integration|instrumentation|publish|registry|rsa|ssh|ssl|tls|wg|preshared|psk|pre_shared|data_?base|db|admin_?api)[-_. ]?key|keypass|storepass|key_?base|private[-_]?key|(?:auth|access|bearer|refresh|id|session|personal|api|csrf|deploy)[-_]?token|authorization|auth|apikey|bearer|salt|pepper|pin_?code|otp_?seed|seed_?phrase|mnemonic|pat|dsn|sas|psk)$/i;

/**
 * Suffixes that say which one it is. Stripped one at a time: in a repeated pattern, digits could split in too many
 * ways.
 */
const which =
  /[-_.]?(?:value|val|string|str|text|data|raw|plain|prod|production|live|dev|development|test|staging|stage|sandbox|qa|uat|main|default|primary|secondary|current|old|new|base64|b64|enc|env|v?\d{1,3}|us|eu|ap)$/i;

/** Names whose values are public, or derived from a secret without revealing it. */
const harmlessName =
  /public|pub_?key|site_?key|publishable|hash|digest|checksum|sha\d|md5|fingerprint|_id$|integrity|next_?token|page_?token|continuation|cursor|token_?type|token_?url|csrf|xsrf|authenticity|nonce|cache_?key|sort_?key|partition_?key|primary_key$|foreign|idempot|translat|i18n|locale|etag|revision|commit|author$/i;

/** Every name of a secret contains one of these. */
const sign = /secr|pass|pwd|tok|key|cred|auth|bearer|salt|pepper|pin|seed|mnemonic|pat|dsn|sas|psk/i;

/** Whether a name suggests a secret. */
export function isSecretName(name: string): boolean {
  if (!sign.test(name)) return false;
  if (harmlessName.test(name)) return false;
  let bare = name;
  for (let count = 0; count < 4 && !secretName.test(bare); count++) bare = bare.replace(which, '');
  return secretName.test(bare);
}

/** Settings files, where values may be unquoted. */
const settings =
  /(?:^|\/)(?:\.?env[^/]*|[^/]*\.(?:env|ini|cfg|conf|config|cnf|properties|props|ya?ml|toml|tfvars|tf|hcl|sh|bash|zsh|fish|ps1|bat|cmd|xml|plist|json5?|jsonc|txt|rc|service|gradle|nix)|Dockerfile[^/]*|\.[a-z]+rc|[^/]*config)$/i;

export function isSettings(path: string): boolean {
  return settings.test(path);
}

const testsAndDocuments =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|mocks?|test-?data|fixtures?|__fixtures__|examples?|samples?|docs?|documentation|guides?|playgrounds?|e2e|benchmarks?|snapshots?)\/|[._-](?:test|spec|mock|stories|snap)s?\.\w+$|(?:^|\/)test_[^/]*\.\w+$|(?:^|\/)conftest\.py$/i;

/** Tests and documents contain many values that only look like secrets. */
export function isTestOrDocument(path: string): boolean {
  return testsAndDocuments.test(path);
}

const longest = 512;

/** The name of a value in XML: `<add key="name" value="…"/>`. */
const keyOfValue = /\b(?:key|name)\s?=\s?["']([\w.:-]{2,100})["']\s+value\s?=\s?["']$/;

/** Checks a span as the value of a preceding name. */
export function findNamed(text: string, start: number, end: number, plain: boolean): Find | undefined {
  const named = nameBefore(text, start);
  if (named === undefined) return undefined;
  const { quote, separator } = named;
  const name =
    named.name === 'value'
      ? (keyOfValue.exec(text.slice(Math.max(0, start - 160), start))?.[1] ?? 'value')
      : named.name;
  if (!isSecretName(name)) return undefined;
  // After a comma, an unquoted value is just an argument.
  if (quote === '' && separator === ',') return undefined;
  const value =
    quote === '' ? text.slice(start, Math.min(end, start + longest)) : quotedAt(text, start, quote);
  if (value === undefined || (quote === '' && !plain && (text[start - 1] === '(' || !/\d/.test(value))))
    return undefined;
  // An unquoted name with an opening bracket is a call.
  if (quote === '' && /^[A-Za-z_$][\w$.]*\(/.test(text.slice(start, start + value.length + 1)))
    return undefined;
  // The first of two arguments need not name the second, unless it looks like nothing else.
  if (separator === ',' && value.length < 24 && !/^[A-Z_]+$/.test(name) && !named.isTuple) return undefined;
  if (!isSecretAt(text, start, name, value, quote !== '' || separator === '>')) return undefined;
  return { what: 'a password, key or token', start, end: start + value.length };
}

interface Named {
  readonly name: string;
  /** One of `=`, `:`, `,` and `>`. */
  readonly separator: string;
  /** The value's opening quote, or empty. */
  readonly quote: string;
  /** `{name, "value"}`, as Erlang and Elixir write it. */
  readonly isTuple: boolean;
}

/** Schemes of the `Authorization` header. */
const schemes: ReadonlySet<string> = new Set(
  'Bearer bearer Basic Token token SSWS GenieKey ApiKey Apikey apikey Key OAuth'.split(' '),
);
const longestScheme = 8;

/** Characters of a scheme and its blank before a value. */
function schemeBefore(text: string, start: number): number {
  let at = start - 1;
  while (at > 0 && start - at <= longestScheme + 1 && isLetter(text.charCodeAt(at - 1))) at--;
  return schemes.has(text.slice(at, start - 1)) ? start - at : 0;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/**
 * Parses backwards from a value: its quotes, a call or prefix around them (`b"`, `str("`), then `=`, `:`, `=>`, `:=`, a
 * comma or the end of a tag, then what closes a name, and the name.
 */
function nameBefore(text: string, start: number): Named | undefined {
  let at = start;
  if (text[at - 1] === ' ') at -= schemeBefore(text, start);
  const quoted = at;
  at = skipBack(text, at, '"\'`', 3);
  let quote = text.slice(at, quoted);
  if (quote === '' && text.startsWith('<![CDATA[', at - 9)) {
    quote = '<![CDATA[';
    at -= 9;
  }
  if (quote !== '' && 'brfu@$'.includes(text[at - 1] ?? ' ')) at--;
  at = skipBack(text, at, '\\', 1);
  at = skipBack(text, at, ' \t', 40);
  if (text[at - 1] === '(') {
    at--;
    while (at > 0 && start - at < 60 && isNameCharacter(text.charCodeAt(at - 1))) at--;
    if (text.startsWith('new ', at - 4)) at -= 4;
    at = skipBack(text, at, ' \t', 40);
  }
  const separator = text[at - 1] ?? '';
  if (!'=:,>'.includes(separator) || separator === '') return undefined;
  at--;
  at = skipBack(text, at, '=:', 1);
  at = skipBack(text, at, ' \t', 40);
  at = skipBack(text, at, '"\'`)]}\\', 4);
  const nameEnd = at;
  while (at > 0 && nameEnd - at < 100 && isNameCharacter(text.charCodeAt(at - 1))) at--;
  if (nameEnd - at < 2) return undefined;
  const isTuple = separator === ',' && (text[at - 1] === '{' || text.startsWith('{:', at - 2));
  return { name: text.slice(at, nameEnd), separator, quote, isTuple };
}

/** Goes back over at most `most` of these characters. */
function skipBack(text: string, at: number, characters: string, most: number): number {
  const least = Math.max(0, at - most);
  while (at > least && characters.includes(text[at - 1]!)) at--;
  return at;
}

/** Letters, digits, `_`, `-` and `.`. */
export function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e
  );
}

function quotedAt(text: string, start: number, quote: string): string | undefined {
  const close = quote.startsWith('<') ? ']]>' : quote;
  const end = text.indexOf(close, start);
  if (end < 0 || end - start > longest) return undefined;
  const value = text.slice(start, end);
  return value.includes('\n') ? undefined : value;
}

/** `NAME=value` or `name:value` within a span. */
export function findAssigned(text: string, start: number, end: number, plain: boolean): Find | undefined {
  for (let at = start + 2; at + 12 < end; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x3d && code !== 0x3a) continue;
    let nameStart = at;
    while (nameStart > start && at - nameStart < 100 && isNameCharacter(text.charCodeAt(nameStart - 1)))
      nameStart--;
    if (at - nameStart < 2 || !isSecretName(text.slice(nameStart, at))) continue;
    // Firebase publishes these with its files' addresses.
    if (text.startsWith('alt=media&', nameStart - 10)) continue;
    const value = /^[^&;]*/.exec(text.slice(at + 1, Math.min(end, at + longest)))![0];
    if (!plain && !/\d/.test(value)) continue;
    if (isSecretAt(text, at + 1, text.slice(nameStart, at), value, false))
      return { what: 'a password, key or token', start: at + 1, end: at + 1 + value.length };
  }
  return undefined;
}

/** An example login: `user:password` in base64. */
function isExampleLogin(value: string): boolean {
  const [, password] =
    /^[\x21-\x7e]+?:([\x20-\x7e]+)$/.exec(Buffer.from(value, 'base64').toString('latin1')) ?? [];
  return password !== undefined && !looksRandom(password, 10);
}

/** Whether a value of a secret's name is one, rather than public, a placeholder, an address or a word. */
export function isSecretAt(
  text: string,
  start: number,
  name: string,
  value: string,
  quoted: boolean,
): boolean {
  return isSecretValue(name, value, quoted) && !isPublicValue(text, start, name, value);
}

function isSecretValue(name: string, value: string, quoted: boolean): boolean {
  if (isExampleLogin(value)) return false;
  if (isStandIn(value) || /^(?:https?|file|urn|arn|data|sha\d+-|projects\/|\/|\.\/|@)/i.test(value))
    return false;
  if (/^[a-z][\w.-]*:\/\//i.test(value) || /\s/.test(value)) return false;
  if (isUuid(value)) return /key|secret|token|pass/i.test(name) && looksRandom(value);
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 20 && looksRandom(value, 20);
  const isPassword = /pass|pwd|secret|credential/i.test(name);
  // A path, host, call or version: words joined by punctuation.
  if (!quoted && /^[\w-]+(?:[./:][\w-]+)+$/.test(value) && !/\d[a-zA-Z]\d|[a-z]\d[a-z]\d/.test(value))
    return false;
  return looksRandom(value, isPassword ? 12 : 16) && !isOptionList(value);
}

/** `filter=name=value:name=value`, as some programs take their options, of words alone. */
function isOptionList(value: string): boolean {
  const parts = value.split(/[=:,]/);
  return (
    parts.length > 3 &&
    parts.every(part => /^[\w.-]+$/.test(part) && (/^[a-z_]*\d*$/i.test(part) || part.length < 4))
  );
}
