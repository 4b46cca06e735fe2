/**
 * A random value that a word before it calls a secret, however the two are joined: a type between them, a call, a
 * fallback, a command line, the next line, the pair of a label and a value. The nearest word counts, except for fillers.
 */
import { isNameCharacter, isSecretAt, isSecretName } from './assignments.ts';
import { isUuid, looksRandom } from './placeholder.ts';
import type { Find } from './verdict.ts';

/** Characters before a value within which its word must be. */
const reach = 200;
const maxNewlines = 3;
/** Least characters of a value, without quotes and with them, and of a quoted password. */
const leastBare = 20;
const leastQuoted = 16;
const leastPassword = 12;
const longest = 512;

/** Words that may be between a name and its value: types, declarations, and the label of a value. */
const fillers: ReadonlySet<string> = new Set(
  (
    'str char wchar_t byte const constexpr static final private readonly public pub let var val mut nsstring nonnull ' +
    'text std string_view optional some new secretstring from json.stringify stringify type hidden android is was be the bearer ' +
    'basic env export set -x -gx -u sensitive description false true by process export_env no encrypted plaintext as or'
  ).split(' '),
);
/** After these the pair's other half is the name. */
const valueLabels: ReadonlySet<string> = new Set('value default string val'.split(' '));

const passwordName = /pass|pwd|convertto-securestring/i;

/** What may join them. A comma, a semicolon or a closing brace ends the search. */
const joints = ' \t\r\n"\'`=:>(<[{&*@+|?!/\\)]-#%~$';

/** @returns the value, if it looks random and the nearest word is a secret's name */
export function findBeside(text: string, start: number, end: number): Find | undefined {
  const before = text[start - 1] ?? '\n';
  const isQuoted = '"\'`'.includes(before);
  // Of a quoted value that goes on behind a character that ends spans, this is only a part.
  if (isQuoted && text[end] !== before && text[end] !== '\\') return undefined;
  const length = end - start;
  // The argument of a call, the base of a class, the type of a result: names of code, however mixed their letters.
  if (before === '(' || (!isQuoted && text.startsWith('-> ', start - 3))) return undefined;
  const isAttached = !isQuoted && text.startsWith('-p', start);
  if (length < (isQuoted || isAttached ? leastPassword : leastBare) || length > longest) return undefined;
  const from = start + (isLoginOption(text, start) ? userLength(text, start, end) : 0);
  if (isAttached && from === start && length < leastBare) return undefined;
  const value = text.slice(from, end);
  // Most values have no such name, and finding that out costs less than judging them.
  const name =
    from > start ? 'password' : (nameAfter(text, start, end) ?? nameNear(text, start, end, isQuoted));
  if (name === undefined || isUuid(value)) return undefined;
  if (!looksRandom(value, passwordName.test(name) ? leastPassword : leastQuoted)) return undefined;
  if (!isSecretAt(text, from, name, value, isQuoted)) return undefined;
  return { what: 'a password, key or token', start: from, end };
}

/** Characters of the user in `user:password`, or of the option in `-ppassword`. */
function userLength(text: string, start: number, end: number): number {
  return /^(?:-p|[\w.@+-]{1,64}:)/.exec(text.slice(start, end))?.[0].length ?? 0;
}

/** `curl -u user:password`, `mysql -ppassword`. */
function isLoginOption(text: string, start: number): boolean {
  if (text.startsWith('-p', start))
    return /\bmy(?:sql|sqldump|sqladmin)\b[^\n;|&]*$/.test(text.slice(Math.max(0, start - reach), start));
  return /\s(?:-u|--user)[ =]["']?$/.test(text.slice(Math.max(0, start - 10), start));
}

/** Options of one letter, by their program. */
const passwordOption =
  /\b(?:(?:sshpass|docker login|podman login|az login|mongo(?:sh|dump)?|kinit|smbclient)\b[^\n;|&]*\s-p|redis-cli\b[^\n;|&]*\s-a)\s["']?$|\bidentified by\s["']?$/i;

/** Spares the search above. */
const mayBeOption = /(?:-p|-a|by)\s["']?$/i;

/** What reads a password from its standard input, behind the value that `echo` writes. */
const standardInput = /^["'`]? ?\| ?[^\n|;]{1,60}--password-stdin\b/;

/** `value="…" name="password"`: the other order of a pair in XML. `echo "…" | docker login --password-stdin`. */
function nameAfter(text: string, start: number, end: number): string | undefined {
  if (text.startsWith(' |', end + 1) && standardInput.test(text.slice(end, end + 90))) return 'password';
  if (!/\bvalue\s?=\s?["']$/.test(text.slice(Math.max(0, start - 16), start))) return undefined;
  const name = /^["']\s{1,20}(?:key|name)\s?=\s?["']([\w.:-]{2,100})["']/.exec(
    text.slice(end, end + 140),
  )?.[1];
  return name !== undefined && isSecretName(name) ? name : undefined;
}

/** The ends of a property of C# with its value, and of a login of Python's libraries. */
const property = /\b(\w{2,60})\s?\{\s?(?:get|set)\b[\s\w;]{0,40}\}\s?=\s?[@$]?"$/;
const login = /\b(?:auth\s?=\s?(?:\w{1,40})?\(|HTTPBasicAuth\()["'][^"'\n]{1,60}["'],\s?["']$/;

/** The word nearest before a value. */
function nameNear(text: string, start: number, end: number, isQuoted: boolean): string | undefined {
  const least = Math.max(0, start - reach);
  const joint = isQuoted ? text.slice(Math.max(0, start - 5), start - 1).trimEnd() : '';
  if (joint.includes('}')) {
    const name = property.exec(text.slice(Math.max(0, start - 140), start))?.[1];
    if (name !== undefined && isSecretName(name)) return name;
  }
  if (joint.endsWith(',') && login.test(text.slice(Math.max(0, start - 140), start))) return 'password';
  if (
    mayBeOption.test(text.slice(Math.max(0, start - 5), start)) &&
    passwordOption.test(text.slice(least, start))
  )
    return 'password';
  let newlines = 0;
  let isPair = false;
  let skips = 0;
  for (let at = start; at > least; ) {
    const character = text[at - 1]!;
    if (!isNameCharacter(text.charCodeAt(at - 1))) {
      if (!joints.includes(character) && !(isPair && character === ',')) return undefined;
      if (character === '\n' && ++newlines > maxNewlines) return undefined;
      if (character === '\n' && !isQuoted && !isPair && !continues(text, at - 1, start, end))
        return undefined;
      // `condition ? value`: the condition names nothing. `??` and `?=` do not have one.
      if (character === '?' && text[at - 2] === ' ' && text[at] === ' ') skips = 1;
      at--;
      continue;
    }
    const wordEnd = at;
    while (at > least && isNameCharacter(text.charCodeAt(at - 1))) at--;
    const word = text.slice(at, wordEnd).replace(/^[-_.]+|[-_.]+$/g, '');
    const low = word.toLowerCase();
    // An anchor or a tag of YAML, and the name of a closing tag.
    const isMark =
      text.startsWith(': &', at - 3) || text.startsWith('!!', at - 2) || text.startsWith('</', at - 2);
    if (isMark || word === '' || /^\d+$/.test(word) || fillers.has(low)) continue;
    if (valueLabels.has(low)) isPair = true;
    else if (skips > 0) skips--;
    else if (isQuoted && low === 'convertto-securestring') return low;
    else if (
      isSecretName(word) ||
      ('sS'.includes(word.at(-1)!) && severalSecrets.test(word) && isFirst(text, wordEnd, start))
    )
      return isQuoted || isJoined(text, wordEnd, start) ? word : undefined;
    else return /^(?:key|code|phrase|id)$/i.test(word) ? compound(text, at, word) : undefined;
  }
  return undefined;
}

/** Names of lists. Tokens alone may be words, or public names of coins. */
const severalSecrets =
  /(?:(?:api|access|secret|private|auth|signing|encryption|license|bearer|bot)[-_]?(?:keys|tokens)|secrets|passwords)$/i;

/** Whether a list starts between the two: `= [`, `: [`, or a line that starts with a dash. */
function isFirst(text: string, wordEnd: number, start: number): boolean {
  return /^["'\])]{0,3}\s{0,4}(?:[:=]>?\s{0,4}[[{(]\s{0,40}|:\s{1,40}- )["']?$/.test(
    text.slice(wordEnd, start),
  );
}

/**
 * Whether a bare value belongs to the line above it, which ends at `at`: in a block or list of YAML, a string of three
 * quotes, an element.
 */
function continues(text: string, at: number, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, at - 5), text[at - 1] === '\r' ? at - 1 : at);
  if (/[:=] ?[>|][-+]?$/.test(before) || /[:=] ?(?:"""|''')$/.test(before)) return true;
  if (before.endsWith(':')) return /^\s{1,40}- $/.test(text.slice(at, start));
  return before.endsWith('>') && /^\s{0,40}<\//.test(text.slice(end, end + 44));
}

/** Not a version, a path or an address beside a word, unless a sign says that it is the word's value. */
function isJoined(text: string, wordEnd: number, start: number): boolean {
  return (
    /[=:>|]/.test(text.slice(wordEnd, start)) ||
    /^[\w!@#$%^*~/-]+(?=[\s"'`,;)\]]|$)/.test(text.slice(start, start + longest))
  );
}

/** `API key`, `access key`: two words of prose that are one name. */
function compound(text: string, at: number, word: string): string | undefined {
  const first = /([A-Za-z]{2,20})[ -]$/.exec(text.slice(Math.max(0, at - 24), at))?.[1];
  const name = `${first}_${word}`;
  return first !== undefined && isSecretName(name) ? name : undefined;
}
