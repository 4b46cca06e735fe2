/**
 * Patterns as git matches them in `.gitignore` (wildmatch): byte by byte, so that `?` is one byte of é, and in time
 * proportional to pattern times path, whatever a repository writes into its rules.
 */

/** `*`, `**`, and `**` followed by a slash, which may also match nothing. */
type Token = number | 'any' | 'star' | 'globstar' | 'globstar/' | Uint8Array;

const slash = 0x2f;

/** @returns whether a path, as `bytesOf` gives it, matches */
export type GlobTest = (path: string) => boolean;

/** The UTF-8 bytes of a string, one character each; ASCII strings are unchanged. */
export function bytesOf(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * @param pattern as `bytesOf` gives it
 * @param ignoreCase as git's `core.ignoreCase`: ASCII letters only
 * @returns undefined for a pattern that git never matches (an unclosed `[`, a trailing `\`)
 */
export function compileGlob(pattern: string, ignoreCase = false): GlobTest | undefined {
  const tokens = tokenize(pattern, ignoreCase);
  if (tokens === undefined) return undefined;
  const fold = ignoreCase ? lower : (text: string): string => text;
  if (tokens.every(token => typeof token === 'number')) {
    const literal = String.fromCharCode(...tokens);
    return path => fold(path) === literal;
  }
  if (tokens[0] === 'star' && tokens.slice(1).every(token => typeof token === 'number')) {
    const ending = String.fromCharCode(...(tokens.slice(1) as number[]));
    const hasSlash = ending.includes('/');
    return path => {
      const folded = fold(path);
      if (!folded.endsWith(ending)) return false;
      return hasSlash ? run(tokens, folded) : !folded.includes('/');
    };
  }
  return path => run(tokens, fold(path));
}

/** Follows all paths through the pattern at once, character by character. */
function run(tokens: readonly Token[], path: string): boolean {
  let here = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, here, 0);
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    let alive = false;
    for (let state = 0; state < tokens.length; state++) {
      if (here[state] === 0) continue;
      const token = tokens[state]!;
      if (typeof token === 'number' ? token === code : accepts(token, code)) {
        alive = true;
        if (token === 'star' || token === 'globstar') enter(tokens, next, state);
        else if (token === 'globstar/') {
          next[state] = 1;
          if (code === slash) enter(tokens, next, state + 1);
        } else enter(tokens, next, state + 1);
      }
    }
    if (!alive) return false;
    [here, next] = [next, here];
    next.fill(0);
  }
  return here[tokens.length] === 1;
}

/** A star may match nothing, so the next state is entered with it. */
function enter(tokens: readonly Token[], states: Uint8Array, state: number): void {
  for (let at = state; states[at] === 0; at++) {
    states[at] = 1;
    const token = tokens[at];
    if (token !== 'star' && token !== 'globstar' && token !== 'globstar/') return;
  }
}

function accepts(token: Exclude<Token, number>, code: number): boolean {
  if (token === 'globstar' || token === 'globstar/') return true;
  if (code === slash) return false;
  return typeof token === 'string' || token[code] === 1;
}

function tokenize(pattern: string, ignoreCase: boolean): Token[] | undefined {
  const tokens: Token[] = [];
  const literal = (code: number): void => {
    tokens.push(ignoreCase ? lower(String.fromCharCode(code)).charCodeAt(0) : code);
  };
  const start = pattern.search(/[*?[\\]/);
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '?') tokens.push('any');
    else if (character === '*') {
      // Git compares the part before the first special character separately, so the rest starts there.
      const before = at === 0 || at === start || pattern[at - 1] === '/';
      let end = at + 1;
      while (pattern[end] === '*') end++;
      const alone = before && (end === pattern.length || pattern[end] === '/');
      if (end - at === 1 || !alone) tokens.push('star');
      else if (end === pattern.length) tokens.push('globstar');
      else {
        tokens.push('globstar/');
        end++;
      }
      at = end - 1;
    } else if (character === '[') {
      const parsed = readClass(pattern, at, ignoreCase);
      if (parsed === undefined) return undefined;
      tokens.push(parsed.set);
      at = parsed.end;
    } else if (character === '\\') {
      at++;
      if (at === pattern.length) return undefined;
      literal(pattern.charCodeAt(at));
    } else literal(pattern.charCodeAt(at));
  }
  return tokens;
}

const named: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[A-Za-z0-9]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  ['cntrl', /\p{Cc}/u],
  ['digit', /[0-9]/],
  ['graph', /[\x21-\x7e]/],
  ['lower', /[a-z]/],
  ['print', /[\x20-\x7e]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[\t-\r ]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[A-Fa-f0-9]/],
]);

/** `[…]` from its bracket: the bytes it contains and where it ends. */
function readClass(
  pattern: string,
  start: number,
  ignoreCase: boolean,
): { set: Uint8Array; end: number } | undefined {
  const set = new Uint8Array(256);
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  let previous: number | undefined;
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    if (at >= pattern.length) return undefined;
    const name = /^\[:([^\]]*):\]/.exec(pattern.slice(at, at + 12));
    if (name !== null) {
      const members = named.get(name[1]!);
      if (members === undefined) return undefined;
      const flags = ignoreCase && (name[1] === 'upper' || name[1] === 'lower') ? /[A-Za-z]/ : members;
      for (let code = 0; code < 128; code++) if (flags.test(String.fromCharCode(code))) set[code] = 1;
      previous = undefined;
      at += name[0].length;
      continue;
    }
    if (pattern[at] === '-' && previous !== undefined && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      at++;
      if (pattern[at] === '\\') at++;
      const last = pattern.charCodeAt(at);
      if (Number.isNaN(last)) return undefined;
      for (let code = previous; code <= last; code++) set[code] = 1;
      previous = undefined;
    } else {
      if (pattern[at] === '\\') at++;
      previous = pattern.charCodeAt(at);
      if (Number.isNaN(previous)) return undefined;
      set[previous] = 1;
    }
    at++;
  }
  if (ignoreCase)
    for (let code = 0x41; code <= 0x5a; code++) set[code] = set[code + 32] = set[code]! | set[code + 32]!;
  if (negated) for (let code = 0; code < 256; code++) set[code] = 1 - set[code]!;
  return { set, end: at };
}

function lower(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}
