/** Tracks code, strings, comments and open brackets by their marks alone, without a grammar. */
import type { Language } from '../workspace/language.ts';

export type PlaceKind = 'code' | 'string' | 'comment';

/** An open string or comment. */
interface Enclosure {
  readonly kind: 'string' | 'comment';
  readonly closer: string;
  /** Ends with its line, closed or not. */
  readonly isOneLine: boolean;
  readonly hasEscapes: boolean;
  /** `${` opens code in it. */
  readonly hasHoles: boolean;
}

/** Whether brackets and quotes in a language mean what they usually do, so that they can be counted. */
export function canScan({ id, kind }: Language): boolean {
  return (kind === 'code' && !uncounted.has(id)) || counted.has(id);
}

const counted = new Set(['json', 'jsonc', 'css', 'scss', 'less']);
/** Here a lone bracket is legal (`a)` in a shell's case), or a file mixes languages. */
const uncounted = new Set(
  'shellscript bat powershell perl makefile dockerfile cmake vue svelte php latex r nix vb'.split(' '),
);

/** Languages with apostrophes that do not open strings, except around a single character. */
const apostrophes = new Set('rust haskell ocaml fsharp clojure lisp elixir erlang julia scala'.split(' '));
const backticks = new Set('typescript typescriptreact javascript javascriptreact'.split(' '));
const tripled = new Set('python kotlin scala swift java csharp groovy julia dart elixir'.split(' '));

/** Whether an apostrophe in a language may stand alone, as before a lifetime. */
export function hasLoneApostrophes({ id }: Language): boolean {
  return apostrophes.has(id);
}

/** The lexical state at a position in the text; `feed` advances it. */
export class Scanner {
  readonly #language: Language;
  /** Open brackets, outermost first; `${` for a template hole. */
  readonly #open: string[];
  #inside: Enclosure | undefined;
  /** The last word or mark of code, which decides whether a slash starts a regular expression. */
  #recent = '';
  /** Characters that may start a string or comment. */
  readonly #openers: string;
  /** Closing brackets without a matching open one. */
  mismatches = 0;
  /** One-line strings that ended unclosed. */
  broken = 0;
  /** The fewest open brackets so far. */
  lowest: number;

  constructor(language: Language, open: readonly string[] = [], inside?: Enclosure) {
    this.#language = language;
    this.#open = [...open];
    this.#inside = inside;
    this.lowest = open.length;
    const comments = [...language.lineComments, ...language.blockComments.map(([opener]) => opener)];
    this.#openers = `"'\`${comments.map(opener => opener[0]).join('')}`;
  }

  get kind(): PlaceKind {
    return this.#inside?.kind ?? 'code';
  }

  get inside(): Enclosure | undefined {
    return this.#inside;
  }

  /** The closer of the enclosing string; empty outside strings. */
  get stringCloser(): string {
    return this.#inside?.kind === 'string' ? this.#inside.closer : '';
  }

  /** Outermost first. */
  get open(): readonly string[] {
    return this.#open;
  }

  /** The same position, with counts reset. */
  fork(): Scanner {
    const copy = new Scanner(this.#language, this.#open, this.#inside);
    copy.#recent = this.#recent;
    return copy;
  }

  feed(text: string): this {
    for (let i = 0; i < text.length; ) i = this.#step(text, i);
    return this;
  }

  #step(text: string, i: number): number {
    const inside = this.#inside;
    if (inside !== undefined) return this.#within(inside, text, i);
    const char = text[i]!;
    if (isWordUnit(text.charCodeAt(i))) {
      let end = i + 1;
      while (end < text.length && isWordUnit(text.charCodeAt(end))) end++;
      this.#recent = text.slice(Math.max(i, end - 8), end);
      return end;
    }
    if (char === ' ' || char === '\t') return i + 1;
    if (char === '\n') {
      this.#recent = '';
      return i + 1;
    }
    const opened = this.#openers.includes(char) ? this.#opened(text, i, char) : undefined;
    if (opened !== undefined) {
      this.#inside = opened.enclosure;
      return i + opened.length;
    }
    const at = '([{)]}'.indexOf(char);
    if (at >= 3) this.#close(char);
    else if (at >= 0) this.#open.push(char);
    else if (char === "'" && apostrophes.has(this.#language.id)) return i + characterLength(text, i);
    else if (char === '/' && backticks.has(this.#language.id) && this.#beginsPattern()) {
      const length = patternLength(text, i);
      if (length > 0) {
        this.#recent = 'x';
        return i + length;
      }
    }
    this.#recent = char;
    return i + 1;
  }

  #within(inside: Enclosure, text: string, start: number): number {
    const { closer, isOneLine, hasEscapes, hasHoles, kind } = inside;
    if (kind === 'comment') {
      const end = text.indexOf(isOneLine ? '\n' : closer, start);
      if (end < 0) return text.length;
      this.#inside = undefined;
      return end + (isOneLine ? 0 : closer.length);
    }
    for (let i = start; i < text.length; i++) {
      const char = text[i]!;
      if (char === '\\' && hasEscapes) i++;
      else if (char === closer[0] && text.startsWith(closer, i)) {
        this.#inside = undefined;
        this.#recent = 'x';
        return i + closer.length;
      } else if (char === '$' && hasHoles && text[i + 1] === '{') {
        this.#open.push('${');
        this.#inside = undefined;
        return i + 2;
      } else if (char === '\n' && isOneLine) {
        this.broken++;
        this.#inside = undefined;
        return i;
      }
    }
    return text.length;
  }

  #close(closer: string): void {
    this.#closeOne(closer);
    this.lowest = Math.min(this.lowest, this.#open.length);
  }

  #closeOne(closer: string): void {
    const open = this.#open.at(-1);
    if (open === '${' && closer === '}') {
      this.#open.pop();
      this.#inside = templateOf();
      return;
    }
    if (open !== undefined && closerOf(open) === closer) {
      this.#open.pop();
      return;
    }
    this.mismatches++;
    // Closing an outer bracket discards unclosed inner ones.
    const outer = this.#open.findLastIndex(one => closerOf(one) === closer);
    if (outer >= 0) this.#open.length = outer;
  }

  #opened(text: string, i: number, char: string): { enclosure: Enclosure; length: number } | undefined {
    const { id, lineComments, blockComments } = this.#language;
    for (const [opener, closer] of blockComments)
      if (text.startsWith(opener, i))
        return { enclosure: { ...comment, closer, isOneLine: false }, length: opener.length };
    for (const opener of lineComments)
      if (text.startsWith(opener, i)) return { enclosure: comment, length: opener.length };
    if (char === '`') {
      if (backticks.has(id)) return { enclosure: templateOf(), length: 1 };
      if (id === 'go') return { enclosure: { ...string('`', false), hasEscapes: false }, length: 1 };
      return undefined;
    }
    if (char === '"' || (char === "'" && !apostrophes.has(id))) {
      const triple = char.repeat(3);
      if (tripled.has(id) && text.startsWith(triple, i))
        return { enclosure: string(triple, false), length: 3 };
      // An apostrophe within a word does not start a string; prefixes such as b'' have one or two letters.
      if (char === "'" && this.#recent.length > 2 && isWordUnit(text.charCodeAt(i - 1))) return undefined;
      if (id !== 'rust') return { enclosure: string(char, true), length: 1 };
      const hashes = /\bb?r(#*)$/.exec(text.slice(Math.max(0, i - 8), i))?.[1];
      return hashes === undefined
        ? { enclosure: string('"', false), length: 1 }
        : { enclosure: { ...string(`"${hashes}`, false), hasEscapes: false }, length: 1 };
    }
    return undefined;
  }

  /** After a value, a slash divides; elsewhere it starts a regular expression. */
  #beginsPattern(): boolean {
    return (
      this.#recent === '' || /[(,=:[!&|?{};+*~^<>-]$|(?:return|typeof|case|in|of|do|else)$/.test(this.#recent)
    );
  }
}

/** Letters, digits, `_`, `$` and non-ASCII. */
export function isWordUnit(unit: number): boolean {
  return (
    (unit >= 97 && unit <= 122) ||
    (unit >= 65 && unit <= 90) ||
    (unit >= 48 && unit <= 57) ||
    unit === 95 ||
    unit === 36 ||
    unit > 127
  );
}

const comment: Enclosure = {
  kind: 'comment',
  closer: '',
  isOneLine: true,
  hasEscapes: false,
  hasHoles: false,
};

function string(closer: string, isOneLine: boolean): Enclosure {
  return { kind: 'string', closer, isOneLine, hasEscapes: true, hasHoles: false };
}

function templateOf(): Enclosure {
  return { ...string('`', false), hasHoles: true };
}

export function closerOf(opener: string): string {
  return opener === '(' ? ')' : opener === '[' ? ']' : '}';
}

/** `'a'` and `'\n'` are characters; other apostrophes stand alone, and have a length of 1. */
export function characterLength(text: string, i: number): number {
  return /^'(?:\\[^\n]{1,8}?|[^\\'\n])'/u.exec(text.slice(i, i + 12))?.[0].length ?? 1;
}

/** The length of a regular expression starting at `i`; 0 if it does not end on its line. */
function patternLength(text: string, i: number): number {
  let isInClass = false;
  for (let at = i + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '/' && !isInClass) return at + 1 - i;
  }
  return 0;
}
